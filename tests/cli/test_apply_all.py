"""`reconciler apply --all` and `--in-order`, as a process: in which order, what stops what, what is told."""

import json
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from world import Result, Sandbox, World

WRONG = "members:\n  - emailAddress: nobody\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """`production` after `staging`; `other`, which comes after nothing. All are embedded, with one to add."""
    world = World(tmp_path)
    world.environment("staging")
    world.environment("production", "after: staging\n")
    world.environment("other")
    for name in ("staging", "production", "other"):
        world.members(f"{name}@example.org", name=name)
    return world


def reports(result: Result) -> list[dict[str, Any]]:
    """The reports, of an object that holds nothing else."""
    assert list(result.json) == ["format", "reports"]
    assert result.json["format"] == 1
    found: list[dict[str, Any]] = result.json["reports"]
    return found


def summaries(found: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {report["environment"]: report["summary"]["added"] for report in found}


def applied(world: World) -> set[str]:
    return {path.parent.name for path in world.panels.glob("*/state.lock.json")}


def test_all_are_applied_each_after_those_that_it_comes_after(world: World) -> None:
    done = world.run("apply", "--all", "--yes", "--format", "json", "--report", "report.json")
    assert done.code == 0
    assert [report["environment"] for report in reports(done)] == ["other", "staging", "production"]
    assert summaries(reports(done)) == {"other": 1, "staging": 1, "production": 1}
    assert json.loads((world.folder / "report.json").read_text()) == done.json
    assert applied(world) == {"other", "staging", "production"}


def test_in_words_each_is_reported_in_its_turn_with_its_plan(world: World) -> None:
    done = world.run("apply", "--all", "--yes")
    assert done.code == 0
    places = [
        done.out.index(f"{name}: 1 {word}")
        for name in ("other", "staging", "production")
        for word in ("to add", "added")
    ]
    assert places == sorted(places)


def test_where_all_is_applied_there_is_nothing_to_do(world: World) -> None:
    world.run("apply", "--all", "--yes")
    again = world.run("apply", "--all", "--format", "json")
    assert again.code == 0
    assert summaries(reports(again)) == {"other": 0, "staging": 0, "production": 0}


def test_one_that_fails_holds_back_those_that_come_after_it_and_no_others(world: World) -> None:
    world.environment("last", "after: [other, production]\n")
    world.write("staging/members/team.yaml", WRONG)
    done = world.run("apply", "--all", "--yes", "--format", "json")
    other, staging, production, last = reports(done)
    assert (other["exit_code"], other["summary"]["added"]) == (0, 1)
    assert staging["exit_code"] == 1
    for held, by in ((production, "staging"), (last, "production")):
        assert held["exit_code"] == 4
        assert (
            f"{held['environment']} comes after {by}, and {by} is not applied."
            in held["problems"][0]["message"]
        )
    assert done.code == 1
    assert applied(world) == {"other"}


def test_one_that_a_guard_refuses_holds_back_too_and_the_gravest_code_is_the_processs(world: World) -> None:
    world.environment("staging", "guards: {add: 0}\n")
    done = world.run("apply", "--all", "--yes")
    assert done.code == 4
    assert "production comes after staging, and staging is not applied." in done.err
    assert done.out.endswith("staging: 1 unsent.\n\nproduction: nothing was done.\n")
    assert applied(world) == {"other"}


def test_without_a_yes_and_without_a_terminal_all_are_refused(world: World) -> None:
    done = world.run("apply", "--all", "--format", "json")
    assert done.code == 4
    assert [report["exit_code"] for report in reports(done)] == [4, 4, 4]
    assert applied(world) == set()


def test_an_order_that_is_a_ring_is_one_object_and_nothing_begins(world: World) -> None:
    world.environment("staging", "after: production\n")
    done = world.run("apply", "--all", "--yes", "--format", "json")
    assert done.code == 1
    assert "No order is right" in done.json["problems"][0]["message"]
    assert applied(world) == set()


def test_embedded_ones_may_be_left_out_and_hold_nobody_back(world: World) -> None:
    with Sandbox(world.folder) as vendor:
        world.environment("production", "after: staging\n", base_url=vendor.base_url)
        done = world.run("apply", "--all", "--no-embedded", "--yes", "--format", "json")
    assert done.code == 0
    assert summaries(reports(done)) == {"production": 1}


def test_where_none_is_left_that_is_said(world: World) -> None:
    done = world.run("apply", "--all", "--no-embedded", "--yes")
    assert (done.code, done.out) == (0, "There is nothing to apply.\n")
    assert reports(world.run("apply", "--all", "--no-embedded", "--format", "json")) == []


def test_the_calls_that_may_be_spent_are_those_of_all_together(world: World) -> None:
    done = world.run("apply", "--all", "--yes", "--max-calls", "1", "--format", "json")
    assert done.code == 4  # other spent it, so staging is incomplete, and production held back
    assert [report["calls"] for report in reports(done)] == [1, 0, 0]
    assert [report["exit_code"] for report in reports(done)] == [0, 3, 4]


def test_two_calls_are_enough_for_two(world: World) -> None:
    done = world.run("apply", "--all", "--yes", "--max-calls", "2", "--format", "json")
    assert [report["exit_code"] for report in reports(done)] == [0, 0, 3]
    assert done.code == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["--all", "production"],
        ["--all", "production", "plan.json"],
        ["--all", "--expect", "sha256:0"],
        ["--no-embedded", "production"],
        [],
    ],
)
def test_what_contradicts_itself_is_a_wrong_use(world: World, arguments: list[str]) -> None:
    done = world.run("apply", *arguments, "--yes", "--format", "json")
    assert done.code == 64
    assert len(done.json["problems"]) == 1
    assert applied(world) == set()


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_under_way_and_those_behind_it_never_begin(
    world: World, signal_number: signal.Signals
) -> None:
    settings = "api: {timeout: 60}\n"
    with Sandbox(world.folder, "--fault", "silence") as vendor:
        world.environment("staging", settings, base_url=vendor.base_url)
        run = world.start("apply", "--all", "--yes", "--format", "json", "--report", "report.json")
        _until(lambda: any((world.panels / "staging/.reconciler").glob("journal*")))
        for _ in range(2):  # the second ends it at once
            time.sleep(0.5)
            run.send_signal(signal_number)
        out, err = run.communicate(timeout=30)
    assert "Traceback" not in err
    document = json.loads(out)
    assert json.loads((world.folder / "report.json").read_text()) == document
    other, staging, production = document["reports"]
    assert other["summary"]["added"] == 1
    assert staging["exit_code"] in {3, 130}
    assert production["exit_code"] == 130
    assert "Interrupted before anything began." in production["problems"][0]["message"]
    assert run.returncode == 3
    assert applied(world) >= {"other"}
    assert "production" not in applied(world)


def test_a_signal_as_soon_as_a_plan_is_shown_leaves_a_report_of_all(world: World) -> None:
    run = world.start("apply", "--all", "--yes", "--format", "json", "--report", "report.json")
    assert run.stderr is not None
    assert run.stderr.readline() == "other: 1 to add.\n"
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=30)
    document = json.loads(out)
    assert json.loads((world.folder / "report.json").read_text()) == document
    assert [report["environment"] for report in document["reports"]] == ["other", "staging", "production"]
    # In the moment after a plan was written signals are left alone, so that the run may come to its end.
    assert run.returncode in {0, 3, 130}


# One environment, in its place


def test_in_order_refuses_while_what_comes_before_is_not_applied(world: World) -> None:
    refused = world.run("apply", "production", "--in-order", "--yes", "--format", "json")
    assert refused.code == 4
    (problem,) = refused.json["problems"]
    assert problem["message"] == "production comes after staging, and staging is not applied."
    assert "staging: 1 to add." in problem["hint"]
    assert applied(world) == set()
    assert world.run("apply", "staging", "--in-order", "--yes").code == 0
    assert world.run("apply", "production", "--in-order", "--yes").code == 0


def test_in_order_refuses_where_the_plan_of_the_one_before_can_not_be_made_and_names_nobody(
    world: World,
) -> None:
    world.members("ada@example.org", "ada@example.org", name="staging")
    refused = world.run("apply", "production", "--in-order", "--yes", "--mask")
    assert refused.code == 4
    assert "Its plan can't be made: panels/staging/members/team.yaml:" in " ".join(refused.err.split())
    assert "ada@" not in refused.err


def test_without_in_order_one_environment_is_applied_as_it_always_was(world: World) -> None:
    assert world.run("apply", "production", "--yes").code == 0


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
