"""A source → a sheet: what kind of file it is, how its text is encoded, and what separates its cells."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from reconciler.errors import InvalidInput
from reconciler.files import display_path, unread_problem
from reconciler.importing.sheet import (
    HEADER_WITHIN,
    PROGRESS_EACH,
    Choices,
    Progress,
    Row,
    Sheet,
    header_index,
    no_header,
    title_note,
    trimmed,
    unreadable,
)
from reconciler.roster.csv_file import SEPARATORS

MOST_BYTES = 256 * 1024 * 1024
"""A text of 256 MiB holds more than a million people; a larger file is a mistake, and would fill memory."""

_WORKBOOK = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old .xls, and every workbook with a password
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_sheet(path: Path, choices: Choices) -> Sheet:
    """Read an `.xlsx` workbook or delimited text; the content decides which, never the file's name.

    Raises:
        InvalidInput: the file can't be read, or no row of it looks like a header.
    """
    data = _bytes(path)
    if data.startswith(_OLD_OFFICE):
        message = "This is a workbook with a password, or one in Excel's old format (.xls)."
        raise unreadable(path, message, "Open it, remove the password, and save it as .xlsx or as CSV UTF-8.")
    if data.startswith(_WORKBOOK):
        from reconciler.importing.workbook import read_workbook  # noqa: PLC0415 - openpyxl is slow to load

        return read_workbook(path, data, choices)
    if choices.sheet is not None:
        raise unreadable(path, "This is a text file: it has no sheets.", "Leave out --sheet.")
    text = _decoded(path, data, choices.encoding)
    return _delimited(path, text, choices)


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise unreadable(path, "This is not a file.", "Name a workbook or a CSV file.")
        if path.stat().st_size > MOST_BYTES:
            message = f"The file is larger than {MOST_BYTES // 1024**2} MiB."
            raise unreadable(path, message, "Split it, or delete columns that are not needed.")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(unread_problem(display_path(path), error)) from error


def _decoded(path: Path, data: bytes, encoding: str | None) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    try:
        text = data.decode(marked or encoding or "utf-8")
    except (ValueError, LookupError) as error:
        line = data.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else None
        message, hint = f"The file is not in {marked or encoding}.", "Name its encoding: --encoding NAME."
        if line is None:
            message, hint = f'"{encoding}" is not an encoding.', "For Windows: --encoding cp1252."
        elif not (marked or encoding):
            message = "The file is not in UTF-8."
            hint = "Excel on Windows writes Windows-1252: add --encoding cp1252, and check the names."
        raise unreadable(path, message, hint, line) from error
    if "\0" in text:
        hint = "Save it as .xlsx or as CSV UTF-8. For UTF-16 without a byte order mark: --encoding utf-16-le."
        raise unreadable(path, "This is neither a workbook nor a text file.", hint)
    return text


def _delimited(path: Path, text: str, choices: Choices) -> Sheet:
    named, text, skipped = _separator_line(text)
    separator = named or max(SEPARATORS, key=lambda sign: _score(text, sign, choices.knows))
    rows = list(_rows(path, text, separator, skipped, choices.progress))
    index = header_index(rows, choices.knows)
    if index is None:
        raise no_header(path, holds_rows=bool(rows))
    return Sheet(rows[index], rows[index + 1 :], title_note(rows, index), choices.encoding)


def _separator_line(text: str) -> tuple[str | None, str, int]:
    """The separator that Excel's line `sep=;` names, the text below it, and how many lines that skips."""
    first, _, rest = text.partition("\n")
    line = first.strip("\r ").lower()
    if line.startswith("sep=") and line[4:5] in SEPARATORS:
        return line[4], rest, 1
    return None, text, 0


def _score(text: str, separator: str, knows: Callable[[str], bool]) -> tuple[int, int]:
    """How well a separator fits: how many headings it lets you recognise in one row, and how many cells."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    with suppress(csv.Error):
        first = list(islice(reader, HEADER_WITHIN))
        return max(((sum(map(knows, map(trimmed, cells))), len(cells)) for cells in first), default=(0, 0))
    return 0, 0


def _rows(path: Path, text: str, separator: str, skipped: int, progress: Progress) -> Iterator[Row]:
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    begin = skipped + 1
    try:
        for number, cells in enumerate(reader):
            if number % PROGRESS_EACH == 0:
                progress("Reading", lines.tell(), len(text))
            values = [trimmed(cell) for cell in cells]
            if any(values):
                yield Row(begin, values)
            begin = skipped + reader.line_num + 1
    except csv.Error as error:
        hint = "Check the quotes in this row, or save the table as .xlsx."
        raise unreadable(path, f"The row that begins here can't be read: {error}.", hint, begin) from error
