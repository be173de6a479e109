"""`reconciler ci matrix`: the environments that a workflow applies, each in a job of its own."""

import json
from pathlib import Path

import pytest
from commands import Run
from git_panels import GitPanels


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitPanels:
    """`production` has two members to add, `staging` nobody."""
    repository = GitPanels(tmp_path / "clone")
    repository.environment("staging")
    repository.declare(to="staging")
    monkeypatch.chdir(repository.root)
    return repository


def listed(run: Run, *arguments: str) -> list[dict[str, str]]:
    run("plan", *arguments, "--out", "plans.json")
    ended = run("ci", "matrix", "plans.json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    found: list[dict[str, str]] = json.loads(ended.out)["include"]
    return found


def test_only_environments_with_something_to_do_are_listed_with_their_digests(
    run: Run, repository: GitPanels
) -> None:
    assert repository.root.exists()
    plan = json.loads(run("plan", "production", "--format", "json").out)
    assert listed(run, "--all") == [{"environment": "production", "digest": plan["digest"]}]


def test_the_plan_of_one_environment_will_do(run: Run, repository: GitPanels) -> None:
    assert repository.root.exists()
    assert [found["environment"] for found in listed(run, "production")] == ["production"]
    assert listed(run, "staging") == []


def test_an_environment_whose_lockfile_waits_on_the_fallback_branch_is_listed(
    run: Run, repository: GitPanels
) -> None:
    repository.git("push", "--quiet", "origin", "HEAD:reconciler/lockfile-staging")
    repository.git("fetch", "--quiet", "origin")
    assert [found["environment"] for found in listed(run, "staging")] == ["staging"]


def test_an_environment_whose_lockfile_moves_to_a_branch_is_listed(run: Run, repository: GitPanels) -> None:
    repository.environment("staging", "datacenter: eu\napi_key: {env: KEY}\nlockfile: {branch: state}\n")
    assert listed(run, "staging") == []
    target = "https://api.questionpro.eu/a/api/v2"
    lockfile = {"format": 1, "environment": "staging", "target": target, "members": {}}
    (repository.root / "panels/staging/state.lock.json").write_text(json.dumps(lockfile), encoding="utf-8")
    assert [found["environment"] for found in listed(run, "staging")] == ["staging"]


def test_one_that_can_not_be_planned_is_left_out(run: Run, repository: GitPanels) -> None:
    repository.write("members: 3\n", to="production")
    assert listed(run, "--all") == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"plans": 3}', '{"plans": [{}]}', "[" * 100_000])
def test_a_file_that_is_no_saved_plan_is_a_mistake(run: Run, repository: GitPanels, text: str) -> None:
    (repository.root / "plans.json").write_text(text, encoding="utf-8")
    ended = run("ci", "matrix", "plans.json")
    assert (ended.code, ended.out) == (1, "")
    assert "plans.json: " in ended.err
