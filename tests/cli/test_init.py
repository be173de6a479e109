"""`reconciler init`: an empty repository becomes one that validates and plans."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from forked import run_forked
from jsonschema import Draft202012Validator


def _run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return run_forked(words, folder, {"PATH": "/usr/bin:/bin"})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An empty git repository."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def _files(folder: Path) -> dict[str, bytes]:
    paths = (
        path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts
    )
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_an_empty_repository_validates_and_plans_after_init(repository: Path) -> None:
    assert _run("init", folder=repository).returncode == 0
    assert _run("validate", "--strict", folder=repository).returncode == 0
    plan = _run("plan", "sandbox", "--format", "json", folder=repository)
    assert json.loads(plan.stdout)["summary"]["add"] == 0


def test_each_environment_gets_its_target(repository: Path) -> None:
    _run("init", "--environment", "production=com.au", "--environment", "rehearsal", folder=repository)
    plan = _run("plan", "production", "--format", "json", folder=repository)
    assert json.loads(plan.stdout)["target"] == "https://api.questionpro.com.au/a/api/v2"
    plan = _run("plan", "rehearsal", "--format", "json", folder=repository)
    assert json.loads(plan.stdout)["target"] == "embedded"


def test_no_person_is_declared_by_init(repository: Path) -> None:
    _run("init", "--environment", "production=eu", folder=repository)
    written = yaml.safe_load((repository / "panels/production/members/members.yaml").read_text())
    assert written == {"members": []}


def test_the_lockfile_goes_to_the_branch_that_is_named(repository: Path) -> None:
    _run("init", "--environment", "production=eu", "--lockfile-branch", "state", folder=repository)
    settings = yaml.safe_load((repository / "panels/production/environment.yaml").read_text())
    assert settings["lockfile"] == {"branch": "state"}
    assert "panels/*/state.lock.json" in (repository / ".gitignore").read_text().splitlines()


def test_nothing_that_exists_is_overwritten(repository: Path) -> None:
    _run("init", folder=repository)
    mine = repository / "panels" / "sandbox" / "members" / "members.yaml"
    mine.write_text("members:\n  - emailAddress: ada@example.org\n")
    before = _files(repository)
    assert _run("init", folder=repository).returncode == 0
    assert _files(repository) == before


def test_missing_lines_are_added_to_the_files_of_git(repository: Path) -> None:
    (repository / ".gitignore").write_text("*.log")
    _run("init", folder=repository)
    assert (repository / ".gitignore").read_text() == "*.log\n.reconciler/\n"


def test_the_version_that_the_workflows_run_is_the_one_that_is_installed(repository: Path) -> None:
    _run("init", folder=repository)
    version = _run("--version", folder=repository).stdout.split()[-1]
    assert f"panel-reconciler=={version}" in (repository / ".github/reconciler.txt").read_text().splitlines()


def test_without_ci_no_workflow_is_written(repository: Path) -> None:
    _run("init", "--ci", "none", folder=repository)
    assert not (repository / ".github").exists()


def test_outside_a_repository_init_says_how_to_make_one(tmp_path: Path) -> None:
    done = _run("init", folder=tmp_path)
    assert done.returncode == 1
    assert "git init" in done.stderr
    assert _files(tmp_path) == {}


@pytest.mark.parametrize("name", ["../evil", "-x", "", "a b", "production=eu.evil.example", "production="])
def test_a_name_or_datacenter_that_can_not_be_is_refused(repository: Path, name: str) -> None:
    done = _run("init", "--environment", name, folder=repository)
    assert done.returncode == 64
    assert _files(repository) == {}


@pytest.mark.parametrize("name", ["a b", "x..y", "refs/heads/x", "-x", "reconciler/lockfile-p", "HEAD", ""])
def test_a_name_that_no_lockfile_branch_can_have_is_refused(repository: Path, name: str) -> None:
    done = _run("init", "--environment", "production=eu", f"--lockfile-branch={name}", folder=repository)
    assert done.returncode == 64
    assert "--lockfile-branch must" in done.stderr
    assert _files(repository) == {}


@pytest.mark.parametrize("name", ["plan.yml", "apply.yml", "drift.yml", "panel-drift.yml", "doctor.yml"])
def test_the_workflows_of_this_repository_are_those_that_init_writes(repo: Path, name: str) -> None:
    written = (repo / "reconciler/templates/github" / name).read_text()
    assert (repo / ".github/workflows" / name).read_text() == written


def _schema(name: str, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_run("schema", name, folder=folder).stdout)
    return found


@pytest.mark.parametrize("name", ["environment", "members", "import", "plan", "report"])
def test_each_schema_is_a_schema(tmp_path: Path, name: str) -> None:
    Draft202012Validator.check_schema(_schema(name, tmp_path))


def test_the_schema_of_plans_accepts_a_plan(repo: Path, tmp_path: Path) -> None:
    plan = _run("plan", "sandbox", "--format", "json", folder=repo)
    Draft202012Validator(_schema("plan", tmp_path)).validate(json.loads(plan.stdout))


@pytest.mark.parametrize("names", [("x", "x=eu"), ("Sandbox", "sandbox"), ("SANDBOX",)])
def test_two_environments_whose_names_are_one_to_a_ci_platform_are_refused(
    repository: Path, names: tuple[str, ...]
) -> None:
    if len(names) == 1:
        assert _run("init", folder=repository).returncode == 0
    before = _files(repository)
    words = [word for name in names for word in ("--environment", name)]
    assert _run("init", *words, folder=repository).returncode == 64
    assert _files(repository) == before
