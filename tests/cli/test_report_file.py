import json
from pathlib import Path

import pytest
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


RUN = "https://github.com/team/panels/actions/runs/77"
ATTEMPT = {"GITHUB_RUN_ATTEMPT": "2", "GITHUB_TRIGGERING_ACTOR": "grace"}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_COMMIT_SHA": "4f6b5a1",
    "CI_JOB_URL": "https://x/77",
    "GITLAB_USER_LOGIN": "ada",
}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"GITHUB_SHA": "4f6b5a1"}, None),
        (GITHUB, Provenance("4f6b5a1", RUN, "ada")),
        (GITHUB | ATTEMPT, Provenance("4f6b5a1", f"{RUN}/attempts/2", "grace")),
        (GITLAB, Provenance("4f6b5a1", "https://x/77", "ada")),
    ],
    ids=["outside CI", "GitHub", "a second attempt", "GitLab"],
)
def test_a_run_in_ci_has_a_commit_an_address_and_an_actor(
    environ: dict[str, str], expected: Provenance | None
) -> None:
    assert provenance_of(environ) == expected


def test_the_commit_is_the_one_that_is_checked_out_rather_than_the_event_s(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "Newer")
    assert world.run("apply", "p", "--yes", "--report", "report.json", env=GITHUB).code == 0
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["ci"]["commit"] == git(tmp_path, "rev-parse", "HEAD")
    assert report["ci"]["actor"] == "ada"


def test_a_report_without_a_place_is_said_before_the_run(tmp_path: Path) -> None:
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
