"""Where the panels folder is looked for, and how paths below it are displayed."""

import json
from pathlib import Path

import pytest
from commands import Panels, Run

from reconciler.errors import EXIT_DONE, EXIT_INVALID

FILE = "panels/production/members/team.yaml"


@pytest.fixture
def repository(panels: Panels) -> Path:
    """The root of a git work tree with panels, by its `.git` alone."""
    (panels.folder.parent / ".git").mkdir(exist_ok=True)
    return panels.folder.resolve().parent


def source(run: Run, *arguments: str) -> str:
    """The source of the first action of a plan."""
    ended = run(*arguments, "--format", "json")
    assert ended.code == EXIT_DONE, ended.err
    found: str = json.loads(ended.out)["actions"][0]["source"]
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ("--panels", "elsewhere", "plan", "production"),
        ("plan", "--panels", "elsewhere", "production"),
        ("plan", "production", "--panels", "elsewhere"),
        ("plan", "production", "--panels=elsewhere"),
        ("--panels", "nowhere", "plan", "production", "--panels", "elsewhere"),
    ],
)
def test_the_option_works_before_and_after_the_command(
    arguments: tuple[str, ...], run: Run, panels: Panels
) -> None:
    panels.folder.rename("elsewhere")
    assert source(run, *arguments).startswith("elsewhere/production/")


@pytest.mark.parametrize(
    "arguments",
    [
        ("state", "--panels", "elsewhere", "list", "production"),
        ("state", "list", "production", "--panels", "elsewhere"),
        ("environments", "--panels", "elsewhere"),
        ("validate", "--panels", "elsewhere"),
    ],
)
def test_so_it_does_for_commands_of_a_group(arguments: tuple[str, ...], run: Run, panels: Panels) -> None:
    panels.folder.rename("elsewhere")
    assert "production" in run(*arguments).out


def test_the_variable_names_the_folder_and_the_option_counts_more(
    run: Run, panels: Panels, monkeypatch: pytest.MonkeyPatch
) -> None:
    panels.folder.rename("elsewhere")
    monkeypatch.setenv("RECONCILER_PANELS", "elsewhere")
    assert source(run, "plan", "production")
    monkeypatch.setenv("RECONCILER_PANELS", "nowhere")
    assert source(run, "plan", "production", "--panels", "elsewhere")
    assert run("plan", "production").code == EXIT_INVALID


@pytest.mark.usefixtures("panels")
def test_an_empty_variable_counts_as_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_PANELS", "")
    assert source(run, "plan", "production") == f"{FILE}:2"


def test_below_the_root_of_git_the_nearest_folder_above_is_used(
    run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "docs/deep").mkdir(parents=True)
    monkeypatch.chdir(repository / "docs/deep")
    assert source(run, "plan", "production") == f"{FILE}:2"
    assert "--panels" not in run("plan", "production").out


def test_without_git_no_folder_above_is_looked_at(
    run: Run, panels: Panels, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = panels.folder.resolve().parent / "docs"
    below.mkdir()
    monkeypatch.chdir(below)
    assert run("plan", "production").code == EXIT_INVALID


def test_above_the_root_of_git_no_folder_is_looked_at(
    run: Run, panels: Panels, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = panels.folder.resolve().parent / "inner"
    (inner / ".git").mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert run("plan", "production").code == EXIT_INVALID


def test_paths_are_displayed_from_the_root_of_git(
    run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "teams/north").mkdir(parents=True)
    (repository / "panels").rename(repository / "teams/north/panels")
    monkeypatch.chdir("/")
    folder = str(repository / "teams/north/panels")
    assert source(run, "plan", "production", "--panels", folder) == f"teams/north/{FILE}:2"


def test_without_git_paths_are_displayed_from_the_parent_of_the_panels_folder(
    run: Run, panels: Panels, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(panels.folder.resolve())
    monkeypatch.chdir("/")
    assert source(run, "plan", "production", "--panels", folder) == f"{FILE}:2"


def test_a_command_to_type_names_the_folder_only_if_it_was_asked_for(
    run: Run, panels: Panels, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "reconciler apply production" in run("plan", "production").out
    panels.folder.rename("elsewhere")
    told = run("plan", "production", "--panels", "elsewhere").out
    assert "reconciler --panels elsewhere apply production" in told
    monkeypatch.setenv("RECONCILER_PANELS", "elsewhere")
    assert "reconciler apply production" in run("plan", "production").out
