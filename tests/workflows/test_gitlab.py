"""The pipeline for GitLab, run for real: what it leaves on the remote, on GitLab and in the panel."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from gitlab_stand_in import GitLabStandIn
from gitlab_team import MISSING, TEMPLATE, GitLabTeam
from team import addresses
from world import Sandbox

pytestmark = [
    pytest.mark.workflows,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}; .ci/run installs them"),
]

_SECONDS = 60


@pytest.fixture
def team(tmp_path: Path) -> Iterator[GitLabTeam]:
    """A team that has adopted Reconciler on GitLab, its vendor and its platform running."""
    with GitLabStandIn() as gitlab:
        team = GitLabTeam(tmp_path, Sandbox(tmp_path), gitlab)
        yield team
        team.close()


def _failed(log: str, job: str) -> bool:
    return any(line.split()[:2] == ["FAIL", job] for line in log.splitlines())


# Merge requests


def test_a_merge_request_gets_its_plan_as_a_comment_in_the_widget_and_as_an_artifact(
    team: GitLabTeam,
) -> None:
    team.begin("hire")
    team.declare("ada", "grace")
    pull = team.propose("hire")
    job = team.plan(pull)
    assert job.code == 0, job.log
    (comment,) = team.gitlab.repository.bodies(pull.number)
    assert comment.startswith("<!-- reconciler: plan -->\n**production: 2 to add.**")
    assert "This merge request: 2 to add." in comment
    assert "/-/jobs/77" in comment
    assert json.loads(team.left("reconciler-plan.json")) == {"create": 2, "update": 0, "delete": 0}
    assert json.loads(team.left("gl-code-quality-report.json")) == []
    assert "production: 2 to add." in team.left("reconciler-plan.md")
    assert "ada@example.org" not in comment + job.log + team.left("reconciler-plan.md")


@pytest.mark.parametrize(
    ("variable", "visibility", "is_made"),
    [
        pytest.param("on", "private", True, id="switched on in a private project"),
        pytest.param("off", "private", False, id="not switched on"),
        pytest.param("on", "internal", False, id="in an internal project"),
        pytest.param("on", "public", False, id="in a public project"),
    ],
)
def test_the_page_is_made_only_where_it_is_switched_on_and_the_project_is_private(
    team: GitLabTeam, *, variable: str, visibility: str, is_made: bool
) -> None:
    team.begin("hire")
    team.declare("ada")
    given = {"RECONCILER_PAGE": variable, "CI_PROJECT_VISIBILITY": visibility}
    job = team.plan(team.propose("hire"), variables=given)
    assert job.code == 0, job.log
    assert ("reconciler-page" in job.log) is is_made
    if is_made:
        assert "ada@example.org" in team.left("reconciler-page.html")
    assert "ada@example.org" not in job.log


def test_a_mistake_is_in_the_widget_at_its_line_and_the_comment_plans_the_rest(team: GitLabTeam) -> None:
    team.begin("slip")
    team.settings("staging")
    team.list_environments("production", "staging")
    team.write("panels/production/members/team.yaml", "members:\n  - emailAdress: ada@example.org\n")
    team.declare("grace", to="staging")
    pull = team.propose("slip")
    job = team.plan(pull)
    assert _failed(job.log, "reconciler-plan")
    assert _failed(job.log, "reconciler-validate")
    mistake = json.loads(team.left("gl-code-quality-report.json"))[0]
    assert mistake["location"] == {"path": "panels/production/members/team.yaml", "lines": {"begin": 2}}
    (comment,) = team.gitlab.repository.bodies(pull.number)
    assert "**staging: 1 to add.**" in comment
    assert "ada@" not in comment + job.log


def test_a_merge_request_that_is_updated_has_one_comment_which_is_mended_in_the_end(team: GitLabTeam) -> None:
    team.begin("grow")
    for names in (["ada"], ["ada", "grace"], []):
        team.declare(*names)
        pull = team.propose("grow")
        assert team.plan(pull).code == 0
    (comment,) = team.gitlab.repository.bodies(pull.number)
    assert "no longer changes anything" in comment


def test_a_fork_gets_everything_but_the_comment(team: GitLabTeam) -> None:
    team.begin("outside")
    team.declare("ada")
    pull = team.propose("outside")
    job = team.plan(pull, fork=True)
    assert job.code == 0, job.log
    assert team.gitlab.repository.calls == []
    assert "production: 1 to add." in job.log
    assert "fork" in job.log


def test_without_a_token_the_job_is_green_and_names_two_ways_out(team: GitLabTeam) -> None:
    team.begin("hire")
    team.declare("ada")
    job = team.plan(team.propose("hire"), tokens={"CI_JOB_TOKEN": "glcbt-64_0123456789"})
    assert job.code == 0, job.log
    assert "GITLAB_TOKEN" in job.log
    assert "widgets" in job.log
    assert team.gitlab.repository.calls == []


def test_a_merge_request_that_edits_a_lockfile_fails(team: GitLabTeam) -> None:
    team.begin("forge")
    lockfile = {"format": 1, "environment": "production", "target": team.vendor.base_url, "members": {}}
    team.write("panels/production/state.lock.json", json.dumps(lockfile))
    pull = team.propose("forge")
    assert team.plan(pull).code != 0
    (comment,) = team.gitlab.repository.bodies(pull.number)
    assert "edits the lockfile" in comment


# Apply


def test_a_merge_is_applied_its_lockfile_kept_on_main_and_its_merge_request_told(team: GitLabTeam) -> None:
    number = team.merged("hire", "ada", "grace", planned=True)
    job = team.apply()
    assert job.code == 0, job.log
    assert team.panel() == team.members() == addresses("ada", "grace")
    plan, report = team.gitlab.repository.bodies(number)
    assert plan.startswith("<!-- reconciler: plan -->")
    assert report.startswith("<!-- reconciler: apply production -->")
    assert "production: 2 added." in report
    assert "This is the plan that the merge request showed." in report
    assert "ada@" not in report + job.log
    calls = len(team.vendor.calls())
    assert team.apply().code == 0
    assert len(team.vendor.calls()) == calls


def test_merges_whose_own_pipeline_never_ran_are_told_by_the_next_one(team: GitLabTeam) -> None:
    numbers = [
        team.merged("one", "ada", planned=True),
        team.merged("two", "ada", "grace", planned=True),
    ]
    assert team.apply().code == 0
    for number in numbers:
        assert "production: 2 added." in team.gitlab.repository.bodies(number)[-1]


def test_where_apply_is_not_switched_on_it_says_how_and_calls_nobody(team: GitLabTeam) -> None:
    team.merged("hire", "ada")
    job = team.apply(variables={"RECONCILER_APPLY": "off"})
    assert job.code == 0, job.log
    assert "docs/set-up-gitlab.md" in job.log
    assert team.vendor.calls() == []


def test_a_missing_key_is_an_error(team: GitLabTeam) -> None:
    team.merged("hire", "ada")
    job = team.apply(keys={})
    assert _failed(job.log, "reconciler-apply:")
    assert "QUESTIONPRO_API_KEY is" in job.log


def test_a_protected_main_loses_nothing_and_a_job_says_so(team: GitLabTeam) -> None:
    team.merged("hire", "ada")
    team.protect_main()
    job = team.apply()
    assert _failed(job.log, "reconciler-lockfiles")
    assert team.panel() == team.members("reconciler/lockfile-production") == addresses("ada")
    assert json.loads(team.left("reconciler-unpublished/production.json"))["members"]
    calls = len(team.vendor.calls())
    team.unprotect_main()
    again = team.by_hand()
    assert again.code == 0, again.log
    assert team.members() == addresses("ada")
    assert len(team.vendor.calls()) == calls


def test_a_lockfile_on_a_branch_of_its_own_leaves_a_protected_main_alone(team: GitLabTeam) -> None:
    team.begin("main")
    team.settings("production", "lockfile: {branch: reconciler-state}\n")
    team.declare("ada")
    head = team.push("Keep lockfiles elsewhere")
    team.protect_main()
    job = team.apply()
    assert job.code == 0, job.log
    assert team.members("reconciler-state") == team.panel() == addresses("ada")
    assert team.git("rev-parse", "origin/main") == head


def test_a_guard_refuses_and_is_lifted_by_hand_for_one_pipeline(team: GitLabTeam) -> None:
    names = [f"member{number}" for number in range(10)]
    team.merged("hire", *names)
    assert team.apply().code == 0
    team.merged("fire", *names[:5])
    assert _failed(team.apply().log, "reconciler-apply:")
    assert len(team.members()) == 10
    wrong = team.by_hand(RECONCILER_ALLOW="everything")
    assert "RECONCILER_ALLOW takes" in wrong.log
    lifted = team.by_hand(RECONCILER_ALLOW="remove")
    assert lifted.code == 0, lifted.log
    assert team.members() == addresses(*names[:5])


def test_one_environment_can_be_applied_by_hand_with_a_limit_of_calls(team: GitLabTeam) -> None:
    team.begin("main")
    team.settings("staging", "api: {batch_size: 1}\n")
    team.list_environments("production", "staging")
    team.declare("ada", "grace", "edsger", to="staging")
    team.declare("alan")
    team.push("More people")
    job = team.by_hand(RECONCILER_ONLY="staging", RECONCILER_MAX_CALLS="2")
    assert job.code != 0
    assert "This pipeline is for staging." in job.log
    assert len(team.panel()) == 2
    assert team.members(name="staging") == team.panel()


def test_an_environment_that_comes_after_one_that_failed_is_held_back_and_no_other(team: GitLabTeam) -> None:
    team.begin("main")
    team.settings("staging")
    team.settings("production", "after: staging\n")
    team.settings("training")
    team.list_environments("staging", "training")
    later = "\nlater:\n  extends: .reconciler-apply\n  needs: [reconciler-apply]\n"
    team.add_to_pipeline(f"{later}  when: always\n  parallel: {{matrix: [{{ENVIRONMENT: production}}]}}\n")
    team.write("panels/staging/members/team.yaml", "members:\n  - emailAdress: ada@example.org\n")
    team.declare("grace", to="training")
    team.declare("edsger")
    team.push("A slip in staging")
    job = team.apply()
    assert job.code != 0
    assert team.panel() == addresses("grace")


def test_a_journal_that_was_committed_is_not_believed(team: GitLabTeam) -> None:
    team.begin("main")
    team.declare("ada")
    team.write("panels/production/.reconciler/journal.jsonl", "{}\n")
    team.git("add", "--force", "panels/production/.reconciler/journal.jsonl")
    team.push("Forge")
    job = team.apply()
    assert "A folder .reconciler is committed" in job.log
    assert team.vendor.calls() == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_cancelled_job_keeps_what_was_proved(team: GitLabTeam, how: signal.Signals) -> None:
    names = [f"member{number}" for number in range(8)]
    team.vendor_with("--delay", "0.5")
    team.begin("main")
    team.settings("production", "api: {batch_size: 1, concurrency: 1}\n")
    team.push("One call each")
    team.merged("hire", *names)
    process = team.begin_pipeline("main", {})
    _until(lambda: len(team.panel()) > 1)
    os.kill(team.process_of_apply(), how)
    log, _ = process.communicate(timeout=_SECONDS)
    assert _failed(log, "reconciler-apply:")
    known = team.lockfile()
    assert known is not None
    assert set(known["members"]) | set(known.get("unconfirmed", {})) >= set(team.panel())
    assert 0 < len(team.panel()) < len(names)
    assert team.by_hand().code == 0
    assert team.panel() == team.members() == addresses(*names)


# The schedule


def test_a_main_that_is_not_applied_opens_one_issue_which_is_closed_once_it_is(team: GitLabTeam) -> None:
    team.merged("hire", "ada")
    assert team.schedule().code == 0
    assert team.schedule().code == 0
    (issue,) = team.gitlab.repository.issues
    assert (issue["state"], issue["title"]) == ("open", "main is not applied")
    assert "ada@" not in issue["body"]
    assert team.vendor.calls() == []
    assert team.schedule(RECONCILER_APPLY_DAILY="on").code == 0
    assert team.panel() == addresses("ada")
    assert team.schedule().code == 0
    assert issue["state"] == "closed"


def test_without_a_token_the_schedule_fails_instead(team: GitLabTeam) -> None:
    team.merged("hire", "ada")
    assert _failed(team.schedule(GITLAB_TOKEN="").log, "reconciler-drift")


def test_what_differs_in_a_panel_is_an_issue_of_its_own(team: GitLabTeam) -> None:
    team.begin("main")
    team.settings("staging")  # which shares the panel, so that each finds the other's members
    team.list_environments("production", "staging")
    team.declare("ada")
    team.declare("grace", to="staging")
    team.push("Somebody in each")
    assert team.apply().code == 0
    job = team.schedule(RECONCILER_DRIFT="on", RECONCILER_APPLY="off")
    assert job.code == 0, job.log
    titles = {issue["title"] for issue in team.gitlab.repository.issues}
    assert titles == {f"The panel of {name} differs from main" for name in ("production", "staging")}
    assert "ada@" not in job.log + "".join(issue["body"] for issue in team.gitlab.repository.issues)


# The doctor


def test_a_pipeline_for_the_doctor_checks_the_environment_and_applies_nothing(team: GitLabTeam) -> None:
    team.begin("main")
    team.declare("ada")
    team.push("Somebody")
    before = team.git("ls-remote", "origin")
    job = team.by_hand(RECONCILER_DOCTOR="on")
    assert job.code == 0, job.log
    for name in ("git push", "key"):
        assert re.search(rf"ok +{name} ", job.log)
    assert (team.panel(), len(team.vendor.calls())) == ([], 1)
    assert team.git("ls-remote", "origin") == before


# How git gets at the token


@pytest.mark.parametrize(
    ("tokens", "password"),
    [
        ({"CI_JOB_TOKEN": "job"}, "job"),
        ({"CI_JOB_TOKEN": "job", "RECONCILER_PUSH_TOKEN": "push"}, "push"),
    ],
)
def test_git_pushes_with_the_jobs_token_or_with_the_one_that_is_given(
    tokens: dict[str, str], password: str
) -> None:
    variables = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))[".reconciler-apply"]["variables"]
    helper = variables["GIT_CONFIG_VALUE_1"].replace("$$", "$")  # as GitLab does with its own variables
    filled = subprocess.run(
        ["git", "-c", f"credential.helper={helper}", "credential", "fill"],
        input="protocol=https\nhost=gitlab.test\n\n",
        env={"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent", **tokens},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"username=gitlab-ci-token\npassword={password}\n" in filled.stdout


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)
