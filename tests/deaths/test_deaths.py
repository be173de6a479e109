"""Apply killed at a system call, or failed by the disk at one: nothing lost, nothing claimed too much.

strace counts the calls that an undisturbed apply makes, and then makes each of them, in turn, the last
thing that the process does, or one that fails. A few of them are tried here always; `pytest -m exhaustive`
tries them all. Here everybody is new; `test_deaths_of_all_kinds.py` is about those who are known.
"""

from collections.abc import Iterator

import pytest
from deathbed import KILLED, Deathbed, Mishap, mishaps, needs_tracing
from world import Sandbox

MEMBERS, SIZE = 6, 2
BATCHES = MEMBERS // SIZE


pytestmark = needs_tracing


def _prepare(deathbed: Deathbed, name: str) -> None:
    settings = f"api: {{batch_size: {SIZE}, concurrency: 1, timeout: 5}}\n"
    deathbed.world.environment(name, settings, base_url=deathbed.vendor.base_url)
    deathbed.world.members(*(f"{name}.p{number}@example.org" for number in range(MEMBERS)), name=name)


@pytest.fixture(scope="module")
def deathbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deathbed]:
    folder = tmp_path_factory.mktemp("deaths")
    with Sandbox(folder, "--key-env", "KEY", "--rate", "100000/1") as vendor:
        yield Deathbed(folder, vendor, _prepare)


def recovers(deathbed: Deathbed, name: str, mishap: Mishap) -> None:
    """What has to hold after any mishap."""
    world = deathbed.world
    before = len(deathbed.vendor.calls())
    assert world.run("plan", name).code == 0, mishap
    applied = world.run("apply", name, "--yes", "--format", "json")
    assert applied.code == 0, (mishap, applied.err)
    outcomes = world.outcomes(name)
    assert len(outcomes) == MEMBERS, mishap
    assert set(outcomes.values()) <= {"added", "unattributed"}, (mishap, outcomes)
    assert [*outcomes.values()].count("unattributed") <= SIZE, mishap  # at most the batch under way
    assert world.left_over(name) == set(), mishap
    assert world.run("plan", name, "--detailed-exitcode").code == 0, mishap
    assert applied.json["calls"] == len(deathbed.vendor.calls()) - before <= BATCHES


def test_after_a_death_at_some_system_call_the_next_apply_ends_whole(deathbed: Deathbed) -> None:
    deathbed.try_all(mishaps(deathbed.counted(), KILLED, "signal=SIGKILL")[::26], recovers, dies=True)


def test_a_full_disk_is_a_clear_error_and_loses_nothing(deathbed: Deathbed) -> None:
    deathbed.try_all(mishaps(deathbed.counted(), ("write",), "error=ENOSPC")[3:12:4], recovers, dies=False)


@pytest.mark.exhaustive
def test_after_a_death_at_any_system_call_the_next_apply_ends_whole(deathbed: Deathbed) -> None:
    counts = deathbed.counted()
    assert set(counts) == set(KILLED)
    deathbed.try_all(mishaps(counts, KILLED, "signal=SIGKILL"), recovers, dies=True)


@pytest.mark.exhaustive
def test_a_disk_that_fails_at_writes_and_at_any_sync_is_a_clear_error_and_loses_nothing(
    deathbed: Deathbed,
) -> None:
    counts = deathbed.counted()
    deathbed.try_all(mishaps(counts, ("write",), "error=ENOSPC")[::2], recovers, dies=False)
    deathbed.try_all(mishaps(counts, ("fsync",), "error=EIO"), recovers, dies=False)
