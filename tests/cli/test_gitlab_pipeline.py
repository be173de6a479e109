"""GitLab's pipeline: what `init --ci gitlab` writes, and how `validate` compares it with the panels."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import Ended, Run

PIPELINE = Path(".gitlab/reconciler.gitlab-ci.yml")


@pytest.fixture
def init(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `reconciler init --ci gitlab` in an empty repository."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)

    def run_init(*environments: str) -> Ended:
        words = [word for name in environments for word in ("--environment", name)]
        return run("init", "--ci", "gitlab", *words)

    return run_init


def _listed(job: str = "reconciler-apply") -> Any:
    (row,) = yaml.safe_load(PIPELINE.read_text())[job]["parallel"]["matrix"]
    return row["ENVIRONMENT"]


def _list(text: str) -> None:
    """Replace the list of environments."""
    old = f"&environments {_as_written()}"
    PIPELINE.write_text(PIPELINE.read_text().replace(old, f"&environments {text}"))


def _as_written() -> str:
    return PIPELINE.read_text().partition("&environments ")[2].partition("\n")[0]


def test_an_empty_repository_gets_a_pipeline_that_validates(init: Run, run: Run) -> None:
    assert init("production=eu", "sandbox").code == 0
    assert _listed() == _listed("reconciler-panel-drift") == ["production"]
    assert yaml.safe_load(Path(".gitlab-ci.yml").read_text()) == {"include": [{"local": str(PIPELINE)}]}
    assert Path(".gitlab/reconciler.txt").exists()
    assert not Path(".github").exists()
    assert run("validate", "--strict").code == 0


def test_without_a_real_environment_nothing_is_applied(init: Run, run: Run) -> None:
    init("sandbox")
    assert _listed() == ["none"]
    assert run("validate", "--strict").code == 0


@pytest.mark.parametrize("name", ["no", "123", "1e3"])
def test_a_name_that_yaml_takes_for_something_else_stays_a_name(init: Run, run: Run, name: str) -> None:
    init(f"{name}=eu")
    assert _listed() == [name]
    assert run("validate").code == 0


def test_environments_that_are_there_already_are_listed_too(init: Run, run: Run) -> None:
    run("init", "--ci", "none", "--environment", "production=eu")
    init("staging=eu")
    assert _listed() == ["production", "staging"]


def test_a_pipeline_of_ones_own_is_kept_and_what_it_lacks_is_said(init: Run) -> None:
    Path(".gitlab-ci.yml").write_text("test: {script: [make]}\n")
    ended = init("production=eu")
    assert Path(".gitlab-ci.yml").read_text() == "test: {script: [make]}\n"
    assert "include" in ended.out


def test_an_environment_that_the_pipeline_leaves_out_is_a_mistake_at_its_line(init: Run, run: Run) -> None:
    init("production=eu")
    run("init", "--ci", "none", "--environment", "staging=eu")
    ended = run("validate")
    assert ended.code == 1
    assert f"{PIPELINE}:" in ended.err
    assert "staging" in ended.err
    _list("[production, staging]")
    assert run("validate").code == 0


@pytest.mark.parametrize("text", ["[production, prodution]", "[production, sandbox]"])
def test_a_name_that_is_no_environment_to_apply_is_a_mistake(init: Run, run: Run, text: str) -> None:
    init("production=eu", "sandbox")
    _list(text)
    ended = run("validate")
    assert ended.code == 1
    assert "no environment to apply" in ended.err


def test_an_environment_that_comes_after_another_needs_a_job_of_its_own(init: Run, run: Run) -> None:
    init("production=eu", "staging=eu")
    with Path("panels/production/environment.yaml").open("a") as settings:
        settings.write("after: staging\n")
    ended = run("validate")
    assert ended.code == 1
    assert "needs: [reconciler-apply]" in ended.err
    _list("[staging]")
    with PIPELINE.open("a") as pipeline:
        pipeline.write(
            "later:\n  extends: .reconciler-apply\n  needs: [reconciler-apply]\n"
            "  parallel: {matrix: [{ENVIRONMENT: production}]}\n"
            "later-drift:\n  extends: [.reconciler-panel-drift]\n"
            "  parallel: {matrix: [{ENVIRONMENT: [production]}]}\n"
        )
    assert (ended := run("validate")).code == 0, ended.err


@pytest.mark.parametrize(
    "text", ["", "- a\n", "a: [\n", "include: !reference [a]\n", "reconciler-apply: 7\n"]
)
def test_a_pipeline_without_our_jobs_is_left_to_gitlab(init: Run, run: Run, text: str) -> None:
    init("production=eu")
    PIPELINE.write_text(text)
    assert run("validate").code == 0
