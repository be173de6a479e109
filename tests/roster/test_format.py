"""A member file on disk takes its canonical form in one step, or stays as it is."""

import codecs
import os
import stat
from pathlib import Path

import pytest
from mortal import AtStep, outlive

from reconciler.errors import InvalidInput
from reconciler.roster.format import format_file

_CASES = Path(__file__).parent.parent / "cases" / "formatting"
_BEFORE = sorted(_CASES.glob("*.before.*"))
_FLAT = "members: [{emailAddress: ada@example.org, city: 'Wien'}]\n"
_CANONICAL = b"members:\n  - emailAddress: ada@example.org\n    city: Wien\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "team.yaml"
    path.write_text(_FLAT, encoding="utf-8")
    return path


def formatted(path: Path, data: bytes) -> bytes:
    path.write_bytes(data)
    format_file(path)
    return path.read_bytes()


@pytest.mark.parametrize("before", _BEFORE, ids=lambda path: path.name)
def test_a_case_takes_the_form_that_it_states(before: Path, tmp_path: Path) -> None:
    file = tmp_path / before.name
    after = before.with_name(before.name.replace(".before.", ".after."))
    assert formatted(file, before.read_bytes()).decode() == after.read_text(encoding="utf-8")
    assert not format_file(after, check=True)


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
def test_yaml_becomes_utf8_with_lf_and_without_a_mark(file: Path, data: bytes) -> None:
    assert formatted(file, data) == _CANONICAL


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8-sig", codecs.BOM_UTF8), ("utf-16", codecs.BOM_UTF8), ("utf-8", b"")]
)
def test_csv_keeps_the_mark_by_which_excel_knows_its_encoding(
    tmp_path: Path, encoding: str, mark: bytes
) -> None:
    data = 'city,emailAddress\r\n"Zürich",ada@example.org\r\n'.encode(encoding)
    expected = mark + "emailAddress,city\nada@example.org,Zürich\n".encode()
    assert formatted(tmp_path / "team.csv", data) == expected
    assert not format_file(tmp_path / "team.csv")


@pytest.mark.parametrize(
    ("first", "separator"),
    [
        ("sep=;", ";"),
        ('"sep=;"', ";"),
        ("sep=;;", ";"),
        ("SEP=|", "|"),
        ("sep=\t", "\t"),
        (r"sep=\t", "\t"),
        ("sep=,,,", ","),
    ],
)
def test_a_line_that_names_the_separator_stays_above_the_header(
    tmp_path: Path, first: str, separator: str
) -> None:
    rows = "city;emailAddress\r\nWien;ada@example.org\r\n".replace(";", separator)
    text = f"{first}\r\n{rows}"
    expected = f"sep={separator}\nemailAddress{separator}city\nada@example.org{separator}Wien\n"
    assert formatted(tmp_path / "team.csv", text.encode()).decode() == expected


def test_quotes_behind_a_space_are_not_made_a_part_of_the_name(tmp_path: Path) -> None:
    file = tmp_path / "team.csv"
    file.write_text('emailAddress, firstName\nada@example.org, "Ada"\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match="space before the quote"):
        format_file(file)
    assert '"Ada"' in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
def test_permissions_stay(file: Path, mode: int) -> None:
    file.chmod(mode)
    assert format_file(file)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_planted_link_is_never_written_through(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "hook"
    target.touch()
    (tmp_path / f".{file.name}.new").symlink_to(target)
    assert format_file(file)
    assert (file.read_bytes(), target.read_bytes()) == (_CANONICAL, b"")
    link = tmp_path / "link.yaml"
    link.symlink_to(target)
    target.write_text(_FLAT, encoding="utf-8")
    with pytest.raises(InvalidInput, match="symbolic link"):
        format_file(link)
    assert target.read_text(encoding="utf-8") == _FLAT


def test_a_write_protected_file_stays_as_it_is(file: Path) -> None:
    file.chmod(0o444)
    with pytest.raises(InvalidInput, match="write-protected"):
        format_file(file)
    assert file.read_text(encoding="utf-8") == _FLAT


def test_a_file_with_mistakes_stays_as_it_is(file: Path) -> None:
    file.write_text("members:\n- {citty: x}\n- {emailAddress: y}\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        format_file(file)
    assert len(caught.value.problems) == 3


def test_a_file_that_can_not_be_sorted_stays_as_it_is(file: Path) -> None:
    text = (
        "# reconciler: sorted\n\nmembers:\n- {emailAddress: z@example.org, city: &w Wien}\n"
        "- {emailAddress: a@example.org, city: *w}\n"
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="alias"):
        format_file(file)
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("note", ['{"": 1}', "{? : 1}", "\n  ?\n  : 1"])
def test_an_empty_key_is_formatted_too(file: Path, note: str) -> None:
    text = f"x-note: {note}\nmembers: []  # nobody yet\n"
    assert formatted(file, text.encode()) == b'x-note:\n  "": 1\nmembers: []  # nobody yet\n'


@pytest.mark.parametrize("step", range(1, 60, 9))
def test_a_death_leaves_the_old_file_or_the_new(file: Path, step: int) -> None:
    outlive(AtStep(step).__call__, lambda: format_file(file))
    assert file.read_bytes() in {_FLAT.encode(), _CANONICAL}
    format_file(file)
    assert [path.name for path in file.parent.iterdir() if not path.name.startswith(".")] == [file.name]
    assert file.read_bytes() == _CANONICAL


def test_what_is_not_a_regular_file_is_declined_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "team.yaml")
    with pytest.raises(InvalidInput):
        format_file(tmp_path / "team.yaml")
