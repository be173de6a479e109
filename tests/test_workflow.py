"""The workflow runs the same checks as everyone else, and can do no more harm than it must."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

_REPOSITORY = Path(__file__).resolve().parent.parent
_WORKFLOWS = sorted((_REPOSITORY / ".github" / "workflows").glob("*.yml"))
_PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


@pytest.fixture(params=_WORKFLOWS, ids=lambda path: path.stem)
def text(request: pytest.FixtureRequest) -> str:
    """One workflow as it is written."""
    path: Path = request.param
    return path.read_text(encoding="utf-8")


@pytest.fixture
def workflow(text: str) -> dict[str, Any]:
    """The same workflow, read."""
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_each_action_is_pinned_to_a_commit_and_names_its_release(text: str) -> None:
    used = [line.strip(" -") for line in text.splitlines() if re.match(r"[ -]*uses:", line)]
    assert not [line for line in used if not _PINNED.fullmatch(line)]


def test_nothing_is_permitted_but_what_a_job_asks_for(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {}
    assert not [name for name, job in workflow["jobs"].items() if "permissions" not in job]


def test_no_job_may_hang(workflow: dict[str, Any]) -> None:
    assert not [name for name, job in workflow["jobs"].items() if "timeout-minutes" not in job]


def test_no_expression_is_pasted_into_a_script(workflow: dict[str, Any]) -> None:
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert steps
    assert not [step["run"] for step in steps if "${{" in step.get("run", "")]


def test_checking_out_leaves_no_token_behind(workflow: dict[str, Any]) -> None:
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert not [step for step in checkouts if step["with"]["persist-credentials"]]


def test_one_job_gathers_all_that_is_required() -> None:
    jobs = yaml.safe_load((_REPOSITORY / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))[
        "jobs"
    ]
    assert set(jobs["required"]["needs"]) == set(jobs) - {"required"}


def test_the_workflow_runs_the_checks_that_everyone_runs() -> None:
    jobs = yaml.safe_load((_REPOSITORY / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))[
        "jobs"
    ]
    assert [step["run"] for step in jobs["checks"]["steps"] if "run" in step] == [".ci/run"]
