"""`reconciler ci` in GitLab's jobs, against an API that behaves as GitLab's does."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Ended, Run
from gitlab_stand_in import COMMIT, JOB_TOKEN, TOKEN, GitLabStandIn, merge_request_environ

PULL = 7


@pytest.fixture
def gitlab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabStandIn]:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    with GitLabStandIn() as stand_in:
        for name, value in {**stand_in.environ(), **merge_request_environ(PULL)}.items():
            monkeypatch.setenv(name, value)
        yield stand_in


@pytest.fixture
def ci(run: Run, gitlab: GitLabStandIn) -> Run:
    """Run `reconciler ci` beside a file `plan.md`; whatever happens, no token is in any output."""
    assert gitlab.address

    def run_ci(*arguments: str) -> Ended:
        Path("plan.md").write_text("3 to add", encoding="utf-8")
        ended = run("ci", *arguments)
        assert TOKEN not in ended.out + ended.err
        assert JOB_TOKEN not in ended.out + ended.err
        return ended

    return run_ci


def test_the_plan_is_posted_on_the_merge_request_of_the_pipeline(ci: Run, gitlab: GitLabStandIn) -> None:
    ended = ci("comment", "plan.md")
    assert (ended.code, ended.err) == (0, "")
    assert gitlab.repository.bodies(PULL) == ["<!-- reconciler: plan -->\n3 to add"]


@pytest.mark.parametrize("command", [["comment", "plan.md"], ["report", "production"]])
def test_a_job_token_alone_is_no_failure_and_both_ways_out_are_named(
    ci: Run, gitlab: GitLabStandIn, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.delenv("GITLAB_TOKEN")
    files = ["--report", "report.json", "--body", "plan.md"] if command[0] == "report" else []
    ended = ci(*command, *files)
    assert ended.code == 0
    assert "GITLAB_TOKEN" in ended.out
    assert "widgets" in ended.out
    assert gitlab.repository.calls == []


def test_an_issue_needs_the_token(ci: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITLAB_TOKEN")
    ended = ci("issue", "plan.md", "--title", "main is not applied")
    assert ended.code == 1
    assert "GITLAB_TOKEN" in ended.err


def test_on_a_forks_merge_request_nothing_is_tried(
    ci: Run, gitlab: GitLabStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "99")
    ended = ci("comment", "plan.md")
    assert ended.code == 0
    assert "fork's merge request" in ended.out
    assert gitlab.repository.calls == []


def test_a_report_reaches_the_merge_request_that_brought_the_commit_in(
    ci: Run, gitlab: GitLabStandIn
) -> None:
    gitlab.repository.set_pulls(COMMIT, {"number": PULL})
    Path("report.json").write_text(json.dumps({"environment": "production"}), encoding="utf-8")
    ended = ci("report", "production", "--report", "report.json", "--body", "plan.md")
    assert ended.code == 0
    (body,) = gitlab.repository.bodies(PULL)
    assert body.startswith("<!-- reconciler: apply production -->")
    assert "[The run](https://gitlab.test/git/team/panels/-/jobs/77)" in body


def test_a_commit_of_no_merge_request_is_no_failure(ci: Run) -> None:
    ended = ci("report", "production", "--report", "report.json", "--body", "plan.md")
    assert ended.code == 0
    assert "No merged merge request" in ended.out
