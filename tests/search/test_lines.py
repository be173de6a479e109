import os
from pathlib import Path

import pytest

from reconciler.search import lines
from reconciler.search.lines import scan
from reconciler.search.spelling import Spelling

ADA = Spelling("ada@example.org")


def found(path: Path) -> list[int]:
    scanned = scan(path, ADA)
    assert scanned is not None
    return [hit.line for hit in scanned.hits]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_count_from_one_whatever_ends_them(tmp_path: Path, end: str, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(end.join(["é", "ada@example.org", "", "ADA@example.org"]).encode(encoding))
    assert found(path) == [2, 4]


def test_a_file_is_searched_in_parts_without_losing_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_AT_ONCE", 7)
    path = tmp_path / "a.txt"
    path.write_text("x\nada@example.org\ny\n\nada@example.org", encoding="utf-8")
    assert found(path) == [2, 5]


def test_a_line_without_end_is_searched_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_LONGEST_LINE", 3_000_000)
    path = tmp_path / "a.json"
    path.write_text("x " * 2_000_000 + "ada@example.org" + " y" * 2_000_000, encoding="utf-8")
    assert found(path) == [1]


def test_text_in_an_old_encoding_is_searched_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("jürgen@example.org\n".encode("cp1252"))
    scanned = scan(path, Spelling("jürgen@example.org"))
    assert scanned is not None
    assert [hit.line for hit in scanned.hits] == [1]


def test_what_begins_with_a_nul_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\0 ada@example.org")
    scanned = scan(path, ADA)
    assert scanned is not None
    assert (scanned.is_text, scanned.hits) == (False, ())


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert scan(path, ADA) is None
