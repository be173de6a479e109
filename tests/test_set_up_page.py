"""What the page that sets up shows is what the program prints, and what it tells people to write works."""

import re
import shutil
from pathlib import Path

import pytest
from plain_git import git
from world import World


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> World:
    """A working directory with the example panels."""
    left_out = shutil.ignore_patterns(".reconciler", "state.lock.json")
    shutil.copytree(repo / "panels", tmp_path / "panels", ignore=left_out)
    return World(tmp_path)


def _block(repo: Path, begins: str) -> str:
    """The fenced block that begins so, without the list's indentation."""
    page = (repo / "docs" / "set-up.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^( *)```\w+\n(.*?)^ *```$", page, re.MULTILINE | re.DOTALL)
    [found] = [
        re.sub(f"^{indent}", "", text, flags=re.MULTILINE) for indent, text in blocks if begins in text
    ]
    return found


def test_the_order_of_environments_is_the_one_shown(repo: Path, world: World) -> None:
    assert world.run("environments").out == _block(repo, "sandbox: embedded")


def test_an_export_with_columns_of_its_own_is_told_as_shown(repo: Path, world: World) -> None:
    world.write("production/members/export.csv", "Email Address,firstName\nada@example.org,Ada\n")
    shown = world.run("validate", "production")
    assert shown.code == 1
    assert _block(repo, "Email Address") in shown.err


def test_the_trial_environment_rehearses_production_without_an_account(repo: Path, world: World) -> None:
    world.write("trial/environment.yaml", _block(repo, "embedded: true"))
    assert world.run("apply", "trial", "--yes").code == 0
    assert world.lockfile("trial")["members"].keys() >= {"ada@example.org"}


def test_the_settings_that_it_names_can_be_written_as_they_stand(repo: Path, world: World) -> None:
    page = (repo / "docs" / "set-up.md").read_text(encoding="utf-8")
    settings = set(re.findall(r"`((?:lockfile|guards|api): \{[^`]*\})`", page))
    assert len(settings) == 3
    base = "https://api.questionpro.eu/a/api/v2"
    git(world.folder, "init", "--quiet")
    world.environment("team", "\n".join(sorted(settings)), base_url=base)
    world.members("ada@example.org", name="team")
    assert world.run("validate", "team").code == 0
