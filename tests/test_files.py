"""Files: they are replaced whole and never through a link, and keep their mode; how paths are displayed."""

import errno
import os
import stat
from pathlib import Path
from typing import NoReturn

import pytest

from reconciler.errors import DiskFailure, InvalidInput
from reconciler.files import (
    delete_file,
    disk_failure,
    display_path,
    prepare_working_folder,
    replace_file,
)
from reconciler.problems import plain


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that holds something already."""
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")
    return path


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_replaced_and_nothing_else_is_left_behind(path: Path) -> None:
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["file"]  # noqa: PTH208 - names alone


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o660, 0o755])
def test_a_file_keeps_its_permissions_whatever_the_umask(path: Path, mode: int) -> None:
    path.chmod(mode)
    before = os.umask(0o077)
    try:
        replace_file(path, b"new")
    finally:
        os.umask(before)
    assert permissions(path) == mode


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    replace_file(tmp_path / "new", b"")
    assert permissions(tmp_path / "new") == 0o600


def test_a_mode_that_is_asked_for_counts_more_than_that_of_the_old_file(path: Path) -> None:
    path.chmod(0o644)
    replace_file(path, b"new", mode=0o600)
    assert permissions(path) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="giving files away takes root")
def test_a_file_keeps_its_owner_where_that_is_allowed(path: Path) -> None:
    os.chown(path, 1234, 2345)
    replace_file(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


@pytest.mark.parametrize("target", ["victim", "nowhere"])
def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path, target: str) -> None:
    (tmp_path / "victim").write_text("victim", encoding="utf-8")
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(InvalidInput, match="link: This is a symbolic link"):
        replace_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "victim").read_text(encoding="utf-8") == "victim"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link", "victim"]


def test_what_is_not_a_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(InvalidInput, match="not a regular file"):
            replace_file(path, b"new")


def test_a_write_that_fails_leaves_the_old_file_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFailure) as caught:
        replace_file(path, b"new")
    assert "could not be written" in str(caught.value)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(path.parent.iterdir()) == [path]


def folders_answer(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let the syncing of a folder fail, and that of a file not."""
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_that_cannot_sync_folders_is_no_obstacle(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folders_answer(monkeypatch, number)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    delete_file(path)
    assert not path.exists()


def test_an_error_after_the_file_was_replaced_does_not_say_that_it_was_not(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders_answer(monkeypatch, errno.EIO)
    with pytest.raises(DiskFailure, match="The file was written, but the disk did not confirm it"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(DiskFailure, match="The file was deleted, but the disk did not confirm it"):
        delete_file(path)
    assert not path.exists()


def test_deleting_a_link_leaves_alone_what_it_leads_to(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    delete_file(link)
    assert not link.is_symlink()
    assert path.exists()


def test_each_kind_of_failure_has_a_remedy_of_its_own(path: Path) -> None:
    numbers = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.ENOLCK, errno.EDQUOT, errno.EMFILE)
    failures = [disk_failure("written", path, OSError(number, os.strerror(number))) for number in numbers]
    hints = [plain(failure.problems[0].hint) for failure in failures]
    assert len(set(hints)) == len(numbers)
    assert [number for number, hint in zip(numbers, hints, strict=True) if "space" in hint] == [
        errno.ENOSPC,
        errno.EDQUOT,
    ]


def test_a_new_working_folder_is_ignored_by_git_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / ".reconciler"
    prepare_working_folder(folder)
    assert (folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert permissions(folder) == 0o700


@pytest.mark.parametrize("content", ["", "*\n", "*\n!notes.md\n"])
def test_a_gitignore_stays_as_it_is_and_is_written_if_it_was_left_empty(tmp_path: Path, content: str) -> None:
    (tmp_path / ".gitignore").write_text(content, encoding="utf-8")
    prepare_working_folder(tmp_path)
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == (content or "*\n")


def test_a_gitignore_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "victim").touch()
    folder = tmp_path / ".reconciler"
    folder.mkdir()
    (folder / ".gitignore").symlink_to("../victim")
    with pytest.raises(DiskFailure, match="symbolic link"):
        prepare_working_folder(folder)
    assert (tmp_path / "victim").read_text(encoding="utf-8") == ""


def test_a_working_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".reconciler").symlink_to("elsewhere")
    with pytest.raises(InvalidInput, match="symbolic link"):
        prepare_working_folder(tmp_path / ".reconciler")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_working_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DiskFailure, match=r"file/\.reconciler"):
        prepare_working_folder(tmp_path / "file" / ".reconciler")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_path_below_the_working_directory_is_displayed_relative_to_it(here: Path) -> None:
    assert display_path(here / "panels" / "team.yaml") == "panels/team.yaml"
    assert display_path(Path("panels/production/../shared/a.csv")) == "panels/shared/a.csv"


def test_a_path_elsewhere_is_displayed_whole(here: Path) -> None:
    assert display_path(Path("../other/team.yaml")) == f"{here.parent}/other/team.yaml"
    assert display_path(Path(f"{here}er/a.csv")) == f"{here}er/a.csv"  # only begins alike


@pytest.mark.usefixtures("here")
def test_bytes_of_a_name_that_are_not_utf8_can_be_printed() -> None:
    assert display_path(Path(os.fsdecode(b"caf\xe9.yaml"))) == "caf?.yaml"
