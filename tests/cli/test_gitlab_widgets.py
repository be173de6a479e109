"""`validate --format codequality` and `plan --format gitlab-terraform`: reports that need no token."""

import json
from typing import Any

import pytest
from commands import Ended, Panels, Run


def _report(ended: Ended) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ended.out)
    return found


def _wrong(panels: Panels, *lines: str) -> None:
    panels.write("members:\n" + "".join(f"  - {line}\n" for line in lines))


# Code quality


def test_each_mistake_is_at_its_line(run: Run, panels: Panels) -> None:
    _wrong(panels, "emailAddress: ada@example.org", "emailAdress: grace@example.org")
    ended = run("validate", "--format", "codequality")
    assert ended.code == 1
    entry = _report(ended)[0]
    assert entry["location"] == {
        "path": "panels/production/members/team.yaml",
        "lines": {"begin": 3},
    }
    assert entry["severity"] == "critical"
    assert "emailAddress" in entry["description"]
    assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}


def test_a_warning_is_minor_and_named_by_its_code(run: Run, panels: Panels) -> None:
    _wrong(panels, "emailAddress: ada@gmial.com")
    ended = run("validate", "--format", "codequality")
    assert ended.code == 0
    (entry,) = _report(ended)
    assert entry["severity"] == "minor"
    assert entry["check_name"] in ended.err


def test_without_a_mistake_the_report_is_empty(run: Run, panels: Panels) -> None:
    panels.declare("ada")
    ended = run("validate", "--format", "codequality")
    assert [each for each in _report(ended) if each["severity"] == "critical"] == []


def test_nobody_is_named_in_it(run: Run, panels: Panels) -> None:
    _wrong(panels, "emailAddress: ada@gmial.com", "emailAddress: ada lovelace@example.org")
    ended = run("validate", "--format", "codequality")
    assert "lovelace" not in ended.out
    assert "ada@" not in ended.out


def test_a_mistake_that_moves_is_the_same_and_two_alike_are_two(run: Run, panels: Panels) -> None:
    def fingerprints() -> list[str]:
        return [each["fingerprint"] for each in _report(run("validate", "--format", "codequality"))]

    wrong = ["emailAddress: nobody", "emailAddress: nothing"]
    _wrong(panels, *wrong)
    before = fingerprints()
    _wrong(panels, "emailAddress: ada@example.org", *wrong)
    assert fingerprints()[: len(before)] == before
    assert len(set(before)) == len(before) == 2


def test_the_same_mistake_on_many_rows_is_one_entry(run: Run, panels: Panels) -> None:
    _wrong(panels, *(f"emailAddress: nobody{number}" for number in range(50)))
    (entry,) = _report(run("validate", "--format", "codequality"))
    assert "50" in entry["description"]


@pytest.mark.usefixtures("panels")
def test_a_command_that_can_not_run_is_reported_too(run: Run) -> None:
    ended = run("--panels", "elsewhere", "validate", "--format", "codequality")
    assert ended.code == 1
    (entry,) = _report(ended)
    assert entry["location"]["lines"]["begin"] == 1


# Counts


def test_a_plan_is_counted(run: Run, panels: Panels) -> None:
    panels.declare("ada", "grace")
    ended = run("plan", "production", "--format", "gitlab-terraform")
    assert ended.code == 0
    assert json.loads(ended.out) == {"create": 2, "update": 0, "delete": 0}


def test_the_counts_of_all_plans_are_added_up(run: Run, panels: Panels) -> None:
    panels.environment("staging")
    panels.declare("ada", to="staging")
    ended = run("plan", "--all", "--format", "gitlab-terraform")
    assert json.loads(ended.out) == {"create": 3, "update": 0, "delete": 0}


def test_where_there_is_no_plan_nothing_is_claimed(run: Run, panels: Panels) -> None:
    _wrong(panels, "emailAdress: ada@example.org")
    ended = run("plan", "production", "--format", "gitlab-terraform")
    assert ended.code == 1
    assert ended.out == ""


@pytest.mark.parametrize(
    "arguments",
    [["plan", "production", "--format", "codequality"], ["validate", "--format", "gitlab-terraform"]],
)
def test_each_is_for_one_command_alone(run: Run, panels: Panels, arguments: list[str]) -> None:
    assert panels.lockfile.parent.exists()
    assert run(*arguments).code == 64
