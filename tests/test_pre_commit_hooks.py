"""The hooks for pre-commit run commands that there are, on changes to panels."""

import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from workflow_files import options

from reconciler.cli.main import program


@pytest.fixture
def hooks(repo: Path) -> dict[str, dict[str, Any]]:
    """The hooks, by id."""
    found = yaml.safe_load((repo / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return {hook["id"]: hook for hook in found}


def test_a_hook_is_named_after_the_command_that_it_runs(hooks: dict[str, dict[str, Any]]) -> None:
    assert {name: hook["entry"].split()[:2] for name, hook in hooks.items()} == {
        "reconciler-validate": ["reconciler", "validate"],
        "reconciler-fmt": ["reconciler", "fmt"],
    }


def test_each_command_of_a_hook_exists_with_its_options(hooks: dict[str, dict[str, Any]], repo: Path) -> None:
    scripts = tomllib.loads((repo / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    for hook in hooks.values():
        script, name, *words = hook["entry"].split()
        assert script in scripts
        command = program.get_command(click.Context(program), name)
        assert command is not None
        assert options(words) <= {option for parameter in command.params for option in parameter.opts}


def test_a_hook_looks_at_all_panels_as_soon_as_one_file_of_them_changes(
    hooks: dict[str, dict[str, Any]],
) -> None:
    for hook in hooks.values():
        assert (hook["files"], hook["pass_filenames"], hook["language"]) == ("^panels/", False, "python")


def test_the_page_that_sets_up_names_hooks_that_there_are(
    hooks: dict[str, dict[str, Any]], repo: Path
) -> None:
    page = (repo / "docs" / "set-up.md").read_text(encoding="utf-8")
    named = {line.strip().removeprefix("- id: ") for line in page.splitlines() if "- id: " in line}
    assert named
    assert named <= hooks.keys()
