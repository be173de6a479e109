"""A member file in CSV → its members."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.document.content import control_character, control_character_problem, text_of
from reconciler.document.findings import Findings
from reconciler.errors import InvalidInput
from reconciler.member import EMAIL_ADDRESS, NUMBER_FIELDS, PROFILE_FIELD_ID, PROFILE_FIELDS
from reconciler.roster.csv_header import Column, columns_of, separator_of
from reconciler.roster.csv_rows import Row, rows
from reconciler.roster.fields import WHOLE_NUMBER_HINT, whole_number
from reconciler.roster.gathering import MISSING_ADDRESS, Gathering
from reconciler.roster.model import Declaration

_ADDRESS = Column(EMAIL_ADDRESS)


def read_csv(path: Path, findings: Findings, earlier: Mapping[str, Declaration]) -> dict[str, Declaration]:
    """Everyone whom the file declares rightly, by identity; what is wrong goes to the findings."""
    try:
        text = text_of(path, findings.file)
    except InvalidInput as error:
        findings.add_problems(error.problems)
        return {}
    stray = control_character(text)
    if stray is not None:
        findings.add_problems([control_character_problem(text, stray, findings.file)])
        return {}
    gathering = Gathering(findings.file, earlier)
    _read(text, gathering, findings)
    return gathering.finish({})


def _read(text: str, gathering: Gathering, findings: Findings) -> None:
    following = rows(text, separator_of(text), findings)
    header = next(following, None)
    if header is None:
        hint = (f"Its first row names the fields: {EMAIL_ADDRESS},firstName",)
        findings.add((1, 1), ("The file holds nothing, not even a header.",), hint)
        return
    columns = columns_of(header, findings)
    for row in following if _ADDRESS in columns else ():
        _take(row, columns, gathering, findings)


def _take(row: Row, columns: list[Column | None], gathering: Gathering, findings: Findings) -> None:
    if len(row.cells) != len(columns):
        message = f"This row has {len(row.cells)} cells, and the header has {len(columns)}."
        findings.add(row.position(0), (message,), (_length_hint(row, columns),))
        return
    fields = _fields(row, columns, findings)
    address = fields.get(EMAIL_ADDRESS, "")
    refused = gathering.take(address, fields, row.line) if address.strip() else MISSING_ADDRESS
    if refused:
        findings.add(row.position(columns.index(_ADDRESS)), *refused)


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
        if column.profile_field is not None:
            profile_fields.append({PROFILE_FIELD_ID: column.profile_field, "value": cell})
        elif column.field in NUMBER_FIELDS:
            fields[column.field] = _number(column.field, cell, row.position(index), findings)
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
