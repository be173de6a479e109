import os
from pathlib import Path

import pytest

from reconciler.search.walk import Walk


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def put(path: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).touch()


def test_hidden_files_are_walked_and_what_others_made_is_not(folder: Path) -> None:
    for path in (".env", "a/.reconciler/j", ".git/x", "a/node_modules/x", ".venv/x", "__pycache__/x"):
        put(path)
    assert [path.relative_to(folder).as_posix() for path in Walk([folder])] == [".env", "a/.reconciler/j"]


def test_links_that_go_in_a_ring_end() -> None:
    put("a/x")
    Path("a/ring").symlink_to("..")
    Path("broken").symlink_to("nowhere")
    Path("loop").symlink_to("loop")
    walk = Walk([Path()])
    assert [path.as_posix() for path in walk] == ["a/x"]
    assert walk.not_followed == []


def test_a_link_to_a_folder_elsewhere_is_not_followed_and_told(tmp_path: Path) -> None:
    put("../elsewhere/x")
    Path("there").symlink_to(tmp_path / "elsewhere")
    Path("file").symlink_to(tmp_path / "elsewhere" / "x")
    walk = Walk([Path()])
    assert [path.as_posix() for path in walk] == ["file"]
    assert walk.not_followed == ["there"]


def test_what_is_neither_file_nor_folder_is_told() -> None:
    os.mkfifo("pipe")
    Path("device").symlink_to("/dev/null")
    put("x")
    walk = Walk([Path()])
    assert [path.as_posix() for path in walk] == ["x"]
    assert walk.not_files == ["device", "pipe"]


def test_a_folder_within_another_is_walked_once() -> None:
    put("panels/x")
    assert len(list(Walk([Path(), Path("panels")]))) == 1


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_told() -> None:
    put("shut/x")
    Path("shut").chmod(0)
    walk = Walk([Path()])
    assert list(walk) == []
    Path("shut").chmod(0o700)
    assert [str(problem) for problem in walk.unread] == [
        "shut: This can't be read, and was not searched: Permission denied."
    ]
