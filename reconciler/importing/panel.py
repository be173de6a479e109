"""`import --from-panel`: the members that a read of the panel saw, as a member file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.declaration import DeclarationReading
from reconciler.importing.columns import Column, Columns, is_field, no_field
from reconciler.importing.run import Destination, Imported, LeftOutValue, updated
from reconciler.importing.update import NO_ADDRESS, Person, RefusedRow
from reconciler.importing.values import RefusedCell, text_of
from reconciler.member import DATE_FIELDS, EMAIL_ADDRESS, PROFILE_FIELDS, Attributes, profile_field_name
from reconciler.problems import Address, Message, Value
from reconciler.readback.drift import OPT_OUT, by_name
from reconciler.readback.model import PanelRead
from reconciler.roster.csv_file import with_line_feeds
from reconciler.roster.fields import EXPIRES
from reconciler.text_source import control_character

DEFAULT_FIELDS = (
    EMAIL_ADDRESS,
    "firstName",
    "middleName",
    "lastName",
    "birthday",
    "zipCode",
    "city",
    "address1",
    "address2",
    "mobileNumber",
    "custom1",
    "custom2",
    "custom3",
    "custom4",
    "custom5",
)


def parse_fields(given: str) -> tuple[str, ...]:
    """The fields of `--fields NAME,…`, each once; the address is always the first.

    Raises:
        ValueError: one is no field of the API; the message says which, and what to write.
    """
    names = [name.strip() for name in given.split(",") if name.strip()]
    for name in names:
        if name == PROFILE_FIELDS:
            raise ValueError(f"Name each profile field, such as {profile_field_name(577)}.")
        if name == EXPIRES or not is_field(name):
            raise ValueError(no_field(name))
    return tuple(dict.fromkeys((EMAIL_ADDRESS, *names)))


def prepare_from_panel(
    declared: DeclarationReading,
    environment: str,
    destination: Destination,
    read: PanelRead,
    fields: Sequence[str],
    *,
    is_dry_run: bool,
) -> Imported:
    """Say what importing a read of the whole panel does: of each member these fields, the address first.

    What is declared has no mistakes. The destination may not exist yet. Nothing is written.

    Raises:
        InvalidInput: the member file can't be read.
    """
    people: list[Person] = []
    refused: list[RefusedRow] = []
    for text in read.unusable:
        reason: Message = (Value(text), " is not an e-mail address") if text else NO_ADDRESS
        refused.append(RefusedRow(None, (), reason))
    left_out: list[LeftOutValue] = []
    for key, attributes in read.members.items():
        day = attributes.get(OPT_OUT)
        if place := declared.roster.suppression.place_of(key):
            reason = (Address(key), f" is suppressed: {place}")
            refused.append(RefusedRow(None, (), reason, key, bool(day)))
        elif day:
            refused.append(RefusedRow(None, (), (Address(key), " opted out on ", Value(str(day))), key, True))
        else:
            people.append(Person(None, key, dict(_cells(key, attributes, fields, left_out))))
    used = [name for name in fields if any(person.fields.get(name) for person in people)] or [EMAIL_ADDRESS]
    columns = Columns(tuple(Column(index, name, name) for index, name in enumerate(used)), ())
    found, text = updated(declared, destination, columns, people, refused)
    return Imported(
        environment=environment,
        file=destination.display,
        columns=columns,
        update=found,
        refused=tuple(refused),
        notes=(),
        header=(),
        text=text,
        import_yaml=None,
        is_dry_run=is_dry_run,
        read=read,
        left_out=tuple(left_out),
    )


def _cells(
    key: str, attributes: Attributes, fields: Sequence[str], left_out: list[LeftOutValue]
) -> Iterator[tuple[str, str]]:
    """The cells of those fields that are not null, which proves nothing; an empty text is *not declared*."""
    there: Mapping[str, Any] = dict(by_name(attributes))
    for name in fields:
        if there.get(name) is None:
            continue
        try:
            yield name, _cell_text(name, there[name])
        except RefusedCell as error:
            left_out.append(LeftOutValue(key, name, error.reason))


def _cell_text(name: str, value: Any) -> str:
    """The text of a CSV cell that declares what the panel has.

    Raises:
        RefusedCell: a member file in CSV can't declare it.
    """
    if isinstance(value, list | dict):
        raise RefusedCell(("a list or an address has no form in CSV: declare it in a YAML file",))
    text = with_line_feeds(str(value)).strip()
    if control_character(text) is not None:
        raise RefusedCell((Value(text), " holds a control character"))
    checked = text_of(name, text, {})
    return checked if name in DATE_FIELDS else text  # text that a person typed is not mended
