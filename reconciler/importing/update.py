"""A member file in CSV, brought up to date with a source: who is new, differs, or is gone. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.identity import InvalidAddress, identity
from reconciler.importing.columns import Columns
from reconciler.importing.sheet import PROGRESS_EACH, Damaged, Progress, Row, Sheet, untold
from reconciler.importing.values import DateOrder, RefusedCell, text_of
from reconciler.member import EMAIL_ADDRESS
from reconciler.problems import Address, Message, Value
from reconciler.readback.drift import OPT_OUT
from reconciler.roster.csv_file import column_rank
from reconciler.suppression.model import Suppression

NO_ADDRESS = ("there is no e-mail address",)

Fields = dict[str, str]
"""By column of the member file the text of its cell; `""` is *not declared*."""


class Person(NamedTuple):
    """One person of a source; `row` is where they are in it, None if it has no rows.

    `fields` are those that the source tells; `""` is *not declared*, and what is not there is not known.
    """

    row: int | None
    key: str
    fields: Fields


class RefusedRow(NamedTuple):
    """A row that can't be taken, and why; `cells` are its own, as text. `key` is None without an address.

    `row` is None if the source has no rows. `opted_out` tells that it has a date on which they unsubscribed.
    """

    row: int | None
    cells: Sequence[str]
    reason: Message
    key: str | None = None
    opted_out: bool = False


class Difference(NamedTuple):
    """One field of someone that the source has otherwise; `""` is *not declared*."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Update:
    """What importing does to the member file; all but `rows` is for people to read.

    `gone` are the identities that the file has and the source lacks; they leave `rows` only with `prune`.
    `elsewhere` are people declared in other files, by identity, with the place; they are not written.
    """

    header: tuple[str, ...]
    rows: Mapping[str, Fields]
    new: tuple[Person, ...] = ()
    same: int = 0
    differs: Mapping[str, tuple[Difference, ...]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    is_pruned: bool = False

    @property
    def changes_the_file(self) -> bool:
        """Whether the member file has to be written."""
        return bool(self.new or self.differs or (self.gone and self.is_pruned))


def people_of(
    sheet: Sheet,
    columns: Columns,
    orders: Mapping[str, DateOrder],
    suppression: Suppression,
    progress: Progress = untold,
) -> tuple[list[Person], list[RefusedRow]]:
    """Everyone in the rows who is not suppressed, and the rows that can't be taken; `orders` is by field."""
    people: list[Person] = []
    refused: list[RefusedRow] = []
    first: dict[str, int] = {}
    width = len(sheet.header.cells)
    for number, row in enumerate(sheet.rows, 1):
        if number % PROGRESS_EACH == 0:
            progress("Checking", number, len(sheet.rows))
        key: str | None = None
        reason: Message | None = None
        opted_out = False
        try:
            key = _key(row, columns)
            if key in first:
                reason = (Address(key), f" is in row {first[key]} too")
            elif place := suppression.place_of(key):
                reason = (Address(key), f" is suppressed: {place}")
            else:
                first[key] = row.number
                fields = _fields(row, columns, orders, width)
                if opted_out := bool(fields.get(OPT_OUT)):
                    reason = (Address(key), " opted out on ", Value(fields[OPT_OUT]))
                else:
                    people.append(Person(row.number, key, fields))
        except RefusedCell as error:
            reason = error.reason
        if reason is not None:
            texts = ["" if isinstance(cell, Damaged) else str(cell) for cell in row.cells]
            refused.append(RefusedRow(row.number, texts, reason, key, opted_out))
    return people, refused


def _key(row: Row, columns: Columns) -> str:
    position = columns.position_of(EMAIL_ADDRESS)
    address = text_of(EMAIL_ADDRESS, row.cells[position], {}) if position < len(row.cells) else ""
    if not address:
        raise RefusedCell(NO_ADDRESS)
    try:
        return identity(address)
    except InvalidAddress as error:
        raise RefusedCell((Value(address), f" is not an e-mail address: {error}")) from error


def _fields(row: Row, columns: Columns, orders: Mapping[str, DateOrder], width: int) -> Fields:
    if any(cell != "" for cell in row.cells[width:]):
        found = f"the row has {len(row.cells)} cells, and the header has {width}"
        raise RefusedCell((f"{found}: put a value that contains the separator in quotes",))
    return {
        column.field: text_of(column.field, row.cells[column.position], orders)
        if column.position < len(row.cells)
        else ""
        for column in columns.imported
    }


def update(
    existing: Mapping[str, Fields],
    people: Sequence[Person],
    columns: Columns,
    elsewhere: Mapping[str, str],
    *,
    refused: Iterable[RefusedRow],
    prune: bool,
) -> Update:
    """Bring the rows that a member file has now, by identity, up to date with the people of a source.

    Columns that the source lacks stay as they are. `elsewhere` has, by identity, the place in another member
    file that declares someone. Who is in a refused row is not gone.
    """
    imported = [column.field for column in columns.imported]
    rows = {key: dict(fields) for key, fields in existing.items()}
    new: list[Person] = []
    differs: dict[str, tuple[Difference, ...]] = {}
    matched: dict[str, str] = {}
    for person in people:
        if person.key in elsewhere:
            matched[person.key] = elsewhere[person.key]
            continue
        before = rows.get(person.key)
        after = {name: person.fields.get(name, (before or {}).get(name, "")) for name in imported}
        if before is None:
            new.append(person)
            rows[person.key] = after
            continue
        after[EMAIL_ADDRESS] = before[EMAIL_ADDRESS]  # the same person, however it is spelled
        if changed := tuple(_differences(before, after)):
            differs[person.key] = changed
            before.update(after)
    seen = {person.key for person in people} | {row.key for row in refused}
    gone = tuple(key for key in existing if key not in seen)
    if prune:
        for key in gone:
            del rows[key]
    same = len(people) - len(new) - len(differs) - len(matched)
    header = tuple(sorted({name for fields in rows.values() for name in fields}, key=column_rank))
    return Update(header or tuple(imported), rows, tuple(new), same, differs, gone, matched, prune)


def _differences(before: Fields, after: Fields) -> Iterator[Difference]:
    for name, value in after.items():
        if before.get(name, "") != value:
            yield Difference(name, before.get(name, ""), value)
