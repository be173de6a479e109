"""A member file in CSV → its members."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from reconciler.document.content import LINE_END, control_character, control_character_problem, text_of
from reconciler.document.findings import Findings
from reconciler.errors import InvalidInput
from reconciler.member import (
    EMAIL_ADDRESS,
    NUMBER_FIELDS,
    PROFILE_FIELD_ID,
    PROFILE_FIELDS,
)
from reconciler.roster.csv_header import Column, columns_of, separator_of
from reconciler.roster.csv_rows import Row, Rows
from reconciler.roster.csv_spoils import is_spoiled, may_hold_spoils, spoil
from reconciler.roster.expiry import EXPIRES, is_day, no_day
from reconciler.roster.fields import TEXT_FIELDS, WHOLE_NUMBER_HINT, whole_number
from reconciler.roster.gathering import MISSING_ADDRESS, Gathered, Gathering
from reconciler.roster.model import Declaration
from reconciler.roster.plain_rows import AT_ONCE, PlainRows
from reconciler.suppression.model import Suppression

_ADDRESS = Column(EMAIL_ADDRESS)
_PLAIN = {**TEXT_FIELDS, EXPIRES: EXPIRES}

NumberedCells: TypeAlias = tuple[int, list[str]]
"""The line on which a row begins, and its cells."""


def read_csv(
    path: Path,
    findings: Findings,
    earlier: Mapping[str, Declaration],
    suppressed: Suppression | None = None,
    text: str | None = None,
) -> Gathered:
    """Everyone whom the file declares rightly, by identity; what is wrong goes to the findings.

    `text` is what it holds; without it, the file is read.
    """
    try:
        text = LINE_END.sub("\n", text_of(path, findings.file) if text is None else text)
    except InvalidInput as error:
        findings.add_problems(error.problems)
        return Gathered({}, {})
    gathering = Gathering(findings.file, earlier, suppressed)
    stray = control_character(text)
    if stray is None:
        _read(text, gathering, findings)
    else:
        findings.add_problems([control_character_problem(text, stray, findings.file, LINE_END)])
    findings.quote(text, LINE_END)
    return gathering.finish({})


def _read(text: str, gathering: Gathering, findings: Findings) -> None:
    separator = separator_of(text)
    findings.separator = separator
    rows = Rows(text, separator, findings)
    header = next(iter(rows), None)
    if header is None:
        hint = (f"Its first row names the fields: {EMAIL_ADDRESS},firstName",)
        findings.add((1, 1), ("The file holds nothing, not even a header.",), hint)
        return
    columns = columns_of(rows.row(*header), findings)
    if _ADDRESS not in columns:
        return
    names = _names_of_text(columns)
    day = names.index(EXPIRES) if EXPIRES in names else None
    is_suspect = may_hold_spoils(text)
    are_plain = bool(names) and day is None
    plain = PlainRows(names, separator, gathering, is_suspect=is_suspect) if are_plain else None
    following = iter(rows)
    while lines := rows.ahead(AT_ONCE):
        if plain and plain.take(lines, rows.passed + 1):
            rows.skip(lines)
            continue
        for line, cells in _as_far_as(rows.at + len(lines), rows, following):
            is_plain = names and not (is_suspect and any(map(is_spoiled, cells)))
            if not (is_plain and _take_plain(names, day, line, cells, gathering)):
                _take(rows.row(line, cells), columns, gathering, findings)


def _as_far_as(end: int, rows: Rows, following: Iterator[NumberedCells]) -> Iterator[NumberedCells]:
    """The rows that begin before an index of the text, and perhaps a few more."""
    while rows.at < end and (row := next(following, None)):
        yield row


def _names_of_text(columns: list[Column | None]) -> list[str]:
    """The columns' fields where all hold text or days, else none."""
    names = [_PLAIN.get(column.field, "") if column else "" for column in columns]
    return names if all(names) else []


def _take_plain(names: list[str], day: int | None, line: int, cells: list[str], gathering: Gathering) -> bool:
    """Take a member in whose row nothing is wrong, as in nearly all; False leaves it to `_take`.

    `day` is the index of the column that holds days, where there is one.
    """
    if len(cells) != len(names) or (day is not None and cells[day] and not is_day(cells[day])):
        return False
    fields = dict(zip(names, cells, strict=True))
    if "" in cells:
        fields = {name: cell for name, cell in fields.items() if cell}
    address = fields.get(EMAIL_ADDRESS, "")
    return bool(address) and gathering.take(address, fields, line) is None


def _take(row: Row, columns: list[Column | None], gathering: Gathering, findings: Findings) -> None:
    if len(row.cells) != len(columns):
        message = f"This row has {len(row.cells)} cells, and the header has {len(columns)}."
        findings.add(row.position(0), (message,), (_length_hint(row, columns),))
        return
    fields = _fields(row, columns, findings)
    address = fields.get(EMAIL_ADDRESS, "")
    index = columns.index(_ADDRESS)
    if address.strip():
        refused = gathering.take(address, fields, row.line)
    else:
        refused = None if spoil(row.cells[index]) else MISSING_ADDRESS
    if refused:
        findings.add(row.position(index), *refused)


def _length_hint(row: Row, columns: list[Column | None]) -> str:
    if len(row.cells) > len(columns):
        return f'Put a value that holds "{row.separator}" in quotes.'
    return "Leave cells empty rather than out."


def _fields(row: Row, columns: list[Column | None], findings: Findings) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    profile_fields = []
    for index, (column, cell) in enumerate(zip(columns, row.cells, strict=True)):
        if column is None or not cell:
            continue
        if spoiled := spoil(cell):
            message, hint = spoiled
            findings.add(row.position(index), (f'"{column.name}": ', *message), hint)
            continue
        if column.profile_field is not None:
            profile_fields.append({PROFILE_FIELD_ID: column.profile_field, "value": cell})
        elif column.field in NUMBER_FIELDS:
            fields[column.field] = _number(column.field, cell, row.position(index), findings)
        elif column.field == EXPIRES and not is_day(cell):
            findings.add(row.position(index), *no_day(cell))
        else:
            fields[column.field] = cell
    if profile_fields:
        fields[PROFILE_FIELDS] = profile_fields
    return fields


def _number(name: str, cell: str, position: tuple[int, int], findings: Findings) -> int | None:
    number = whole_number(cell)
    if number is None:
        findings.add(position, (f'"{name}" takes a whole number.',), (WHOLE_NUMBER_HINT,))
    return number
