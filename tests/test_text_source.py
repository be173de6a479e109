"""A text file: its text, its lines, its problems."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidInput
from reconciler.problems import Excerpt, Location, Problem, plain, with_excerpts
from reconciler.text_source import (
    LINE_END,
    MOST_KEPT,
    YAML_LINE_END,
    Findings,
    control_character,
    control_character_problem,
    line_and_column,
    text_of,
)


def refused_at(path: Path) -> str:
    """Where the file's one problem is."""
    with pytest.raises(InvalidInput) as caught:
        text_of(path, "f")
    (problem,) = caught.value.problems
    return str(problem.location)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_without_its_byte_order_mark(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes("Zoë: 日本\r\n".encode(encoding))
    assert text_of(path, "f") == "Zoë: 日本\r\n"


def test_bytes_that_are_no_utf8_have_a_line_and_a_column(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes("ä\r\nböb".encode() + b"\xe9 x")
    assert refused_at(path) == "f:2:4"


def test_half_of_utf16_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes("ab".encode("utf-16") + b"\x00")
    assert refused_at(path) == "f:1:3"


@pytest.mark.parametrize(
    ("data", "way_out"),
    [
        (b"PK\x03\x04\x14\0\x06\0", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "save it as CSV"),
        (b"%PDF-1.7\n", "CSV"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", "git lfs pull"),
        (b"\0GITCRYPT\0\x12\x34", "git-crypt unlock"),
        ("emailAddress,city\na@example.org,Köln\n".encode("cp1252"), "WINDOWS-1252"),
        ("a@example.org,Paris".encode("utf-16-le"), None),
        (b"a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n", "delete these lines"),
    ],
    ids=["xlsx", "xls", "pdf", "lfs", "git-crypt", "windows-1252", "utf-16 without a mark", "conflict"],
)
def test_what_is_no_text_in_utf8_is_recognised_with_the_way_out(
    data: bytes, way_out: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "f"
    path.write_bytes(data)
    if way_out is None:  # all of it is UTF-8; what reads it finds the NUL
        text = text_of(path, "f")
        index = control_character(text)
        assert index is not None
        hint = control_character_problem(text, index, "f", LINE_END).hint
        assert "UTF-16" in plain(hint)
        return
    with pytest.raises(InvalidInput) as caught:
        text_of(path, "f")
    assert way_out in plain(caught.value.problems[0].hint)


@pytest.mark.parametrize("marker", ["<<<<<<< ours", ">>>>>>> theirs", "||||||| base", "<<<<<<<"])
def test_each_marker_of_a_conflict_is_found(marker: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text(f"emailAddress\na@example.org\n{marker}\n", encoding="utf-8")
    assert refused_at(path) == "f:3:1"


def test_a_line_that_only_looks_like_a_marker_is_text(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("  <<<<<<< ours\n=======\n<<<<<<<<<\n", encoding="utf-8")
    assert text_of(path, "f")


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert refused_at(tmp_path / "f") == "f"


def test_a_folder_is_a_problem(tmp_path: Path) -> None:
    assert refused_at(tmp_path) == "f"


def test_a_pipe_is_a_problem_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f")
    assert refused_at(tmp_path / "f") == "f"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.touch(mode=0)
    assert refused_at(path) == "f"


@pytest.mark.parametrize(
    ("index", "expected"), [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (4, (3, 1)), (6, (4, 1)), (7, (4, 2))]
)
def test_every_kind_of_line_end_counts_once(index: int, expected: tuple[int, int]) -> None:
    assert line_and_column("ab\n\r\r\nc", index) == expected


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\x9b", "\ufffe"])
def test_control_characters_are_found(character: str) -> None:
    assert control_character(f"tab\t line\r\n é 😀{character}x") == len("tab\t line\r\n é 😀")


def at(line: int | None, column: int | None) -> Problem:
    return Problem(("boo",), location=Location("f", line, column))


def excerpts(text: str, *problems: Problem) -> list[Excerpt | None]:
    return [problem.excerpt for problem in with_excerpts(problems, text, LINE_END)]


def test_each_problem_gets_its_line_without_the_end_of_it() -> None:
    assert excerpts("one\r\ntwo\rthree\n", at(1, 1), at(2, 3), at(2, 4), at(3, 2)) == [
        Excerpt("one", 0),
        Excerpt("two", 2),
        Excerpt("two", 3),
        Excerpt("three", 1),
    ]


def test_what_has_no_place_in_the_text_gets_none() -> None:
    nowhere = (at(None, None), at(1, None), at(1, 9), at(2, 1), at(4, 1), at(99, 1))
    assert excerpts("one\n\nthree\n", *nowhere) == [None] * len(nowhere)


def test_problems_stay_equal_whether_or_not_they_have_a_line() -> None:
    (found,) = with_excerpts([at(1, 1)], "one", LINE_END)
    assert found == at(1, 1)


@given(st.text("ab\n\r", max_size=40), st.data())
def test_the_character_at_the_place_is_found_in_the_line(text: str, data: st.DataObject) -> None:
    lines = LINE_END.split(text)
    number = data.draw(st.integers(1, len(lines)))
    column = data.draw(st.integers(1, len(lines[number - 1]) + 1))
    (found,) = excerpts(text, at(number, column))
    if found is None:
        assert not lines[number - 1]
    else:
        assert found == Excerpt(lines[number - 1], column - 1)


def test_of_a_very_long_line_only_what_is_around_the_place_is_kept() -> None:
    (found,) = excerpts("a" * 1_000_000 + "!" + "b" * 1_000_000, at(1, 1_000_001))
    assert found is not None
    assert found.text[found.at] == "!"
    assert len(found.text) < 500


def test_yaml_ends_lines_where_its_parser_does() -> None:
    (found,) = with_excerpts([at(2, 1)], "one\u2028two\n", YAML_LINE_END)
    assert found.excerpt == Excerpt("two", 0)


def test_each_problem_is_there_once_in_the_order_of_the_file() -> None:
    findings = Findings("f")
    for position in [(2, 1), (1, 5), (2, 1), None]:
        findings.add(position, ("Wrong.",))
    assert [str(problem) for problem in findings.in_order()] == [
        "f: Wrong.",
        "f:1:5: Wrong.",
        "f:2:1: Wrong.",
    ]


def test_of_very_many_problems_the_first_are_kept_and_that_there_are_more() -> None:
    findings = Findings("f")
    for line in range(MOST_KEPT):
        findings.add((line + 1, 1), ("Wrong.",))
    findings.add((1, 1), ("Wrong.",))
    assert len(findings.in_order()) == MOST_KEPT
    findings.add((MOST_KEPT + 1, 1), ("Wrong.",))
    assert len(findings.in_order()) == MOST_KEPT + 1
