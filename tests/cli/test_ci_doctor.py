"""`ci doctor`: what only the platform knows, against APIs that behave as GitHub's and GitLab's do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from commands import Ended, Run
from git_panels import GitPanels
from github_stand_in import TOKEN, GitHubStandIn
from gitlab_stand_in import TOKEN as GITLAB_TOKEN
from gitlab_stand_in import GitLabStandIn

_SETTINGS = """\
datacenter: eu
api_key: {env: KEY}
lockfile: {branch: reconciler-state}
"""
_STATE, _FALLBACK = "rules/branches/reconciler-state", "rules/branches/reconciler%2Flockfile-production"
_MAIN = "rules/branches/main"
_ENVIRONMENT = "environments/production"
_POLICIES = f"{_ENVIRONMENT}/deployment-branch-policies"
_SAFE = [{"type": "deletion", "ruleset_id": 4}, {"type": "non_fast_forward", "ruleset_id": 4}]
_FILES = ("apply.yml", "drift.yml", "panel-drift.yml")


@pytest.fixture
def panels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitPanels:
    """A clone with one environment whose lockfile has its own branch, and one that is embedded."""
    panels = GitPanels(tmp_path / "clone")
    panels.environment("production", _SETTINGS)
    panels.environment("sandbox", "embedded: true\n")
    monkeypatch.chdir(panels.root)
    return panels


@pytest.fixture
def github(panels: GitPanels, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubStandIn]:
    """A repository on GitHub that is set up as the page says."""
    assert panels.root.exists()
    with GitHubStandIn() as stand_in:
        for name, value in stand_in.environ().items():
            monkeypatch.setenv(name, value)
        stand_in.repository.settings = {
            "": {"full_name": "team/panels", "default_branch": "main", "private": True},
            _STATE: _SAFE,
            _MAIN: [_required("reconciler-plan")],
            "rulesets/7": {"id": 7, "current_user_can_bypass": "never"},
            _ENVIRONMENT: {
                "name": "production",
                "protection_rules": [{"type": "required_reviewers"}, {"type": "branch_policy"}],
                "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
            },
            _POLICIES: {"branch_policies": [{"name": "main", "type": "branch"}]},
            f"{_ENVIRONMENT}/secrets/KEY": {"name": "KEY"},
            **{f"actions/workflows/{file}": {"state": "active"} for file in _FILES},
            **{f"actions/workflows/{file}/runs": _ran(days_ago=0) for file in _FILES},
        }
        stand_in.repository.add_comment(7, "<!-- reconciler: plan -->\n3 to add")
        yield stand_in


def _required(check: str) -> dict[str, Any]:
    parameters = {"required_status_checks": [{"context": check}]}
    return {"type": "required_status_checks", "ruleset_id": 7, "parameters": parameters}


def _ran(days_ago: int) -> dict[str, Any]:
    moment = datetime.now(UTC) - timedelta(days=days_ago)
    return {"workflow_runs": [{"created_at": moment.isoformat()}]}


@pytest.fixture
def doctor(run: Run) -> Run:
    """Run it; whatever happens, no token is in any output."""

    def run_doctor(*arguments: str) -> Ended:
        ended = run("ci", "doctor", *arguments)
        assert TOKEN not in ended.out + ended.err
        assert GITLAB_TOKEN not in ended.out + ended.err
        return ended

    return run_doctor


def _checks(ended: Ended) -> dict[str, dict[str, Any]]:
    return {check["check"]: check for check in json.loads(ended.out)["checks"]}


def test_a_repository_that_is_set_up_as_the_page_says_has_only_ok_lines(
    doctor: Run, github: GitHubStandIn
) -> None:
    ended = doctor("--format", "json")
    checks = _checks(ended)
    assert {name: check["status"] for name, check in checks.items()} == dict.fromkeys(
        [
            "git push",
            "token",
            "rules for reconciler-state",
            "rules for reconciler/lockfile-production",
            "comment",
            "environment production",
            "key of production",
            "required check",
            *(f"schedule of {file}" for file in _FILES),
        ],
        "ok",
    )
    assert ended.code == 0
    assert github.repository.writes() == []


def test_nothing_is_pushed(doctor: Run, github: GitHubStandIn, panels: GitPanels) -> None:
    before = panels.git("ls-remote", "origin")
    assert doctor().code == 0
    assert panels.git("ls-remote", "origin") == before
    assert github.repository.calls


def test_a_remote_that_takes_no_push_fails(doctor: Run, github: GitHubStandIn, panels: GitPanels) -> None:
    assert github.address
    panels.git("remote", "set-url", "origin", "../nowhere.git")
    ended = doctor("--format", "json")
    assert (ended.code, _checks(ended)["git push"]["status"]) == (1, "failed")


@pytest.mark.parametrize(
    ("path", "document", "check", "status"),
    [
        (_STATE, [{"type": "pull_request", "ruleset_id": 7}], "rules for reconciler-state", "failed"),
        (_STATE, [{"type": "update", "ruleset_id": 8}], "rules for reconciler-state", "unknown"),
        (_STATE, [{"type": "required_signatures"}], "rules for reconciler-state", "unknown"),
        (_STATE, [], "rules for reconciler-state", "ok"),
        (_FALLBACK, _SAFE, "rules for reconciler/lockfile-production", "unknown"),
        (
            _FALLBACK,
            [{"type": "creation", "ruleset_id": 7}],
            "rules for reconciler/lockfile-production",
            "failed",
        ),
        (_MAIN, [_required("another")], "required check", "failed"),
        (_MAIN, [], "required check", "failed"),
        (
            _POLICIES,
            {"branch_policies": [{"name": "*"}, {"name": "main"}]},
            "environment production",
            "failed",
        ),
        (_ENVIRONMENT, {"deployment_branch_policy": None}, "environment production", "failed"),
        (
            _ENVIRONMENT,
            {"deployment_branch_policy": {"protected_branches": True}},
            "environment production",
            "ok",
        ),
        ("actions/workflows/drift.yml", {"state": "disabled_inactivity"}, "schedule of drift.yml", "failed"),
        ("actions/workflows/drift.yml/runs", _ran(days_ago=9), "schedule of drift.yml", "failed"),
        ("actions/workflows/panel-drift.yml/runs", _ran(days_ago=9), "schedule of panel-drift.yml", "ok"),
        ("actions/workflows/drift.yml/runs", {"workflow_runs": []}, "schedule of drift.yml", "unknown"),
    ],
)
def test_a_setting_decides_about_its_line(
    doctor: Run, github: GitHubStandIn, path: str, document: Any, check: str, status: str
) -> None:
    github.repository.settings[path] = document
    ended = doctor("--format", "json")
    found = _checks(ended)[check]
    assert (found["status"], ended.code) == (status, 1 if status == "failed" else 0)
    assert bool(found["remedy"]) == (status == "failed") or status == "unknown"


def test_rules_that_the_token_may_bypass_decline_nothing(doctor: Run, github: GitHubStandIn) -> None:
    github.repository.settings[_STATE] = [{"type": "pull_request", "ruleset_id": 7}]
    github.repository.settings["rulesets/7"] = {"current_user_can_bypass": "always"}
    assert _checks(doctor("--format", "json"))["rules for reconciler-state"]["status"] == "ok"


def test_a_branch_protection_counts_for_the_required_check_and_is_unknown_for_pushes(
    doctor: Run, github: GitHubStandIn
) -> None:
    protected = {
        "protected": True,
        "protection": {"required_status_checks": {"contexts": ["reconciler-plan"]}},
    }
    github.repository.settings |= {
        _MAIN: [],
        "branches/main": protected,
        _STATE: [],
        "branches/reconciler-state": {"protected": True},
    }
    checks = _checks(doctor("--format", "json"))
    assert checks["required check"]["status"] == "ok"
    assert checks["rules for reconciler-state"]["status"] == "unknown"


@pytest.mark.parametrize(
    ("path", "check"),
    [
        (_ENVIRONMENT, "environment production"),
        (f"{_ENVIRONMENT}/secrets/KEY", "key of production"),
    ],
)
def test_what_is_not_there_fails(doctor: Run, github: GitHubStandIn, path: str, check: str) -> None:
    del github.repository.settings[path]
    ended = doctor("--format", "json")
    assert (ended.code, _checks(ended)[check]["status"]) == (1, "failed")


def test_what_the_token_may_not_read_is_unknown_and_says_which_right_it_needs(
    doctor: Run, github: GitHubStandIn
) -> None:
    github.repository.forbidden = [f"{_ENVIRONMENT}/secrets/", "actions/", "issues/comments"]
    ended = doctor("--format", "json")
    checks = _checks(ended)
    assert ended.code == 0
    assert {name for name, check in checks.items() if check["status"] == "unknown"} == {
        "comment",
        "key of production",
        *(f"schedule of {file}" for file in _FILES),
    }
    assert "actions: read" in checks["schedule of drift.yml"]["remedy"]


def test_without_a_comment_of_a_job_it_is_unknown_whether_one_may_comment(
    doctor: Run, github: GitHubStandIn
) -> None:
    github.repository.comments.clear()
    github.repository.add_comment(7, "<!-- reconciler: plan -->", user={"login": "mallory", "type": "User"})
    assert _checks(doctor("--format", "json"))["comment"]["status"] == "unknown"


def test_a_token_that_is_not_valid_fails_and_nothing_else_is_asked(
    doctor: Run, github: GitHubStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_mistyped0")
    ended = doctor("--format", "json")
    statuses = {name: check["status"] for name, check in _checks(ended).items()}
    assert (ended.code, statuses.pop("token"), statuses.pop("git push")) == (1, "failed", "ok")
    assert set(statuses.values()) == {"unknown"}
    assert len(github.repository.calls) == 1


def test_a_lockfile_on_a_main_that_wants_pull_requests_fails(
    doctor: Run, github: GitHubStandIn, panels: GitPanels
) -> None:
    panels.environment("production", "datacenter: eu\napi_key: {env: KEY}\n")
    checks = _checks(doctor("--format", "json"))
    assert github.repository.calls
    assert checks["rules for main"]["status"] == "failed"
    assert "reconciler-state" in checks["rules for main"]["remedy"]


def test_settings_that_are_wrong_fail_and_the_others_are_checked(
    doctor: Run, github: GitHubStandIn, panels: GitPanels
) -> None:
    panels.environment("staging", "datacenter: eu\n")
    ended = doctor("--format", "json")
    checks = _checks(ended)
    assert github.repository.calls
    assert (ended.code, checks["settings of staging"]["status"]) == (1, "failed")
    assert checks["environment production"]["status"] == "ok"


def test_in_markdown_each_check_is_a_row(doctor: Run, github: GitHubStandIn) -> None:
    del github.repository.settings[_ENVIRONMENT]
    shown = doctor("--format", "markdown").out
    assert "| failed | environment production |" in shown


def test_outside_of_a_job_it_says_what_to_set(
    doctor: Run, panels: GitPanels, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert panels.root.exists()
    for name in ("GITHUB_REPOSITORY", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    ended = doctor()
    assert ended.code == 1
    assert "--on" in ended.err


# GitLab


@pytest.fixture
def gitlab(panels: GitPanels, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabStandIn]:
    """A project on GitLab, Premium, that is set up as the page says."""
    assert panels.root.exists()
    for name in ("GITHUB_ACTIONS", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    with GitLabStandIn() as stand_in:
        for name, value in stand_in.environ().items():
            monkeypatch.setenv(name, value)
        stand_in.repository.settings = {
            "": {
                "path_with_namespace": "team/panels",
                "default_branch": "main",
                "visibility": "private",
                "only_allow_merge_if_pipeline_succeeds": True,
            },
            "protected_branches": [{"name": "main", "push_access_levels": []}],
            "protected_environments/production": {"name": "production"},
            "pipeline_schedules": [{"ref": "refs/heads/main", "next_run_at": "2026-11-24T05:00:00Z"}],
        }
        yield stand_in


def test_on_gitlab_all_is_ok_but_the_key_whose_name_is_shown_only_with_its_value(
    doctor: Run, gitlab: GitLabStandIn
) -> None:
    ended = doctor("--format", "json")
    statuses = {name: check["status"] for name, check in _checks(ended).items()}
    assert (ended.code, statuses.pop("key of production")) == (0, "unknown")
    assert set(statuses.values()) == {"ok"}
    assert not [call for call in gitlab.repository.calls if "/variables" in call]


@pytest.mark.parametrize(
    ("path", "document", "check", "status"),
    [
        ("protected_branches", [{"name": "reconciler*"}], "rules for reconciler-state", "unknown"),
        ("pipeline_schedules", [], "schedule", "failed"),
        ("scopes", ["read_api"], "comment", "failed"),
    ],
)
def test_on_gitlab_a_setting_decides_about_its_line(
    doctor: Run, gitlab: GitLabStandIn, path: str, document: Any, check: str, status: str
) -> None:
    gitlab.repository.settings[path] = document
    assert _checks(doctor("--format", "json"))[check]["status"] == status


def test_on_gitlab_a_tier_without_protected_environments_is_unknown(
    doctor: Run, gitlab: GitLabStandIn
) -> None:
    del gitlab.repository.settings["protected_environments/production"]
    assert _checks(doctor("--format", "json"))["environment production"]["status"] == "unknown"


def test_on_gitlab_a_merge_without_a_plan_fails(doctor: Run, gitlab: GitLabStandIn) -> None:
    gitlab.repository.settings[""]["only_allow_merge_if_pipeline_succeeds"] = False
    ended = doctor("--format", "json")
    assert (ended.code, _checks(ended)["required check"]["status"]) == (1, "failed")


def test_on_gitlab_a_job_token_alone_reads_nothing_and_that_is_no_failure(
    doctor: Run, gitlab: GitLabStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITLAB_TOKEN")
    ended = doctor("--format", "json")
    statuses = {name: check["status"] for name, check in _checks(ended).items()}
    assert (ended.code, statuses.pop("git push"), gitlab.repository.calls) == (0, "ok", [])
    assert set(statuses.values()) == {"unknown"}
