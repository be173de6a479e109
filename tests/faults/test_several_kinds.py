"""One apply that adds some, changes some and removes some: what happens to one kind spares the others."""

import signal
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from rehearsal import Rehearsal, api, known, outcomes_of, people, rehearse
from socket_vendor import SocketVendor
from world import World

DELETING = ("--allow", "delete")
both = pytest.mark.parametrize("concurrency", [pytest.param(1, marks=pytest.mark.exhaustive), 4])


def _named(kind: str, count: int, city: str = "Rome") -> list[dict[str, str]]:
    return [{"emailAddress": f"{kind}.{address}", "city": city} for address in people(count)]


def _world(
    folder: Path, vendor: SocketVendor, *, new: int = 0, changed: int = 0, leaving: int = 0, api: str
) -> World:
    """So many to add, to change and to delete, and one who stays."""
    world = World(folder)
    policy = "policy: {on_change: resubmit, on_remove: delete}\nguards: {remove: null}\n"
    world.environment(settings=api + policy, base_url=vendor.base_url)
    world.members(*_named("stays", 1), *_named("new", new), *_named("changed", changed, "Oslo"))
    known(world, vendor.base_url, _panel(changed, leaving))
    return world


def _panel(changed: int, leaving: int) -> list[dict[str, str]]:
    return [*_named("stays", 1), *_named("changed", changed), *_named("leaving", leaving)]


def _addresses(of: Iterable[dict[str, str]]) -> list[str]:
    return [who["emailAddress"] for who in of]


def _counts(found: Rehearsal) -> dict[str, int]:
    return {word: count for word, count in found.report["summary"].items() if count}


def test_they_go_in_batches_of_their_own_for_the_calls_that_the_plan_foretold(tmp_path: Path) -> None:
    with SocketVendor(holds=_panel(5, 5), updates_known=True) as vendor:
        world = _world(tmp_path, vendor, new=5, changed=5, leaving=5, api=api(batch_size=4, concurrency=1))
        planned = world.run("plan", "p", "--format", "json").json
        found = rehearse(world, vendor, *DELETING)
    assert found.result.code == 0
    assert _counts(found) == {"unattributed": 5, "resubmitted": 5, "deleted": 5}
    assert planned["cost"]["calls"] == found.report["calls"] == len(found.seen) == 6
    assert ["deleted=" in call for call in found.seen] == [False] * 4 + [True] * 2


@pytest.mark.parametrize("most", [1, 2, pytest.param(3, marks=pytest.mark.exhaustive)])
def test_the_most_calls_are_those_of_all_kinds_together(tmp_path: Path, most: int) -> None:
    with SocketVendor(holds=_panel(2, 2), updates_known=True) as vendor:
        world = _world(tmp_path, vendor, new=2, changed=2, leaving=2, api=api(batch_size=2, concurrency=1))
        found = rehearse(world, vendor, *DELETING, "--max-calls", str(most))
    assert found.report["calls"] == len(found.seen) == most
    expected = {"unattributed": 2, "resubmitted": 2, "deleted": 2}
    done = dict([*expected.items()][:most])
    assert _counts(found) == {**done, **({"unsent": 6 - 2 * most} if most < 3 else {})}
    assert found.result.code == (0 if most == 3 else 3)


def test_a_body_that_is_too_large_to_add_says_nothing_about_how_many_may_be_deleted(tmp_path: Path) -> None:
    with SocketVendor("413", holds=_panel(0, 16), updates_known=True) as vendor:
        world = _world(tmp_path, vendor, new=8, leaving=16, api=api(batch_size=8, concurrency=1))
        found = rehearse(world, vendor, *DELETING)
    assert found.result.code == 0
    assert _counts(found) == {"unattributed": 8, "deleted": 16}
    assert len(found.seen) == 1 + 2 + 2  # refused, its halves, and two batches as large as ever


@both
@pytest.mark.parametrize("refused", ["new", "leaving"])
def test_where_everybody_of_one_kind_is_refused_alike_the_others_go_on(
    tmp_path: Path, refused: str, concurrency: int
) -> None:
    kinds = {"new": (60, "to add", {"deleted": 60}), "leaving": (60, "to delete", {"unattributed": 60})}
    count, what, others = kinds[refused]
    refuses = _addresses(_named(refused, count))
    with SocketVendor(holds=_panel(0, 60), refuses=refuses, updates_known=True) as vendor:
        world = _world(tmp_path, vendor, new=60, leaving=60, api=api(batch_size=20, concurrency=concurrency))
        found = rehearse(world, vendor, *DELETING)
    assert found.result.code == 3
    assert _counts(found) == {**others, "unsent": 60}
    assert f"The API refuses everyone alike, so no more members {what} were sent" in found.result.err
    assert found.report["calls"] == len(found.seen) <= 3 + 22


@pytest.mark.parametrize("fault", ["ok", pytest.param("silence", marks=pytest.mark.exhaustive)])
def test_an_interrupt_in_the_middle_of_removals_leaves_a_whole_lockfile(tmp_path: Path, fault: str) -> None:
    with SocketVendor(f"{fault}:99", holds=_panel(0, 16), delay=0.5) as vendor:
        world = _world(tmp_path, vendor, leaving=16, api=api(batch_size=2, concurrency=4, timeout=30))
        process = world.start("apply", "p", "--yes", *DELETING, "--report", "report.json")
        vendor.wait_for(2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 3
        assert "Interrupted: " in err
        in_doubt = Counter(unconfirmed=8) if fault == "silence" else Counter()
        assert outcomes_of(world) == Counter(added=1 + 8) + in_doubt
        assert world.left_over() == set()
        vendor.heal()
        again = world.run("apply", "p", "--yes", *DELETING, "--format", "json")
    assert again.code == 0
    assert again.json["summary"]["absent"] == 0
    assert outcomes_of(world) == Counter(added=1)


def test_an_interrupt_while_the_last_call_is_under_way_ends_with_3_and_says_that_nothing_is_left(
    tmp_path: Path,
) -> None:
    with SocketVendor(holds=_panel(0, 2), delay=1) as vendor:
        world = _world(tmp_path, vendor, leaving=2, api=api(batch_size=2, concurrency=1, timeout=30))
        process = world.start("apply", "p", "--yes", *DELETING)
        vendor.wait_for(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "nothing is left to do" in err
    assert outcomes_of(world) == Counter(added=1)
