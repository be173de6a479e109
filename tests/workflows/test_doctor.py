"""doctor.yml, started by hand."""

import pytest
from team import NAME, Team

pytestmark = pytest.mark.workflows


def test_the_summary_has_a_line_for_each_check_and_nothing_is_changed(team: Team) -> None:
    team.github.repository.settings[""] = {"full_name": NAME, "default_branch": "main"}
    team.github.repository.forbidden = ["environments/", "actions/"]
    team.begin("main")
    team.declare("ada")
    team.push("Somebody")
    before = team.git("ls-remote", "origin")
    job = team.dispatch("doctor")
    assert "| ok | git push |" in job.summary
    assert "| unknown | environment production |" in job.summary
    assert "| ok | key |" in job.summary
    assert [call for call in team.vendor.calls() if "/micropanel/members" in call] == []
    assert len(team.vendor.calls()) == 1
    assert team.panel() == []
    assert team.git("ls-remote", "origin") == before
    assert team.github.repository.writes() == []


def test_each_environment_is_checked_though_the_repository_fails(team: Team) -> None:
    team.github.repository.settings[""] = {"full_name": NAME, "default_branch": "main"}
    job = team.dispatch("doctor")
    assert job.code != 0
    assert "| failed | environment production |" in job.summary
    assert "| ok | key |" in job.summary


def test_a_key_that_is_not_passed_on_fails(team: Team) -> None:
    event = {"ref": "refs/heads/main", "inputs": {}}
    job = team.run("doctor", "workflow_dispatch", event, "refs/heads/main", secrets={})
    assert job.code != 0
    assert "| failed | variable |" in job.summary
    assert team.vendor.calls() == []
