"""panel-drift.yml, as the platform's schedule runs it."""

import pytest
from team import Team

pytestmark = pytest.mark.workflows


def _read(team: Team, variables: dict[str, str]) -> int:
    event = {"schedule": "37 5 * * 1"}
    job = team.run("panel-drift", "schedule", event, "refs/heads/main", variables=variables)
    assert job.code == 0, job.log
    return job.code


def test_a_panel_that_differs_has_an_issue_of_its_own_until_it_does_not(team: Team) -> None:
    team.begin("main")
    team.declare("ada")
    team.push("Somebody")
    assert team.apply().code == 0
    team.begin("main")
    team.write(
        "panels/production/members/team.yaml",
        "members:\n  - emailAddress: ada@example.org\n    firstName: Ada\n",
    )
    team.push("A name that the panel doesn't have")
    assert _read(team, {"RECONCILER_DRIFT": "on"}) == 0
    (issue,) = team.github.repository.issues
    assert issue["body"].startswith("<!-- reconciler: panel-drift production -->")
    assert "ada@" not in issue["body"]
    team.begin("main")
    team.declare("ada")
    team.push("As it was")
    assert _read(team, {"RECONCILER_DRIFT": "on"}) == 0
    assert issue["state"] == "closed"


def test_where_it_is_not_switched_on_nothing_is_read(team: Team) -> None:
    assert _read(team, {}) == 0
    assert team.vendor.calls() == []
