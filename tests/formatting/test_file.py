"""A member file on disk is replaced whole, or left as it is."""

import codecs
import os
import stat
from pathlib import Path

import pytest
from mortal import AtStep, outlive

from reconciler.errors import InvalidInput
from reconciler.formatting.file import Formatting, expected_seconds, formatting_of, replace
from reconciler.problems import plain

_FLAT = "members: [{city: Wien, emailAddress: ada@example.org}]\n"
_CANONICAL = b"members:\n  - emailAddress: ada@example.org\n    city: Wien\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "team.yaml"
    path.write_text(_FLAT, encoding="utf-8")
    return path


def format_(path: Path) -> None:
    replace(path, formatting_of(path))


def refusal(path: Path) -> str:
    with pytest.raises(InvalidInput) as caught:
        format_(path)
    return plain(caught.value.problems[0].message)


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + _CANONICAL,
        _CANONICAL.replace(b"\n", b"\r\n"),
        _CANONICAL.replace(b"\n", b"\r"),
        _CANONICAL.decode().encode("utf-16"),
        b"\n\n" + _CANONICAL + b"\n\n",
        b"---\n" + _CANONICAL + b"...\n",
    ],
    ids=["byte order mark", "CRLF", "CR", "UTF-16", "blank lines", "marks of a document"],
)
def test_encoding_and_line_ends_become_utf8_and_lf(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    format_(file)
    assert file.read_bytes() == _CANONICAL


def test_csv_becomes_utf8_and_lf_too(tmp_path: Path) -> None:
    file = tmp_path / "team.csv"
    file.write_bytes('city,emailAddress\r\n"Wien",ada@example.org\r\n'.encode("utf-16"))
    format_(file)
    assert file.read_bytes() == b"emailAddress,city\nada@example.org,Wien\n"


def test_a_line_that_names_the_separator_stays_above_the_header(tmp_path: Path) -> None:
    file = tmp_path / "team.csv"
    file.write_text('sep=;\n"city";emailAddress\n"Wien";ada@example.org\n', encoding="utf-8")
    format_(file)
    assert file.read_text(encoding="utf-8") == "sep=;\nemailAddress;city\nada@example.org;Wien\n"


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
def test_permissions_stay(file: Path, mode: int) -> None:
    file.chmod(mode)
    format_(file)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_nothing_is_written_through_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(file.name)
    assert "symbolic link" in refusal(link)
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == _FLAT


def test_a_write_protected_file_is_left_as_it_is(file: Path) -> None:
    file.chmod(0o444)
    assert refusal(file) == "The file is write-protected, so it was not formatted."
    assert file.read_text(encoding="utf-8") == _FLAT


def test_a_file_that_was_changed_meanwhile_is_left_as_it_is(file: Path) -> None:
    formatting = formatting_of(file)
    file.write_text("members: []", encoding="utf-8")
    with pytest.raises(InvalidInput, match="changed while"):
        replace(file, formatting)
    assert file.read_text(encoding="utf-8") == "members: []"
    assert list(file.parent.iterdir()) == [file]


def test_a_file_with_mistakes_is_left_as_it_is(file: Path) -> None:
    file.write_text("members:\n- {citty: x}\n- {emailAddress: y}\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        formatting_of(file)
    assert len(caught.value.problems) == 3


def test_a_file_whose_sorting_would_put_an_alias_above_its_anchor_is_left_as_it_is(file: Path) -> None:
    file.write_text(
        "# reconciler: sorted\n\nmembers:\n- {emailAddress: z@example.org, city: &w Wien}\n"
        "- {emailAddress: a@example.org, city: *w}\n",
        encoding="utf-8",
    )
    assert refusal(file).startswith("This file asks to be sorted, and then an alias (*) would stand above")


@pytest.mark.parametrize("step", range(1, 40, 3))
def test_a_death_leaves_the_old_file_or_the_new(file: Path, step: int) -> None:
    formatting = Formatting(_FLAT.encode(), _CANONICAL)
    outlive(AtStep(step).__call__, lambda: replace(file, formatting))
    assert file.read_bytes() in {_FLAT.encode(), _CANONICAL}
    format_(file)
    assert [path.name for path in file.parent.iterdir() if not path.name.startswith(".")] == [file.name]
    assert file.read_bytes() == _CANONICAL


def test_a_long_wait_is_foreseen(file: Path) -> None:
    assert expected_seconds(file) < 1
    with file.open("r+b") as opened:
        opened.truncate(5_000_000)
    assert expected_seconds(file) > 10


def test_something_special_is_declined_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "team.yaml")
    with pytest.raises(InvalidInput, match="something special"):
        formatting_of(tmp_path / "team.yaml")
