"""One entry as it stands in the file → the model; strict, since people and git edit the file too."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from reconciler.identity import InvalidAddress, identity
from reconciler.lockfile.model import Entry, Outcome, Present, Rejected, Unconfirmed, Undelivered
from reconciler.member import (
    ADDRESS_KEYS,
    EMAIL_ADDRESS,
    FIELDS,
    NUMBER_FIELDS,
    PROFILE_FIELD_ID,
    PROFILE_FIELDS,
    Attributes,
)

AnEntry = TypeVar("AnEntry", Present, Rejected, Unconfirmed)
Build: TypeAlias = Callable[[dict[str, Any]], AnEntry]

_TYPES: Mapping[str, type] = {field: int if field in NUMBER_FIELDS else str for field in FIELDS} | {
    PROFILE_FIELDS: list
}
PLAIN_TYPES = frozenset(_TYPES.items()) - {(PROFILE_FIELDS, list)}
"""The fields that hold a text or a number, with their types: nothing else can be wrong with their values."""

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def present(entry: dict[str, Any]) -> Present:
    """An entry of `members`."""
    return Present(Outcome(entry["outcome"]), entry["pushed"], entry["attributes"], _undelivered(entry))


def rejected(entry: dict[str, Any]) -> Rejected:
    """An entry of `rejected`."""
    doubtful = entry.get("doubtful", False)
    if type(entry["reason"]) is not str or doubtful is not ("doubtful" in entry):
        raise ValueError("rejected")
    return Rejected(entry["reason"], entry["pushed"], entry["attributes"], doubtful)


def unconfirmed(entry: dict[str, Any]) -> Unconfirmed:
    """An entry of `unconfirmed`."""
    return Unconfirmed(entry["pushed"], entry["attributes"], _undelivered(entry))


def fields_of(entry: Entry) -> dict[str, Any]:
    """What stands in the file of an entry; what there is no doubt about, and no refusal, needs no word."""
    fields = entry._asdict()
    if not fields.get("doubtful", True):
        del fields["doubtful"]
    undelivered = fields.pop("undelivered", None)
    if undelivered is not None:
        fields["undelivered"] = {
            name: value for name, value in undelivered._asdict().items() if value is not None
        }
    return fields


def read_entry(build: Build[AnEntry], key: str, entry: Any) -> AnEntry | None:
    """The entry of the identity `key`, or None where no version of ours writes such a one."""
    try:
        built = build(entry)
        complete = len(fields_of(built)) == len(entry) and TIME.fullmatch(built.pushed)
        return built if complete and _is_sound(built.attributes, key) and _note_is_sound(built, key) else None
    except (KeyError, TypeError, ValueError, AttributeError, InvalidAddress):
        return None


def _undelivered(entry: dict[str, Any]) -> Undelivered | None:
    note = entry.get("undelivered")
    return None if note is None else Undelivered(**note)


def _note_is_sound(entry: Entry, key: str) -> bool:
    """Whether a version of ours writes what is noted on the entry, if anything is."""
    note = None if isinstance(entry, Rejected) else entry.undelivered
    if note is None:
        return True
    is_a_change = note.action == "change"
    return (
        (is_a_change or note.action in ("unsubscribe", "delete"))
        and type(note.reason) is str
        and TIME.fullmatch(note.tried) is not None
        and is_a_change is (note.attributes is not None)
        and (note.attributes is None or _is_sound(note.attributes, key))
    )


def are_well_formed(attributes: Attributes) -> bool:
    """Whether these are attributes such as a version of ours writes; whose they are isn't looked at."""
    try:
        return EMAIL_ADDRESS in attributes and _have_known_types(attributes)
    except (KeyError, TypeError, AttributeError):
        return False


def _is_sound(attributes: Attributes, key: str) -> bool:
    return _have_known_types(attributes) and identity(attributes[EMAIL_ADDRESS]) == key


def _have_known_types(attributes: Attributes) -> bool:
    if PROFILE_FIELDS in attributes and not _are_profile_fields(attributes[PROFILE_FIELDS]):
        return False
    return all(type(value) is _TYPES[field] for field, value in attributes.items())


def _are_profile_fields(items: Any) -> bool:
    return all(
        item.keys() == {PROFILE_FIELD_ID, "value"}
        and type(item[PROFILE_FIELD_ID]) is int
        and _is_profile_value(item["value"])
        for item in items
    )


def _is_profile_value(value: Any) -> bool:
    match value:
        case str():
            return True
        case list():
            return all(type(item) in (str, int) for item in value)
        case dict():
            return all(name in ADDRESS_KEYS and type(text) is str for name, text in value.items())
    return False
