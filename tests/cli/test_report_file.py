import json
from pathlib import Path

from plain_git import git
from world import World

from reconciler.apply.report import Provenance
from reconciler.cli.applying import provenance_of

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SHA": "4f6b5a1",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "team/panels",
    "GITHUB_RUN_ID": "77",
    "GITHUB_ACTOR": "ada",
}


def test_outside_ci_there_is_nothing_to_tell() -> None:
    assert provenance_of({"GITHUB_SHA": "4f6b5a1"}) is None


def test_on_github_the_run_has_an_address() -> None:
    assert provenance_of(GITHUB) == Provenance(
        "4f6b5a1", "https://github.com/team/panels/actions/runs/77", "ada"
    )


def test_the_attempt_and_who_started_it_are_told() -> None:
    attempt = {"GITHUB_RUN_ATTEMPT": "2", "GITHUB_TRIGGERING_ACTOR": "grace"}
    assert provenance_of(GITHUB | attempt) == Provenance(
        "4f6b5a1", "https://github.com/team/panels/actions/runs/77/attempts/2", "grace"
    )


def test_the_commit_is_the_one_that_is_checked_out_rather_than_the_event_s(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "Newer")
    assert world.run("apply", "p", "--yes", "--report", "report.json", env=GITHUB).code == 0
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["ci"]["commit"] == git(tmp_path, "rev-parse", "HEAD")


def test_on_gitlab_too() -> None:
    found = provenance_of(
        {
            "GITLAB_CI": "true",
            "CI_COMMIT_SHA": "4f6b5a1",
            "CI_JOB_URL": "https://x/77",
            "GITLAB_USER_LOGIN": "ada",
        }
    )
    assert found == Provenance("4f6b5a1", "https://x/77", "ada")


def test_the_report_says_under_which_commit_by_which_run_and_by_whom(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    assert world.run("apply", "p", "--yes", "--report", "report.json", env=GITHUB).code == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["ci"]["commit"] == "4f6b5a1"
    assert report["ci"]["actor"] == "ada"


def test_a_report_without_a_place_to_stand_is_said_before_the_run(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    refused = world.run("apply", "p", "--yes", "--report", "nowhere/report.json")
    assert refused.code == 1
    assert "no such folder" in refused.err
    assert not (world.panels / "p/state.lock.json").exists()


def test_an_empty_name_is_no_place_for_a_plan(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    refused = world.run("plan", "p", "--out", "")
    assert refused.code == 1
    assert "not a regular file" in refused.err
