"""A member file in its canonical form: its style changes, never what it declares."""

import codecs
import stat
from pathlib import Path
from typing import Any

from reconciler.errors import InvalidInput
from reconciler.files import disk_failure, display_path, replace_file
from reconciler.member import EMAIL_ADDRESS, canonical
from reconciler.problems import Location, Problem
from reconciler.roster.csv_file import column_rank, csv_table, csv_text
from reconciler.roster.format_yaml import SORTED, canonical_yaml, content_of
from reconciler.roster.reader import read_roster
from reconciler.text_source import bytes_of, decoded

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


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
    declared = _declared(path, text)
    is_csv = path.suffix.lower() == ".csv"
    formatted = canonical_csv(text) if is_csv else canonical_yaml(text, list(declared))
    # Excel reads a CSV file as UTF-8 only if it has the mark.
    mark = codecs.BOM_UTF8 if is_csv and data.startswith(_MARKS) else b""
    if mark + formatted.encode() == data:
        return False
    try:
        is_same = _declared(path, formatted) == declared
    except InvalidInput:
        is_same = False
    if not is_same or (not is_csv and content_of(text) != content_of(formatted)):
        message = "Formatted, this file would declare something else, so it was not changed."
        hint = "This is a bug in Reconciler. Please report it."
        if not is_csv and SORTED.search(text):
            message = "This file asks to be sorted, and then an alias (*) would be above its anchor (&)."
            hint = "Move what is shared below a key of your own, such as x-shared:, above the members."
        raise InvalidInput(_problem(path, message, hint))
    if not check:
        _replace(path, data, mark + formatted.encode())
    return True


def canonical_csv(text: str) -> str:
    """The canonical form of a CSV file that was read without a problem; it keeps its separator.

    Columns are in the vendor's order, profile fields by their number; quotes only where a cell needs them.
    Empty rows, empty columns at the end, and spaces around addresses are left out.
    """
    layout, names, rows = csv_table(text)
    order = sorted(range(len(names)), key=lambda index: column_rank(names[index]))
    address = names.index(EMAIL_ADDRESS)
    for row in rows:
        row[address] = row[address].strip()
    head = f"sep={layout.separator}\n" if layout.start else ""
    return head + csv_text(([row[index] for index in order] for row in (names, *rows)), layout.separator)


def _declared(path: Path, text: str) -> dict[str, Any]:
    """What a file of this name declares if it holds this text."""
    reading = read_roster([path], texts={path: text})
    if reading.problems:
        raise InvalidInput(*reading.problems)
    return {key: (canonical(it.attributes), it.expires) for key, it in reading.roster.members.items()}


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
