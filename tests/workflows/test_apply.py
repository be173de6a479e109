"""apply.yml, as the platform runs it for a push or by hand: what it leaves on the remote and in the panel."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from github_commits import GITHUB
from team import Job, Team, addresses

pytestmark = pytest.mark.workflows

_SECONDS = 60


def _protected_meanwhile(team: Team, *, private: bool = True) -> Job:
    """Run an apply while which main becomes protected: behind the push that tests whether it is."""
    team.protect_main(after=1)
    return team.apply(private=private)


def _merged_past_protection(team: Team, *names: str) -> None:
    """The same where main is protected: merging a pull request is what the protection lets through."""
    team.unprotect_main()
    team.merged("more", *names)
    team.protect_main()


def test_a_merge_is_applied_its_lockfile_kept_on_main_and_its_pull_request_told(team: Team) -> None:
    number = team.merged("hire", "ada", "grace", planned=True)
    job = team.apply()
    assert job.code == 0, job.log
    assert team.panel() == team.members() == addresses("ada", "grace")
    plan, report = team.github.repository.bodies(number)
    assert plan.startswith("<!-- reconciler: plan -->")
    assert report.startswith("<!-- reconciler: apply production -->")
    assert "production: 2 added." in report
    assert "This is the plan that the pull request showed." in report
    kept = (team.artifacts / "report-production-1" / "report.md").read_text(encoding="utf-8")
    assert kept.strip() in report
    assert "ada@" not in report + job.log + kept


def test_the_plan_stands_in_the_summary_before_anything_is_asked_or_done(team: Team) -> None:
    team.merged("hire", "ada")
    job = team.apply()
    assert job.log.index("production: 1 to add.") < job.log.index("Apply production")


def test_applying_again_needs_no_commit_and_does_nothing(team: Team) -> None:
    team.merged("hire", "ada")
    assert team.apply().code == 0
    team.git("fetch", "origin")
    head = team.git("rev-parse", "origin/main")
    calls = len(team.vendor.calls())
    again = team.dispatch("apply")
    assert again.code == 0, again.log
    team.git("fetch", "origin")
    assert team.git("rev-parse", "origin/main") == head
    assert len(team.vendor.calls()) == calls


def test_only_environments_with_something_to_do_get_a_job_that_could_ask_for_approval(team: Team) -> None:
    team.begin("main")
    team.settings("staging")
    team.declare("ada", to="staging")
    team.push("Somebody in staging alone")
    job = team.apply()
    assert job.code == 0, job.log
    assert "Apply staging" in job.log
    assert "Apply production" not in job.log
    again = team.apply()
    assert again.code == 0, again.log
    assert "Apply staging" not in again.log


_ANOTHER_MERGE = """
git fetch --quiet
git checkout --quiet -B sudden origin/main
printf '  - emailAddress: grace@example.org\n' >> panels/production/members/team.yaml
git commit --quiet --all --message Sudden
git push --quiet origin HEAD:main
"""


@pytest.mark.parametrize(
    ("exact", "panel"), [("on", []), ("off", ["ada@example.org", "grace@example.org"])], ids=["exact", "not"]
)
def test_what_was_approved_is_carried_out_to_the_letter_where_the_team_wants_that(
    team: Team, exact: str, panel: list[str]
) -> None:
    team.merged("hire", "ada")
    team.before_job("apply", _ANOTHER_MERGE)
    job = team.apply(variables={"RECONCILER_APPLY": "on", "RECONCILER_EXACT": exact})
    assert (job.code == 0) == (exact == "off"), job.log
    assert team.panel() == panel


def test_an_environment_whose_turn_depends_on_one_that_failed_is_held_back(team: Team) -> None:
    team.begin("main")
    team.settings("staging")
    team.settings("production", "after: staging\n")
    team.write("panels/staging/members/team.yaml", "members:\n  - emailAdress: ada@example.org\n")
    team.settings("training")
    team.declare("grace", to="training")
    team.declare("edsger")
    team.push("A slip in staging")
    job = team.apply()
    assert job.code == 1
    assert team.panel() == addresses("grace")
    assert "production comes after staging, and staging is not applied" in job.log


def test_one_environment_can_be_applied_by_hand_with_a_limit_of_calls(team: Team) -> None:
    team.begin("main")
    team.settings("staging", "api: {batch_size: 1}\n")
    team.declare("ada", "grace", "edsger", to="staging")
    team.declare("alan")
    team.push("More people")
    job = team.dispatch("apply", environment="staging", max_calls="2")
    assert job.code == 1
    assert len(team.panel()) == 2
    lockfile = team.lockfile("main", "staging")
    assert lockfile is not None
    assert sorted(lockfile["members"]) == team.panel()


@pytest.mark.parametrize(
    ("server", "started"), [("github.com", []), ("git.team.test", ["apply.yml on main"])]
)
def test_a_limited_run_starts_a_full_one_where_runs_do_not_queue(
    team: Team, server: str, started: list[str]
) -> None:
    team.server = f"https://{server}"
    team.merged("hire", "ada")
    job = team.dispatch("apply", max_calls="1")
    assert job.code == 0, job.log
    assert team.github.repository.dispatched == started


@pytest.mark.parametrize(("daily", "panel"), [("on", ["ada@example.org"]), ("", [])])
def test_apply_runs_daily_only_where_the_team_says_so(team: Team, daily: str, panel: list[str]) -> None:
    team.merged("hire", "ada")
    variables = {"RECONCILER_APPLY": "on", "RECONCILER_APPLY_DAILY": daily}
    job = team.run("apply", "schedule", {"schedule": "47 4 * * *"}, "refs/heads/main", variables=variables)
    assert job.code == 0, job.log
    assert team.panel() == panel


def test_a_guard_refuses_a_merge_and_is_lifted_by_hand_for_one_run(team: Team) -> None:
    names = [f"member{number}" for number in range(10)]
    team.merged("hire", *names)
    assert team.apply().code == 0
    team.merged("fire", *names[:5])
    refused = team.apply()
    assert refused.code == 1
    assert "5 of 10 members would be removed" in refused.log
    assert len(team.members()) == 10
    lifted = team.dispatch("apply", allow_remove="true")
    assert lifted.code == 0, lifted.log
    assert team.members() == addresses(*names[:5])
    assert "A guard refuses this plan" in refused.summary
    assert "A guard refuses this plan" not in lifted.summary
    assert lifted.summary.count("Lifted for this run: remove.") == 2


def test_a_deletion_beyond_the_guard_is_lifted_by_two_inputs_that_both_plans_show(team: Team) -> None:
    names = [f"member{number}" for number in range(10)]
    team.begin("main")
    team.settings("production", "policy: {on_remove: delete}\n")
    team.push("Delete those who leave")
    team.merged("hire", *names)
    assert team.apply().code == 0
    team.merged("fire", *names[:5])
    assert team.dispatch("apply", allow_delete="true").code == 1
    assert len(team.panel()) == 10
    lifted = team.dispatch("apply", allow_delete="true", allow_remove="true")
    assert lifted.code == 0, lifted.log
    assert team.panel() == addresses(*names[:5])
    assert lifted.summary.count("Lifted for this run: remove, delete.") == 2


def test_a_lockfile_moves_from_main_to_a_branch_of_its_own_and_no_call_is_spent(team: Team) -> None:
    team.merged("hire", "ada")
    assert team.apply().code == 0
    calls = len(team.vendor.calls())
    team.begin("move")
    team.settings("production", "lockfile: {branch: reconciler-state}\n")
    team.merge(team.propose("move"))
    team.protect_main()
    assert team.apply().code == 0
    team.unprotect_main()
    team.begin("tidy")
    team.git("rm", "--quiet", "panels/production/state.lock.json")
    pull = team.propose("tidy")
    assert team.plan(pull).code == 0
    team.merge(pull)
    assert team.apply().code == 0
    assert team.members("reconciler-state") == addresses("ada")
    assert len(team.vendor.calls()) == calls


def test_a_journal_that_was_committed_is_not_believed(team: Team) -> None:
    team.begin("main")
    team.declare("ada")
    team.write("panels/production/.reconciler/journal.jsonl", "{}\n")
    team.git("add", "--force", "panels/production/.reconciler/journal.jsonl")
    team.push("Forge")
    job = team.apply()
    assert job.code == 1
    assert "A folder .reconciler is committed" in job.log
    assert team.vendor.calls() == []


def test_an_environment_that_there_is_not_is_an_error(team: Team) -> None:
    job = team.dispatch("apply", environment="prodution")
    assert job.code == 1
    assert 'Did you mean "production"?' in job.log


def test_where_apply_is_not_switched_on_it_says_how_and_calls_nobody(team: Team) -> None:
    team.merged("hire", "ada")
    job = team.apply(variables={})
    assert job.code == 0, job.log
    assert "RECONCILER_APPLY" in job.summary
    assert team.vendor.calls() == []


def test_a_missing_key_is_an_error_where_apply_is_switched_on(team: Team) -> None:
    team.merged("hire", "ada")
    job = team.apply(secrets={})
    assert job.code == 1
    assert "QUESTIONPRO_API_KEY is" in job.log


def test_two_merges_at_once_end_with_everyone_in_the_panel_and_in_the_lockfile(team: Team) -> None:
    team.merged("one", "ada")
    first = team.start("apply", "push", {"ref": "refs/heads/main"}, "refs/heads/main")
    team.merged("two", "ada", "grace")
    second = team.start("apply", "push", {"ref": "refs/heads/main"}, "refs/heads/main")
    logs = [process.communicate(timeout=_SECONDS)[0] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), "\n".join(logs)
    assert team.panel() == team.members() == addresses("ada", "grace")


def test_a_main_that_moved_on_during_apply_keeps_its_commits_and_gets_the_lockfile(team: Team) -> None:
    team.merged("hire", "ada")
    process = team.start("apply", "push", {"ref": "refs/heads/main"}, "refs/heads/main")
    _until(lambda: bool(team.vendor.calls()))
    team.begin("main")
    team.write("README.md", "Our panels.\n")
    moved = team.push("Something else")
    log, _ = process.communicate(timeout=_SECONDS)
    assert process.returncode == 0, log
    assert team.members() == addresses("ada")
    assert team.git("merge-base", moved, "origin/main") == moved


def test_nobody_is_sent_where_the_lockfile_could_not_be_published(team: Team) -> None:
    team.merged("hire", "ada")
    team.protect_main()
    job = team.apply()
    assert job.code == 1
    assert team.vendor.calls() == []
    assert "lockfile: {branch:" in job.log


def test_a_lockfile_is_signed_by_github_where_rules_require_it_and_the_team_says_so(team: Team) -> None:
    team.merged("hire", "ada")
    team.require_signatures()
    assert team.apply().code == 1
    assert team.vendor.calls() == []
    job = team.apply(variables={"RECONCILER_APPLY": "on", "RECONCILER_SIGNED": "on"})
    assert job.code == 0, job.log
    assert team.members() == team.panel() == addresses("ada")
    assert team.git("log", "-2", "--format=%ce", "origin/main").split() == [GITHUB, GITHUB]


def test_a_main_that_is_protected_during_apply_loses_nothing_and_says_what_to_configure(team: Team) -> None:
    team.merged("hire", "ada")
    job = _protected_meanwhile(team)
    assert job.code == 1
    assert team.panel() == team.members("reconciler/lockfile-production") == addresses("ada")
    assert team.members() == []
    assert "lockfile: {branch:" in job.log
    assert (team.artifacts / "lockfile-production-1" / "state.lock.json").is_file()
    _merged_past_protection(team, "ada", "grace")
    assert team.apply().code == 1
    assert team.panel() == addresses("ada")
    team.unprotect_main()
    assert team.dispatch("apply").code == 0
    assert team.panel() == team.members() == addresses("ada", "grace")
    assert len(team.vendor.calls()) == 2


def test_a_public_repository_keeps_a_stranded_lockfile_on_its_branch_alone(team: Team) -> None:
    team.merged("hire", "ada")
    assert _protected_meanwhile(team, private=False).code == 1
    assert team.members("reconciler/lockfile-production") == addresses("ada")
    assert not list(team.artifacts.glob("lockfile-*"))


def test_a_lockfile_on_a_branch_of_its_own_leaves_a_protected_main_alone(team: Team) -> None:
    team.begin("main")
    team.settings("production", "lockfile: {branch: reconciler-state}\n")
    team.push("Keep lockfiles elsewhere")
    team.merged("hire", "ada")
    head = team.git("rev-parse", "origin/main")
    team.protect_main()
    job = team.apply()
    assert job.code == 0, job.log
    assert team.members("reconciler-state") == team.panel() == addresses("ada")
    assert team.git("rev-parse", "origin/main") == head
    team.unprotect_main()
    team.begin("more")
    team.declare("ada", "grace")
    pull = team.propose("more")
    planned = team.plan(pull)
    assert "production: 1 to add, 1 unchanged." in planned.summary


def test_an_apply_that_fails_half_way_keeps_what_it_proved_and_the_next_one_carries_on(team: Team) -> None:
    team.begin("main")
    team.settings("production", "api: {batch_size: 1, concurrency: 1}\n")
    team.push("One call each")
    number = team.merged("hire", "ada", "bad", "grace", planned=True)
    team.vendor_with("--refuse", "bad@example.org")
    job = team.apply()
    assert job.code == 1
    assert team.panel() == team.members() == addresses("ada", "grace")
    assert "rejected" in team.github.repository.bodies(number)[-1]


def _interrupted(team: Team, names: list[str], how: signal.Signals) -> Job:
    """Run an apply of so many people, one call each, and signal its step's shell in the midst of it."""
    team.vendor_with("--delay", "0.5")
    team.begin("main")
    team.settings("production", "api: {batch_size: 1, concurrency: 1}\n")
    team.push("One call each")
    team.merged("hire", *names)
    process = team.start("apply", "push", {"ref": "refs/heads/main"}, "refs/heads/main")
    _until(lambda: len(team.panel()) > 1)
    os.kill(_shell_of_apply(team, process.pid), how)
    log, _ = process.communicate(timeout=_SECONDS)
    assert process.returncode == 1, log
    return Job(process.returncode, log)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_cancelled_job_keeps_what_was_proved(team: Team, how: signal.Signals) -> None:
    names = [f"member{number}" for number in range(8)]
    _interrupted(team, names, how)
    known = team.lockfile()
    assert known is not None
    assert set(known["members"]) | set(known.get("unconfirmed", {})) >= set(team.panel())
    assert 0 < len(team.panel()) < len(names)
    assert team.dispatch("apply").code == 0
    assert team.panel() == team.members() == addresses(*names)


def test_a_cancelled_job_ends_well_and_reports(team: Team) -> None:
    names = [f"member{number}" for number in range(8)]
    job = _interrupted(team, names, signal.SIGINT)
    known = team.lockfile()
    assert known is not None
    assert sorted(known["members"]) == team.panel()
    assert "unconfirmed" not in known
    assert f"{len(team.panel())} added" in job.summary


def test_a_merge_whose_own_run_was_evicted_is_told_by_the_next_one(team: Team) -> None:
    evicted = team.merged("one", "ada", planned=True)
    newest = team.merged("two", "ada", "grace", planned=True)
    assert team.apply().code == 0
    for number in (evicted, newest):
        assert "production: 2 added." in team.github.repository.bodies(number)[-1]
    compared = "The pull request showed 1 to add; now it was 2 to add."
    assert compared in team.github.repository.bodies(evicted)[-1]


def test_a_pull_request_that_was_told_is_not_told_of_later_runs(team: Team) -> None:
    first = team.merged("one", "ada", planned=True)
    assert team.apply().code == 0
    told = team.github.repository.bodies(first)
    team.merged("two", "ada", "grace")
    assert team.apply().code == 0
    assert team.github.repository.bodies(first) == told


def _shell_of_apply(team: Team, act: int) -> int:
    """The process that act, as a runner, started for the step that runs apply: what a cancelled job signals.

    Source: GitHub's page *Canceling a workflow*: the step's entry process is signalled, which is its shell.
    """
    parents = {number: _parent(number) for number in _processes()}
    (process,) = (number for number in parents if _is_apply_of(team, Path(f"/proc/{number}")))
    while parents[process] != act:
        process = parents[process]
    return process


def _processes() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal()]


def _parent(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[1])


def _is_apply_of(team: Team, process: Path) -> bool:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
        there = (process / "cwd").readlink()
    except OSError:
        return False
    is_apply = b"apply" in words and b"production" in words
    return is_apply and there.is_relative_to(team.folder)


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)
