"""A member file in its canonical form: its style changes, never what it declares."""

import codecs
import re
import stat
from pathlib import Path

from reconciler.errors import InvalidInput
from reconciler.files import disk_failure, display_path, replace_file
from reconciler.member import EMAIL_ADDRESS, FIELDS, identical
from reconciler.problems import Location, Problem, Severity
from reconciler.roster.csv_file import Rows, csv_text, layout_of, with_line_feeds
from reconciler.roster.format_yaml import SORTED, canonical_yaml, content_of
from reconciler.roster.model import Roster
from reconciler.roster.reader import read_roster
from reconciler.text_source import Findings, bytes_of, decoded

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_COLUMN = re.compile(r"(\w+)(?:\[(\d+)\])?")


def format_file(path: Path, *, check: bool = False) -> bool:
    """Bring a member file into its canonical form, or only `check` it; whether it was in another form.

    The result is read again, and must declare the same and hold the same comments.

    Raises:
        InvalidInput: the file has mistakes, which are all named; it is write-protected or a symbolic link; or
            it was changed meanwhile. It stays as it is.
        DiskFailure: it can't be read or written.
    """
    file = display_path(path)
    data = bytes_of(path, file)
    text = decoded(data, file)
    roster = _roster(path, text)
    if path.suffix.lower() == ".csv":
        # Excel reads a CSV file as UTF-8 only if it has the mark.
        mark = codecs.BOM_UTF8 if data.startswith(_MARKS) else b""
        canonical = canonical_csv(text)
    else:
        mark, canonical = b"", canonical_yaml(text, list(roster.members))
    formatted = mark + canonical.encode()
    if formatted == data:
        return False
    _check_content(path, text, canonical, roster)
    if not check:
        _replace(path, data, formatted)
    return True


def canonical_csv(text: str) -> str:
    """The canonical form of a CSV file that was read without a problem; it keeps its separator.

    Columns are in the vendor's order, profile fields by their number; quotes only where a cell needs them.
    Empty rows, empty columns at the end, and spaces around addresses are left out.
    """
    text = with_line_feeds(text)
    layout = layout_of(text)
    header, *rows = (cells for _, cells in Rows(text, layout, Findings("")))
    names = [name.strip() for name in header]
    while not names[-1]:
        names.pop()
    order = sorted(range(len(names)), key=lambda index: column_rank(names[index]))
    address = names.index(EMAIL_ADDRESS)
    for row in rows:
        row[address] = row[address].strip()
    head = f"sep={layout.separator}\n" if layout.start else ""
    return head + csv_text(([row[index] for index in order] for row in (names, *rows)), layout.separator)


def column_rank(name: str) -> tuple[int, int]:
    """What sorts columns: the vendor's order, profile fields by their number, ours last."""
    found = _COLUMN.fullmatch(name)
    if found is None or found[1] not in FIELDS:
        return len(FIELDS), 0  # ours, behind all that is sent
    return FIELDS.index(found[1]), int(found[2] or 0)


def _roster(path: Path, text: str) -> Roster:
    """What a file of this name declares if it holds this text."""
    reading = read_roster([path], texts={path: text})
    errors = [problem for problem in reading.problems if problem.severity is Severity.ERROR]
    if errors:
        raise InvalidInput(*errors)
    return reading.roster


def _check_content(path: Path, text: str, canonical: str, before: Roster) -> None:
    """Check that two texts declare the same members, and hold the same in YAML besides."""
    try:
        after = _roster(path, canonical)
    except InvalidInput:
        after = Roster({})
    is_same = before.members.keys() == after.members.keys() and all(
        member.expires == after.members[key].expires
        and identical(member.attributes, after.members[key].attributes)
        for key, member in before.members.items()
    )
    is_yaml = path.suffix.lower() != ".csv"
    if is_same and (not is_yaml or content_of(text) == content_of(canonical)):
        return
    if is_yaml and SORTED.search(text):
        message = "This file asks to be sorted, and then an alias (*) would be above its anchor (&)."
        hint = "Move what is shared below a key of your own, such as x-shared:, above the members."
    else:
        message = "Formatted, this file would declare something else, so it was not changed."
        hint = "This is a bug in Reconciler. Please report it."
    raise InvalidInput(_problem(path, message, hint))


def _replace(path: Path, before: bytes, after: bytes) -> None:
    try:
        if not stat.S_IMODE(path.stat().st_mode) & _WRITABLE:
            hint = "Allow writing to it."
            raise InvalidInput(_problem(path, "The file is write-protected, so it was not formatted.", hint))
        if path.read_bytes() != before:
            message = "The file was changed while it was being formatted, so it was left as it is."
            raise InvalidInput(_problem(path, message, "Run the command again."))
    except OSError as error:
        raise disk_failure("written", path, error) from error
    replace_file(path, after)


def _problem(path: Path, message: str, hint: str) -> Problem:
    return Problem((message,), (hint,), Location(display_path(path)))
