"""`drift`: what it finds in the sandbox's panel, what it costs, and how it ends."""

import json
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from world import Result, Sandbox, World

from reconciler.sandbox.store import Store

_PEOPLE = [
    {"emailAddress": "ada@example.org", "firstName": "Ada", "city": "Oslo"},
    {"emailAddress": "bob@example.org"},
    {"emailAddress": "cleo@example.org"},
]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Three people who were applied to the embedded panel of `p`."""
    return World.applied(tmp_path, *_PEOPLE)


def _drift(world: World, *arguments: str) -> Result:
    return world.run("drift", "p", "--yes", "--format", "json", *arguments)


def _change(world: World, name: str, *arguments: str) -> None:
    assert world.run("sandbox", "change", "p", f"{name}@example.org", *arguments).code == 0


def _findings(result: Result) -> dict[str, str]:
    return {member["key"].partition("@")[0]: member["finding"] for member in result.json["members"]}


def test_a_panel_as_it_was_applied_has_no_drift(world: World) -> None:
    result = _drift(world, "--detailed-exitcode")
    assert (result.code, result.json) == (
        0,
        {
            "format": 1,
            "environment": "p",
            "source": "api",
            "read": {"calls": 2, "members": 3, "complete": True, "reason": None},
            "summary": {"same": 3, "differs": 0, "not_seen": 0, "only_in_panel": 0, "opted_out": 0},
            "members": [],
        },
    )


def test_what_changed_in_the_panel_is_found(world: World) -> None:
    _change(world, "ada", "--set", "city=Rome")
    _change(world, "bob", "--unsubscribe")
    _change(world, "cleo", "--leave")
    _change(world, "new", "--join")
    result = _drift(world, "--detailed-exitcode")
    assert result.code == 2
    opted_out, differs, not_seen, only_in_panel = result.json["members"]
    assert opted_out["key"] == "bob@example.org"
    assert differs == {
        "key": "ada@example.org",
        "finding": "differs",
        "fields": [{"field": "city", "declared": "Oslo", "panel": "Rome"}],
    }
    assert not_seen == {"key": "cleo@example.org", "finding": "not_seen", "fields": []}
    assert only_in_panel == {"key": "new@example.org", "finding": "only_in_panel", "fields": []}
    assert result.json["summary"] == {
        "same": 0,
        "differs": 1,
        "not_seen": 1,
        "only_in_panel": 1,
        "opted_out": 1,
    }
    assert result.json["read"]["calls"] == 3  # a page, the empty one, and a look-up
    assert _drift(world).code == 0


def test_drift_changes_nothing(world: World) -> None:
    lockfile = world.panels / "p" / "state.lock.json"
    _change(world, "ada", "--unsubscribe")
    before = (
        lockfile.stat(),
        lockfile.read_bytes(),
        world.run("sandbox", "show", "p", "--format", "json").json,
    )
    assert _drift(world).code == 0
    shown = world.run("sandbox", "show", "p", "--format", "json").json
    assert (lockfile.stat().st_mtime_ns, lockfile.read_bytes()) == (before[0].st_mtime_ns, before[1])
    assert shown["members"] == before[2]["members"]
    assert world.run("plan", "p", "--detailed-exitcode").code == 0


def test_the_scheduler_that_sets_a_member_inactive_makes_an_opt_out(world: World) -> None:
    _change(world, "bob", "--inactive")
    assert _findings(_drift(world)) == {"bob": "opted_out"}


def test_fields_to_ignore_make_no_drift(world: World) -> None:
    _change(world, "ada", "--set", "city=Rome")
    world.environment(settings="drift: {ignore: [city]}\n")
    assert _findings(_drift(world)) == {}


def test_who_is_only_in_the_panel_may_be_suppressed(world: World) -> None:
    _change(world, "new", "--join")
    world.write("p/suppressed.txt", "new@example.org\n")
    (member,) = _drift(world).json["members"]
    assert member == {
        "key": "new@example.org",
        "finding": "only_in_panel",
        "fields": [],
        "suppressed": True,
    }


def test_who_is_not_applied_yet_is_not_looked_for(world: World) -> None:
    world.members(*_PEOPLE, "dan@example.org")
    result = _drift(world)
    assert (result.code, _findings(result), result.json["read"]["calls"]) == (0, {}, 2)
    assert "1 declared member is not recorded" in world.run("drift", "p", "--yes").out


def test_who_has_expired_is_not_declared(world: World) -> None:
    world.members(*_PEOPLE[:2], {**_PEOPLE[2], "expires": "2020-01-01"})
    assert _findings(_drift(world)) == {"cleo": "only_in_panel"}


def test_a_read_that_saw_nobody_known_is_not_complete_and_says_why_first(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    result = _drift(world, "--detailed-exitcode")
    assert (result.code, result.json["read"]["complete"]) == (3, False)
    first = world.run("drift", "p", "--yes").out.splitlines()[0]
    assert "not complete" in first
    assert result.json["read"]["reason"] in first


def test_the_price_is_shown_before_and_without_a_yes_no_call_is_made(world: World) -> None:
    result = world.run("drift", "p")
    assert result.code == 4
    assert "at least 2 calls" in result.err
    assert "at most 14" in result.err
    assert world.run("sandbox", "show", "p", "--format", "json").json["calls"] == 1


def test_no_more_calls_are_spent_than_allowed(world: World) -> None:
    result = _drift(world, "--max-calls", "1")
    assert (result.code, result.json["read"]["calls"]) == (3, 1)
    assert "1 call" in result.json["read"]["reason"]


def test_text_and_markdown_are_masked_where_many_read_along(world: World) -> None:
    _change(world, "ada", "--set", "city=Rome")
    for form in ("text", "markdown"):
        plain = world.run("drift", "p", "--yes", "--format", form).out
        assert "ada@example.org" in plain
        assert "Rome" in plain
        masked = world.run("drift", "p", "--yes", "--format", form, env={"CI": "true"}).out
        assert "a…@example.org" in masked
        assert "city" in masked
        assert not {"ada@", "Rome", "Oslo"} & set(masked.replace("`", " ").split())
    whole = world.run("drift", "p", "--yes", "--format", "json", env={"CI": "true"})
    assert "ada@example.org" in whole.out


def _served(tmp_path: Path, sandbox: Sandbox, *people: Any) -> World:
    world = World(tmp_path)
    retry = "retry: {attempts: 2, initial_wait: 0, max_wait: 0}"
    world.environment(settings=f"api: {{{retry}}}\n", base_url=sandbox.base_url)
    world.members(*people)
    assert world.run("apply", "p", "--yes").code == 0
    return world


def test_a_key_that_may_not_list_is_said_though_it_may_add(tmp_path: Path) -> None:
    with Sandbox(tmp_path, "--reading", "forbidden") as sandbox:
        world = _served(tmp_path, sandbox, *_PEOPLE)
        result = _drift(world)
    assert result.code == 1
    assert "right to list" in result.err
    assert result.json["read"]["complete"] is False
    assert "403" in result.json["problems"][0]["message"]


def test_another_panel_than_the_one_that_is_filled_proves_nothing(tmp_path: Path) -> None:
    with Sandbox(tmp_path, "--reading", "elsewhere") as sandbox:
        result = _drift(_served(tmp_path, sandbox, *_PEOPLE))
    assert (result.code, _findings(result)) == (3, {})


@pytest.mark.parametrize(
    ("fault", "code"),
    [("503", 0), ("503:2", 3), ("login-page", 3), ("leaves", 0), ("joins", 0), ("rewrites", 3)],
)
def test_a_panel_that_changes_or_fails_between_pages_makes_nobody_gone(
    tmp_path: Path, fault: str, code: int
) -> None:
    """The apply and the first page go well; the fault comes with the second page."""
    people = [f"m{number}@example.org" for number in range(5)]
    with Sandbox(tmp_path, "--largest-page", "2", "--fault", "ok:2", "--fault", fault) as sandbox:
        result = _drift(_served(tmp_path, sandbox, *people))
    assert (result.code, _findings(result)) == (code, {})


def test_a_signal_ends_the_read_at_once_and_says_so(tmp_path: Path) -> None:
    with Sandbox(tmp_path, "--fault", "ok:2", "--fault", "silence") as sandbox:
        world = _served(tmp_path, sandbox, *_PEOPLE)
        with world.start("drift", "p", "--yes", "--format", "json") as process:
            while len(sandbox.log().splitlines()) < 3:
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert json.loads(out)["read"]["reason"] == "it was interrupted"
    assert "Traceback" not in err


def test_a_thousand_members_are_read_with_their_pages(tmp_path: Path) -> None:
    people = [f"m{number}@example.org" for number in range(1000)]
    with Sandbox(tmp_path) as sandbox:
        world = _served(tmp_path, sandbox, *people)
        with closing(Store.opened(tmp_path / "vendor.sqlite3")) as store, store.transaction():
            store.delete("m500@example.org")
        result = _drift(world)
    assert _findings(result) == {"m500": "not_seen"}
    assert result.json["read"]["calls"] == 12
    assert result.json["summary"]["same"] == 999


def test_markdown_for_an_issue_fits_and_says_where_all_of_it_is(world: World) -> None:
    names = [f"stranger{number}@example.org" for number in range(200)]
    assert world.run("sandbox", "change", "p", *names, "--join").code == 0
    link = "https://ci.example.org/runs/7"
    size = ("--max-bytes", "3000", "--link", link)
    shown = world.run("drift", "p", "--yes", "--format", "markdown", *size).out
    assert len(shown.encode()) <= 3000
    assert "Only in the panel: 200" in shown
    assert link in shown
    assert world.run("drift", "p", "--yes", "--full", *size).code == 64
