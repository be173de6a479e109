"""The header of a member file in CSV: which column holds which field."""

import re
from typing import NamedTuple

from reconciler.document.findings import Findings
from reconciler.member import EMAIL_ADDRESS, FIELDS, PROFILE_FIELDS, profile_field_name
from reconciler.problems import Value
from reconciler.roster.csv_rows import SEPARATOR_LINE, SEPARATORS, Row
from reconciler.roster.expiry import EXPIRES
from reconciler.roster.fields import unknown_field, whole_number

_PROFILE_FIELD = re.compile(re.escape(PROFILE_FIELDS) + r"\[(.+)\]")


class Column(NamedTuple):
    """A column's field; for a profile field also its identifier."""

    field: str
    profile_field: int | None = None

    @property
    def name(self) -> str:
        """As the header writes it."""
        return self.field if self.profile_field is None else profile_field_name(self.profile_field)


def separator_of(text: str) -> str:
    """The separator that a line above the header names, as in `sep=;`.

    Else the one under which the first line names the most fields; a comma where none is better.
    """
    named = SEPARATOR_LINE.match(text)
    if named:
        return named[1]
    first = text.lstrip().split("\n", 1)[0].split("\r", 1)[0]
    known = {sign: sum(_is_known(cell) for cell in first.split(sign)) for sign in SEPARATORS}
    return max(SEPARATORS, key=lambda sign: known[sign])


def columns_of(header: Row, findings: Findings) -> list[Column | None]:
    """What each column holds; None, and a finding, for one that the API doesn't know."""
    columns = [_column(cell.strip(), header.position(i), findings) for i, cell in enumerate(header.cells)]
    seen: set[Column] = set()
    for index, column in enumerate(columns):
        if column is None:
            continue
        if column in seen:
            name = header.cells[index].strip()
            message = (f'"{name}" stands in the header twice.',)
            findings.add(header.position(index), message, ("Keep one of the two columns.",))
        seen.add(column)
    if Column(EMAIL_ADDRESS) not in columns:
        hint = ("The first row holds the field names.",)
        findings.add((header.line, 1), (f'The header has no "{EMAIL_ADDRESS}".',), hint)
    return columns


def _is_known(cell: str) -> bool:
    name = cell.strip(' \t"')
    return name in FIELDS or name == EXPIRES or _PROFILE_FIELD.fullmatch(name) is not None


def _column(name: str, position: tuple[int, int], findings: Findings) -> Column | None:
    if name == EXPIRES or (name in FIELDS and name != PROFILE_FIELDS):
        return Column(name)
    found = _PROFILE_FIELD.fullmatch(name)
    identifier = whole_number(found[1]) if found else None
    if identifier is not None:
        return Column(PROFILE_FIELDS, identifier)
    if name.startswith(PROFILE_FIELDS):
        message = ('"', Value(name), "\" doesn't say which profile field this column holds.")
        findings.add(position, message, (f"Write {profile_field_name(577)}, with the field's own number.",))
    elif not name:
        findings.add(position, ("This column has no name.",), ("Name the field, or delete the column.",))
    else:
        findings.add(position, *unknown_field(name))
    return None
