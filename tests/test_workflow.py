"""The workflows can do no more harm than they must, and CI runs the checks that everyone runs."""

import re
from pathlib import Path

import pytest
from workflow_files import WORKFLOWS, checkouts, steps, triggers, workflow

each_workflow = pytest.mark.parametrize("name", sorted(path.stem for path in WORKFLOWS.glob("*.yml")))

_PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
_SKIPS = re.compile(r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]")
_WRITES = {
    ("plan", "plan"): {"pull-requests"},
    ("apply", "apply"): {"contents", "pull-requests"},
    ("apply", "rest"): {"actions"},
    ("drift", "drift"): {"issues"},
    ("panel-drift", "read"): {"issues"},
    ("doctor", "repository"): {"contents"},
}


def _text(name: str) -> str:
    return (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8")


@each_workflow
def test_each_action_is_pinned_to_a_commit_and_names_its_release(name: str) -> None:
    used = [line.strip(" -") for line in _text(name).splitlines() if re.match(r"[ -]*uses:", line)]
    assert not [line for line in used if not _PINNED.fullmatch(line)]


@each_workflow
def test_nothing_is_permitted_but_what_a_job_asks_for(name: str) -> None:
    assert workflow(name)["permissions"] == {}
    assert not [job for job, said in workflow(name)["jobs"].items() if "permissions" not in said]


@each_workflow
def test_a_job_may_write_just_what_it_is_there_for(name: str) -> None:
    for job, said in workflow(name)["jobs"].items():
        writes = {scope for scope, right in said["permissions"].items() if right != "read"}
        assert writes == _WRITES.get((name, job), set())


@each_workflow
def test_no_job_may_hang(name: str) -> None:
    assert not [job for job, said in workflow(name)["jobs"].items() if "timeout-minutes" not in said]


@each_workflow
def test_no_expression_is_pasted_into_a_script(name: str) -> None:
    assert steps(name)
    assert not [step["run"] for step in steps(name) if "${{" in step.get("run", "")]


@each_workflow
def test_checking_out_leaves_no_token_behind(name: str) -> None:
    assert not [given for given in checkouts(name) if given["persist-credentials"]]


@each_workflow
def test_runs_of_a_workflow_know_of_each_other(name: str) -> None:
    assert workflow(name)["concurrency"]["group"]


@each_workflow
def test_no_event_hands_a_key_to_what_a_stranger_wrote(name: str) -> None:
    assert not triggers(name).keys() & {"pull_request_target", "workflow_run", "issue_comment"}


@each_workflow
def test_no_commit_asks_for_a_run_to_be_skipped(name: str) -> None:
    assert not _SKIPS.search(_text(name))


def test_one_job_gathers_all_that_is_required() -> None:
    jobs = workflow("ci")["jobs"]
    assert set(jobs["required"]["needs"]) == set(jobs) - {"required"}


def test_the_workflow_runs_the_checks_that_everyone_runs() -> None:
    checks = workflow("ci")["jobs"]["checks"]["steps"]
    assert [step["run"] for step in checks if "run" in step] == [".ci/run"]


def test_what_the_tool_itself_commits_asks_for_no_run_to_be_skipped(repo: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in repo.glob("reconciler/**/*.py")]
    assert not [text for text in texts if _SKIPS.search(text)]
