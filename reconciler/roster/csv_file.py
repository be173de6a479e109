"""A member file in CSV → its members.

Source of the form: RFC 4180; also, since spreadsheets write them, other separators, and a line that names it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from reconciler.errors import InvalidInput
from reconciler.headings import field_of, has_no_field
from reconciler.member import (
    EMAIL_ADDRESS,
    FIELDS,
    NUMBER_FIELDS,
    PROFILE_FIELD_ID,
    PROFILE_FIELDS,
    Attributes,
    is_day,
    profile_field_name,
)
from reconciler.problems import Message, Value
from reconciler.roster.collector import MISSING_ADDRESS, Collector, Refusal
from reconciler.roster.damage import damage, may_be_damaged
from reconciler.roster.fields import (
    ALL_FIELDS,
    EXPIRES,
    WHOLE_NUMBER_HINT,
    not_a_day,
    unknown_field,
    whole_number,
)
from reconciler.text_source import LINE_END, Findings, control_character, control_character_problem

SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r"\"?sep=(\\t|[,;\t|])\"?[,;\t|]*(?:\n|\Z)", re.IGNORECASE)
_FORMULA = re.compile(r"[=+\-@\t\r]")
_BLANKS = " \t\xa0"
_SPACE_BEFORE_QUOTE = re.compile(f'[{_BLANKS}]+"')
_RANK = {name: rank for rank, name in enumerate((*FIELDS, EXPIRES))}
_PROFILE_FIELD = re.compile(re.escape(PROFILE_FIELDS) + r"\[(.+)\]")
_REASONS = {
    "field larger": ("This row has a cell that is longer than any value may be.", "Is a quote not closed?"),
    "unexpected end": ("A quote that opens here is never closed.", 'Close it. Inside quotes, write " twice.'),
    "expected after": ("There is text after a closing quote.", 'Inside quotes, write " twice.'),
}


class Layout(NamedTuple):
    """How a CSV text is laid out: the separator of its cells, and the index at which its header begins.

    That is 0, or behind a line such as `sep=;`, which some spreadsheets write for themselves.
    """

    separator: str
    start: int


class Column(NamedTuple):
    """A column's field; for a profile field also its number."""

    field: str
    profile_field: int | None = None

    @property
    def name(self) -> str:
        """The name as the header writes it."""
        return self.field if self.profile_field is None else profile_field_name(self.profile_field)


def spreadsheet_safe(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet program would run it (OWASP, *CSV injection*)."""
    return f"'{text}" if _FORMULA.match(text) else text


def csv_cells(attributes: Attributes) -> dict[str, str]:
    """By column the cells that declare these attributes; values that no cell can hold are left out."""
    cells = {name: str(value) for name, value in attributes.items() if name != PROFILE_FIELDS}
    for item in attributes.get(PROFILE_FIELDS, ()):
        if isinstance(item["value"], str):
            cells[profile_field_name(item[PROFILE_FIELD_ID])] = item["value"]
    return cells


class _Lines(list[str]):
    """Takes each row that a `csv.writer` writes."""

    def write(self, line: str) -> None:
        self.append(line)


def csv_text(rows: Iterable[Iterable[object]], separator: str = ",") -> str:
    """The rows as CSV, with LF as their line ends."""
    lines = _Lines()
    # With this line end, quotes are put around each of its characters, in all versions of Python.
    csv.writer(lines, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return "".join(line.removesuffix("\r\n") + "\n" for line in lines)


def with_line_feeds(text: str) -> str:
    """The text with LF as its line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def layout_of(text: str) -> Layout:
    """The layout of a text with LF as its line ends.

    Without a line that names the separator, it is the one with which the first line has the most known names;
    of several, the one with which it has the most cells.
    """
    named = _SEPARATOR_LINE.match(text)
    if named:
        return Layout("\t" if named[1] == "\\t" else named[1], named.end())
    first = next((line for line in io.StringIO(text) if line.strip()), "").strip("\n")
    headers = {sign: next(csv.reader([first], delimiter=sign), []) for sign in SEPARATORS}
    return Layout(
        max(SEPARATORS, key=lambda sign: (sum(map(_is_known, headers[sign])), len(headers[sign]))), 0
    )


def csv_table(text: str) -> tuple[Layout, list[str], list[list[str]]]:
    """The layout, the header's names and the rows of a text that was read without a problem."""
    text = with_line_feeds(text)
    layout = layout_of(text)
    header, *rows = (cells for _, cells in Rows(text, layout, Findings("")))
    return layout, _names(header), rows


def read_csv(text: str, collector: Collector, findings: Findings) -> str:
    """Collect everyone that a text declares correctly; mistakes go to the findings. Returns the separator.

    Line ends inside cells become LF.

    Raises:
        InvalidInput: the text holds a control character, so nothing of it is read.
    """
    text = with_line_feeds(text)
    layout = layout_of(text)
    if (stray := control_character(text)) is not None:
        raise InvalidInput(control_character_problem(text, stray, findings.file, LINE_END))
    _read_rows(Rows(text, layout, findings), collector, findings)
    return layout.separator


class Rows:
    """The rows of a text, as pairs of a line and cells, without those that are empty.

    They end, with a finding, at the first row that is not CSV.
    """

    def __init__(self, text: str, layout: Layout, findings: Findings) -> None:
        self.separator = layout.separator
        self.may_be_odd = may_be_damaged(text) or any(f'{blank}"' in text for blank in _BLANKS)
        self._text = text
        self._start = layout.start
        self._findings = findings

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """The rows; each begins on a line, counted from 1."""
        text = self._text[self._start :] if self._start else self._text
        above = self._text.count("\n", 0, self._start) + 1
        rows = csv.reader(io.StringIO(text, newline="\n"), delimiter=self.separator, strict=True)
        line = above
        try:
            for cells in rows:
                if any(map(str.strip, cells)):
                    yield line, cells
                line = rows.line_num + above
        except csv.Error as error:
            self._findings.add((line, 1), *_reason(str(error)))

    def position(self, line: int, index: int) -> tuple[int, int]:
        """The line and column, from 1, at which a cell of the row that begins on this line begins."""
        lines_down, column = _cell_positions(self._text, self._line_starts[line - 1], self.separator)[index]
        return line + lines_down, column

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self._text))]


def _reason(said: str) -> tuple[Message, Message]:
    for start, (message, hint) in _REASONS.items():
        if start in said:
            return (message,), (hint,)
    return ("This row is not valid CSV: ", Value(said)), ()


@lru_cache(maxsize=1)
def _cell_positions(text: str, begin: int, separator: str) -> list[tuple[int, int]]:
    """Where each cell of the row at this index begins: lines from 0, columns from 1.

    Found once for all cells of a row, since each of very many may have a problem. A quote inside a cell that
    doesn't begin with one is an ordinary character.
    """
    start, line, line_start, in_quotes = begin, 0, begin, False
    starts = [(0, 1)]
    for sign in re.compile(f'["\n{re.escape(separator)}]').finditer(text, begin):
        if sign[0] == '"':
            in_quotes = not in_quotes and text[start] == '"'
        elif sign[0] == "\n" and in_quotes:
            line, line_start = line + 1, sign.end()
        elif sign[0] == "\n":
            break
        elif not in_quotes:
            start = sign.end()
            starts.append((line, start - line_start + 1))
    return starts


def _read_rows(rows: Rows, collector: Collector, findings: Findings) -> None:
    following = iter(rows)
    header = next(following, None)
    if header is None:
        hint = (f"Its first row names the fields: {EMAIL_ADDRESS},firstName",)
        findings.add((1, 1), ("The file is empty; it has not even a header.",), hint)
        return
    columns = _columns(*header, rows, findings)
    if Column(EMAIL_ADDRESS) not in columns:
        return
    reader = _MemberReader(columns, rows, collector, findings)
    for line, cells in following:
        reader.read(line, cells)


def _columns(line: int, cells: list[str], rows: Rows, findings: Findings) -> list[Column | None]:
    """What each column holds; None, with a finding, for one that is not known.

    Columns at the end without a name are left out.
    """
    names = _names(cells)
    if not _is_header(names):
        hint = "Write a header above it, with the names of the fields: emailAddress,firstName,lastName"
        findings.add((line, 1), (f"Line {line} looks like a member, not a header.",), (hint,))
        return []
    columns: list[Column | None] = []
    are_listed = False  # all names of fields, for a name that is like none of them; once in a file
    for index, name in enumerate(names):
        column = column_of(name)
        if column is None:
            message, hints = _unknown_column(name)
            if hints == (ALL_FIELDS,) and are_listed:
                hints = ("Rename the column, or delete it.",)
            are_listed = are_listed or hints == (ALL_FIELDS,)
            findings.add(rows.position(line, index), message, hints)
        elif column in columns:
            twice = (f'"{name}" is in the header twice.',)
            findings.add(rows.position(line, index), twice, ("Keep one of the two columns.",))
        columns.append(column)
    if Column(EMAIL_ADDRESS) not in columns and EMAIL_ADDRESS not in map(field_of, names):
        missing = (f'The header has no "{EMAIL_ADDRESS}".',)
        findings.add((line, 1), missing, ("The first row holds the field names.",))
    return columns


def _names(header: list[str]) -> list[str]:
    """The names of the columns, without those at the end that have none."""
    names = [cell.strip() for cell in header]
    while not names[-1]:
        names.pop()
    return names


def _is_header(names: list[str]) -> bool:
    """Whether a row names fields: then its cells are no personal data."""
    return not any("@" in name for name in names) and any(map(_is_known, names))


def column_of(name: str) -> Column | None:
    """The column that a header names, or None if the API knows no such field."""
    if name == EXPIRES or (name in FIELDS and name != PROFILE_FIELDS):
        return Column(name)
    found = _PROFILE_FIELD.fullmatch(name)
    number = whole_number(found[1]) if found else None
    return Column(PROFILE_FIELDS, number) if number is not None else None


def column_rank(name: str) -> tuple[int, int]:
    """What sorts columns: the vendor's order, profile fields by their number, ours last."""
    column = column_of(name)
    return (_RANK[column.field], column.profile_field or 0) if column else (len(_RANK), 0)


def _is_known(cell: str) -> bool:
    """Whether a cell of the first row is a field, or a heading that other programs and people write."""
    name = cell.strip(' \t"')
    return column_of(name) is not None or field_of(name) is not None or has_no_field(name)


def _unknown_column(name: str) -> tuple[Message, Message]:
    if name.startswith(PROFILE_FIELDS):
        message = (f'"{name}" doesn\'t say which profile field this column holds.',)
        return message, (f"Write {profile_field_name(577)}, with the field's own number.",)
    if name.startswith('"'):
        return _space_before_quote(name)
    if not name:
        return ("This column has no name.",), ("Name the field, or delete the column.",)
    return unknown_field(name, is_heading=True)


def _space_before_quote(cell: str) -> tuple[Message, Message]:
    message = ("There is a space before the quote, so the quotes are part of the text: ", Value(cell.strip()))
    return message, ("Remove the space before the quote.",)


class _MemberReader:
    """Reads the rows below the header."""

    def __init__(
        self, columns: list[Column | None], rows: Rows, collector: Collector, findings: Findings
    ) -> None:
        self._columns = columns
        self._address = columns.index(Column(EMAIL_ADDRESS))
        self._rows = rows
        self._collector = collector
        self._findings = findings
        known = [(column, index) for index, column in enumerate(columns) if column]
        self._numbers = [(column.field, index) for column, index in known if column.field in NUMBER_FIELDS]
        self._profile_fields = [
            (column.profile_field, index) for column, index in known if column.profile_field is not None
        ]
        others = {index for _, index in (*self._numbers, *self._profile_fields)}
        self._texts = [(column.field, index) for column, index in known if index not in others]
        self._texts.sort(key=lambda text: _RANK[text[0]])

    def read(self, line: int, cells: list[str]) -> None:
        """Read one row; its mistakes go to the findings."""
        sound = self._sound(line, cells) if self._rows.may_be_odd else cells
        if len(cells) != len(self._columns) and not self._has_right_length(line, cells):
            return
        fields: dict[str, Any] = {name: sound[index] for name, index in self._texts if sound[index]}
        for name, index in self._numbers:
            if sound[index]:
                fields[name] = self._number(name, line, index, sound[index])
        if self._profile_fields:
            profile_fields = [
                {PROFILE_FIELD_ID: number, "value": sound[index]}
                for number, index in self._profile_fields
                if sound[index]
            ]
            fields |= {PROFILE_FIELDS: profile_fields} if profile_fields else {}
        if EXPIRES in fields and not is_day(fields[EXPIRES]):
            self._add(line, self._columns.index(Column(EXPIRES)), not_a_day(fields.pop(EXPIRES)))
        address = fields.get(EMAIL_ADDRESS, "")
        if address.strip():
            refusal = self._collector.add(address, fields, line)
        else:
            refusal = None if cells[self._address].strip() else MISSING_ADDRESS
        if refusal:
            self._add(line, self._address, refusal)

    def _sound(self, line: int, cells: list[str]) -> list[str]:
        """The cells, but empty those that are damaged or whose quotes are part of the text."""
        sound = list(cells)
        for index, (column, cell) in enumerate(zip(self._columns, cells, strict=False)):
            if column is None:
                continue
            if found := damage(cell):
                message, hint = found
                self._add(line, index, ((f'"{column.name}": ', *message), hint))
            elif _SPACE_BEFORE_QUOTE.match(cell):
                self._add(line, index, _space_before_quote(cell))
            else:
                continue
            sound[index] = ""
        return sound

    def _has_right_length(self, line: int, cells: list[str]) -> bool:
        """Whether the row has a cell for each column and, behind them, only empty ones."""
        width = len(self._columns)
        if len(cells) > width and not any(map(str.strip, cells[width:])):
            return True
        if any(map(_SPACE_BEFORE_QUOTE.match, cells[:width])):
            return False  # which is a finding of its own
        cell = "cell" if len(cells) == 1 else "cells"
        message = (f"This row has {len(cells)} {cell}, and the header has {width}.",)
        if len(cells) > width:
            hint = f'Put a value that contains "{self._rows.separator}" in quotes.'
        else:
            hint = "Write empty cells for what is not declared."
        self._add(line, 0, (message, (hint,)))
        return False

    def _number(self, name: str, line: int, index: int, cell: str) -> int | None:
        number = whole_number(cell)
        if number is None:
            self._add(line, index, ((f'"{name}" takes a whole number.',), (WHOLE_NUMBER_HINT,)))
        return number

    def _add(self, line: int, index: int, problem: Refusal) -> None:
        self._findings.add(self._rows.position(line, index), *problem)
