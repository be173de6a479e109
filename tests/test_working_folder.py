"""The working folder: left out of git, its owner's alone."""

import stat
from pathlib import Path

import pytest

from reconciler.errors import DiskFailure
from reconciler.working_folder import prepare_working_folder


def test_a_new_folder_is_left_out_of_git_and_open_to_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / ".reconciler"
    prepare_working_folder(folder)
    assert (folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_preparing_twice_changes_nothing(tmp_path: Path) -> None:
    prepare_working_folder(tmp_path)
    prepare_working_folder(tmp_path)
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_what_a_gitignore_says_already_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*\n!notes.md\n", encoding="utf-8")
    prepare_working_folder(tmp_path)
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "*\n!notes.md\n"


def test_a_gitignore_that_was_left_empty_is_written(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").touch()
    prepare_working_folder(tmp_path)
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DiskFailure, match=r"file/\.reconciler"):
        prepare_working_folder(tmp_path / "file" / ".reconciler")
