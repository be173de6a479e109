"""drift.yml, as the platform's schedule runs it."""

import pytest
from team import Team

pytestmark = pytest.mark.workflows


def _drift(team: Team, **more: object) -> int:
    return team.run("drift", "schedule", {"schedule": "17 5 * * *"}, "refs/heads/main", **more).code


def test_a_main_that_is_not_applied_opens_one_issue_which_is_closed_once_it_is(team: Team) -> None:
    team.begin("main")
    team.declare("ada")
    team.push("Not applied yet")
    assert _drift(team) == 0
    assert _drift(team) == 0
    (issue,) = team.github.repository.issues
    assert issue["state"] == "open"
    assert issue["title"] == "main is not applied"
    assert "production: 1 to add." in issue["body"]
    assert "ada@" not in issue["body"]
    assert team.dispatch("apply").code == 0
    assert _drift(team) == 0
    assert issue["state"] == "closed"


def test_a_main_that_can_not_be_planned_opens_the_issue_and_fails(team: Team) -> None:
    team.begin("main")
    team.write("panels/production/members/team.yaml", "members:\n  - emailAdress: ada@example.org\n")
    team.push("A slip")
    assert _drift(team) == 1
    (issue,) = team.github.repository.issues
    assert "team.yaml:2" in issue["body"]


def test_where_apply_is_not_switched_on_nothing_is_looked_at(team: Team) -> None:
    team.begin("main")
    team.declare("ada")
    team.push("Not applied yet")
    assert _drift(team, variables={}) == 0
    assert team.github.repository.calls == []
