"""Bytes of a file → its text."""

import os
from pathlib import Path

import pytest

from reconciler.document.content import control_character, line_and_column, text_of
from reconciler.errors import InvalidInput


def problem_of(path: Path) -> str:
    with pytest.raises(InvalidInput) as caught:
        text_of(path, "f")
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_without_its_byte_order_mark(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes("Zoë: 日本\r\n".encode(encoding))
    assert text_of(path, "f") == "Zoë: 日本\r\n"


def test_bytes_that_are_no_utf8_have_a_line_and_a_column(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes("ä\r\nböb".encode() + b"\xe9 x")
    assert problem_of(path) == "f:2:4: The file is not valid UTF-8 from here on. (Save it as UTF-8.)"


def test_half_of_utf16_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes("ab".encode("utf-16") + b"\x00")
    assert problem_of(path) == "f:1:3: The file is not valid UTF-16 from here on. (Save it as UTF-8.)"


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert problem_of(tmp_path / "f") == "f: The file can't be read: No such file or directory."


def test_a_folder_is_a_problem(tmp_path: Path) -> None:
    assert problem_of(tmp_path) == "f: This is a folder, where a file is expected."


def test_a_pipe_is_a_problem_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f")
    assert problem_of(tmp_path / "f") == "f: This is something special, where a file is expected."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.touch(mode=0)
    assert problem_of(path) == "f: The file can't be read: Permission denied."


@pytest.mark.parametrize(
    ("index", "expected"), [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (4, (3, 1)), (6, (4, 1)), (7, (4, 2))]
)
def test_every_kind_of_line_end_counts_once(index: int, expected: tuple[int, int]) -> None:
    assert line_and_column("ab\n\r\r\nc", index) == expected


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\x9b", "\ufffe"])
def test_control_characters_are_found(character: str) -> None:
    assert control_character(f"tab\t line\r\n é 😀{character}x") == len("tab\t line\r\n é 😀")
