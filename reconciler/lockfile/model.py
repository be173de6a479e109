"""The lockfile's content: what earlier pushes proved about each member. Pure; knows no file.

Three sections, and nobody stands in two of them:

- `members`: present in the panel; `outcome` says what the answers proved.
- `rejected`: the API refused them; `reason` is its word.
- `unconfirmed`: sent, without an answer that proves anything.

What a run learns of a member is either an entry, or that the entry goes (`Gone`), or what has to be noted
on the entry that stands (`Undelivered`).
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar

import msgspec

from reconciler.identity import InvalidAddress, identity
from reconciler.member import (
    ADDRESS_KEYS,
    EMAIL_ADDRESS,
    FIELDS,
    NUMBER_FIELDS,
    PROFILE_FIELD_ID,
    PROFILE_FIELDS,
    canonical,
)

if TYPE_CHECKING:
    from reconciler.member import Attributes
else:
    # The same in the form that msgspec checks: each field by its name and type. It passes over other names;
    # the codec finds those, since they are missing from what it writes.
    from typing import Required, TypedDict

    _Address = TypedDict("_Address", dict.fromkeys(ADDRESS_KEYS, str), total=False)
    _ProfileField = TypedDict(
        "_ProfileField", {PROFILE_FIELD_ID: int, "value": str | list[int | str] | _Address}
    )
    _TYPES = {name: int if name in NUMBER_FIELDS else str for name in FIELDS}
    Attributes = TypedDict(
        "Attributes",
        _TYPES | {EMAIL_ADDRESS: Required[str], PROFILE_FIELDS: list[_ProfileField]},
        total=False,
    )

FORMAT: Literal[1] = 1  # written, and the only one read
SECTIONS = ("members", "rejected", "unconfirmed")

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_CHANGE = "change"
_ACTIONS = (_CHANGE, "unsubscribe", "delete")


class Outcome(StrEnum):
    """What the API's answers prove about a member who is present (the contract's table of two counts)."""

    ADDED = "added"
    EXISTING = "existing"
    UNATTRIBUTED = "unattributed"
    RESUBMITTED = "resubmitted"


BLOCKED = "blocked"
"""The reason noted for those whom the API counts as blocked; it says no more."""


class _Record(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A JSON object of the lockfile; its keys are the fields, in this order."""


class Undelivered(_Record, frozen=True):
    """What the API refused to do about a member, who stays as they are; it is not asked again.

    `action` is `change`, `unsubscribe` or `delete`; `tried` is a UTC time. `attributes` are those that a
    change would have brought, None for a removal.
    """

    action: str
    reason: str
    tried: str
    attributes: Attributes | None = None


class Present(_Record, frozen=True):
    """A member whose presence is proven. `pushed` is a UTC time, `2026-11-23T09:00:00Z`."""

    outcome: Outcome
    pushed: str
    attributes: Attributes
    undelivered: Undelivered | None = None


class Rejected(_Record, frozen=True):
    """A member whom the API refused.

    `doubtful` is one who may be in the panel all the same, by an earlier call that got no proper answer.
    """

    reason: str
    pushed: str
    attributes: Attributes
    doubtful: bool = False


class Unconfirmed(_Record, frozen=True):
    """A member who was sent, to be added, changed or removed, and nothing is known."""

    pushed: str
    attributes: Attributes
    undelivered: Undelivered | None = None


class Departure(StrEnum):
    """What the API's answers prove about a member who was to leave, and whose entry goes."""

    UNSUBSCRIBED = "unsubscribed"
    DELETED = "deleted"
    ABSENT = "absent"
    UNATTRIBUTED = "unattributed"


class Gone(NamedTuple):
    """A member who was to leave, and about whom nothing is left to do."""

    departure: Departure


Entry: TypeAlias = Present | Rejected | Unconfirmed
AnEntry = TypeVar("AnEntry", bound=Entry)
Knowledge: TypeAlias = Entry | Gone | Undelivered


def learnt(entry: Entry | None, knowledge: Knowledge) -> Entry | None:
    """The entry of a member once this is known of them; None where there is none."""
    match knowledge:
        case Gone():
            return None
        case Undelivered():
            return _noted(entry, knowledge)
        case _:
            return knowledge


def _noted(entry: Entry | None, note: Undelivered) -> Entry | None:
    match entry:
        case Present() | Unconfirmed():
            return msgspec.structs.replace(entry, undelivered=note)
        case Rejected(doubtful=True):  # who may be in the panel all the same, and was to leave
            return Unconfirmed(entry.pushed, entry.attributes, note)
    return entry


def in_canonical_form(entry: AnEntry) -> AnEntry:
    """The same entry, its attributes in one order, so that equal states are equal bytes."""
    attributes = canonical(entry.attributes)
    note = None if isinstance(entry, Rejected) else entry.undelivered
    if note is not None and note.attributes is not None:
        note = msgspec.structs.replace(note, attributes=canonical(note.attributes))
        return msgspec.structs.replace(entry, attributes=attributes, undelivered=note)
    if attributes is entry.attributes:
        return entry
    return msgspec.structs.replace(entry, attributes=attributes)


def is_sound(key: str, entry: Entry) -> bool:
    """Whether this can be the entry of this identity, beyond what the types of its fields say."""
    try:
        if not _TIME.fullmatch(entry.pushed) or identity(entry.attributes[EMAIL_ADDRESS]) != key:
            return False
        note = None if isinstance(entry, Rejected) else entry.undelivered
        return note is None or _is_sound_note(key, note)
    except InvalidAddress:
        return False


def _is_sound_note(key: str, note: Undelivered) -> bool:
    if note.action not in _ACTIONS or not _TIME.fullmatch(note.tried):
        return False
    if note.attributes is None:
        return note.action != _CHANGE
    return note.action == _CHANGE and identity(note.attributes[EMAIL_ADDRESS]) == key


def are_well_formed(attributes: Any) -> bool:
    """Whether these can be attributes, by the names and types of their fields; not whose they are."""
    try:
        return bool(msgspec.convert(attributes, Attributes) == attributes)
    except msgspec.ValidationError:
        return False


@dataclass(frozen=True, slots=True)
class Lockfile:
    """One environment's lockfile; each section maps identities to entries.

    `known_digest` is set by the codec for one that was read, so that it isn't worked out twice.
    """

    environment: str
    target: str
    members: Mapping[str, Present] = field(default_factory=dict)
    rejected: Mapping[str, Rejected] = field(default_factory=dict)
    unconfirmed: Mapping[str, Unconfirmed] = field(default_factory=dict)
    known_digest: str | None = field(default=None, compare=False)

    def entry(self, key: str) -> Entry | None:
        """What is known of this identity, in whichever section; None where nothing is."""
        return self.members.get(key) or self.rejected.get(key) or self.unconfirmed.get(key)

    def section(self, key: str) -> str | None:
        """The section in which something is known of this identity; None where nothing is."""
        sections = {"members": self.members, "rejected": self.rejected, "unconfirmed": self.unconfirmed}
        return next((name for name, section in sections.items() if key in section), None)

    def with_entries(self, entries: Mapping[str, Knowledge]) -> "Lockfile":
        """The lockfile after this was learnt; it takes the place of what was known of each identity."""
        kept = self.without(entries)
        members, rejected, unconfirmed = dict(kept.members), dict(kept.rejected), dict(kept.unconfirmed)
        for key, knowledge in entries.items():
            # Only what is noted on an entry asks for the one that stands.
            match learnt(self.entry(key) if isinstance(knowledge, Undelivered) else None, knowledge):
                case Present() as entry:
                    members[key] = entry
                case Rejected() as entry:
                    rejected[key] = entry
                case Unconfirmed() as entry:
                    unconfirmed[key] = entry
        return Lockfile(self.environment, self.target, members, rejected, unconfirmed)

    def without(self, keys: Container[str]) -> "Lockfile":
        """The lockfile with nothing about these identities."""
        return Lockfile(
            self.environment,
            self.target,
            members={k: e for k, e in self.members.items() if k not in keys},
            rejected={k: e for k, e in self.rejected.items() if k not in keys},
            unconfirmed={k: e for k, e in self.unconfirmed.items() if k not in keys},
        )
