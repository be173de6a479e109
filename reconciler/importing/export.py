"""An export of the vendor's UI, read in place of the panel: without a call, and with the same care.

Source of what an export holds: the vendor's page *help/communities/community-import-members*.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.importing.columns import Columns
from reconciler.importing.import_yaml import Remembered
from reconciler.importing.run import ImportOptions, read_source
from reconciler.importing.sheet import Cell, Row
from reconciler.importing.values import DateOrder, RefusedCell, text_of
from reconciler.member import EMAIL_ADDRESS, PROFILE_FIELD_ID, PROFILE_FIELDS, Attributes
from reconciler.problems import Code, Message, counted
from reconciler.questionpro.panel import Page
from reconciler.readback.drift import OPT_OUT
from reconciler.readback.model import PanelRead
from reconciler.readback.steps import Seen, unproven
from reconciler.roster.csv_file import column_of


class Export(NamedTuple):
    """What an export says of the panel, and what its reader should know about it."""

    read: PanelRead
    notes: tuple[Message, ...]


def read_export(
    source: Path,
    options: ImportOptions,
    remembered: Remembered,
    expected: Collection[str],
    known: Collection[str],
) -> Export:
    """Read an export; `remembered` is what `import.yaml` says of an import of the same file.

    Of those `expected` in the panel, the ones who are not in the export are missing. `known` are the members
    that the lockfile has as added or existing.

    Raises:
        InvalidInput: the file can't be read, or its columns don't fit.
    """
    sheet, columns, dates = read_source(source, options, remembered)
    unreadable: Counter[str] = Counter()
    width = len(sheet.header.cells)
    seen = Seen()
    seen.take(Page(tuple(_entry(row, columns, dates, width, unreadable) for row in sheet.rows)))
    doubt = unproven(seen, known, "in it", "this export is of")
    missing = frozenset() if doubt else frozenset(expected) - seen.members.keys()
    if not doubt and seen.contradicted:
        people = counted(len(seen.contradicted), "member")
        doubt = (f"{people} {'is' if len(seen.contradicted) == 1 else 'are'} in it twice with other fields",)
    read = PanelRead(seen.members, 0, missing, doubt, tuple(seen.unusable))
    notes = (*((note,) for note in sheet.notes), *_about_columns(columns), *_about_cells(unreadable))
    return Export(read, notes)


_ROW = "row"


def _entry(
    row: Row, columns: Columns, dates: Mapping[str, DateOrder], width: int, unreadable: Counter[str]
) -> Attributes:
    """What a row says of a member. A cell that is empty or unreadable proves as little as null."""
    attributes: dict[str, Any] = {}
    is_shifted = any(cell != "" for cell in row.cells[width:])
    unreadable[_ROW] += is_shifted
    for position, _, name in columns.imported:
        if position >= len(row.cells) or (is_shifted and name != EMAIL_ADDRESS):
            continue
        text = _text(name, row.cells[position], dates)
        unreadable[name] += text is None
        column = column_of(name)
        if not text or column is None:
            continue
        if column.profile_field is None:
            attributes[name] = text
        else:
            item = {PROFILE_FIELD_ID: column.profile_field, "value": text}
            attributes.setdefault(PROFILE_FIELDS, []).append(item)
    return attributes


def _text(name: str, cell: Cell, dates: Mapping[str, DateOrder]) -> str | None:
    """The text of a cell; None if it can't be read."""
    with suppress(RefusedCell):
        return text_of(name, cell, dates)
    for order in DateOrder if name == OPT_OUT else ():
        with suppress(RefusedCell):
            text_of(name, cell, {OPT_OUT: order})
            return str(cell)  # whichever day it is, it means that they opted out
    return None


def _about_columns(columns: Columns) -> Iterator[Message]:
    if columns.left_out:
        yield ("Columns that were left out: ", Code(", ".join(columns.left_out)), ".")
    if all(column.field != OPT_OUT for column in columns.imported):
        yield ("No column holds ", Code(OPT_OUT), ", so this export doesn't tell who opted out.")


def _about_cells(unreadable: Counter[str]) -> Iterator[Message]:
    for name, count in sorted(unreadable.items()):
        if count and name == _ROW:
            rows = counted(count, "row")
            yield (f"{rows} with more cells than the header: only the address was read.",)
        elif count:
            yield (Code(name), f": {counted(count, 'cell')} can't be read, and so can't be compared.")
