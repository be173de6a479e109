"""The lockfile's content: what earlier applies proved about each member. Pure; knows no file.

Three sections, and no member is in two of them:

- `members`: present in the panel; `outcome` says what the answers proved.
- `rejected`: the API refused them; `reason` is its message.
- `unconfirmed`: sent, without an answer that proves anything.

Beside them, `departed` records removals: of suppressed people with a call, and of everyone that
Reconciler unsubscribed. Only the latter may be in another section too.

What a run learns about a member is either an entry, or that the entry goes (`Gone`), or a note on the entry
that stays (`Undelivered`).
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
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
    Removal,
    canonical,
)
from reconciler.suppression.model import PREFIX

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
SECTIONS = ("members", "rejected", "unconfirmed", "departed")

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_HASH = re.compile(rf"{PREFIX}[0-9a-f]{{64}}", re.ASCII)
_CHANGE = "change"
_ACTIONS = (_CHANGE, "unsubscribe", "delete")


class Outcome(StrEnum):
    """What the API's answers prove about a member who is present (the contract's table of two counts)."""

    ADDED = "added"
    EXISTING = "existing"
    UNATTRIBUTED = "unattributed"
    RESUBMITTED = "resubmitted"


BLOCKED = "blocked"
"""The reason noted for members that the API counts as blocked; it says no more."""


class _Record(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A JSON object of the lockfile; its keys are the fields, in this order."""


class Undelivered(_Record, frozen=True):
    """A change or removal that the API refused; the member stays as they are, and no second call is made.

    `action` is `change`, `unsubscribe` or `delete`; `tried` is a UTC time. `attributes` are the ones of the
    refused change, None for a removal.
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
    """A member that the API refused.

    `doubtful`: they may still be in the panel, by an earlier call without a usable answer.
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
    """What the API's answers prove about a member who was to leave, the weakest claim first."""

    UNCONFIRMED = "unconfirmed"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    UNATTRIBUTED = "unattributed"
    ABSENT = "absent"
    UNSUBSCRIBED = "unsubscribed"
    DELETED = "deleted"


_REFUSED = (Departure.BLOCKED, Departure.REJECTED)


class Departed(_Record, frozen=True):
    """The result of a removal `by` a call that ended `at` a UTC time. `reason`: the API's, if it refused.

    `unsubscribed` by `delete` is a person whom we unsubscribed at that time, and whom the API refused to
    delete since: a refusal changes nothing, so what was proven before it still holds.
    """

    outcome: Departure
    by: Removal
    at: str
    reason: str | None = None

    @property
    def is_refused_deletion(self) -> bool:
        """Whether all that is proven is an earlier unsubscription."""
        return self.by is Removal.DELETE and self.outcome is Departure.UNSUBSCRIBED

    @property
    def may_be_done(self) -> bool:
        """Whether they left by this call, were gone by then, or may have been."""
        return self.outcome not in _REFUSED and not self.is_refused_deletion

    @property
    def may_be_unsubscribed(self) -> bool:
        """Whether a call of ours left them in the panel without mail, or may have."""
        may_be = self.outcome in (Departure.UNATTRIBUTED, Departure.UNCONFIRMED)
        return self.outcome is Departure.UNSUBSCRIBED or (self.by is Removal.UNSUBSCRIBE and may_be)

    @property
    def was_refused(self) -> bool:
        """Whether the API refused, so that only `--retry-rejected` asks again in the same way."""
        return self.outcome in _REFUSED or self.reason is not None

    @property
    def unsubscription(self) -> "Departed | None":
        """What stays of this record beside an entry: who was unsubscribed stays so, also if added again."""
        if self.is_refused_deletion:
            return Departed(self.outcome, Removal.UNSUBSCRIBE, self.at)
        return self if self.by is Removal.UNSUBSCRIBE else None

    def after(self, earlier: "Departed | None") -> "Departed":
        """This result, with what the record before it proved if the API refused this one."""
        if self.by is not Removal.DELETE or self.outcome not in _REFUSED or earlier is None:
            return self
        if earlier.outcome is not Departure.UNSUBSCRIBED:
            return self
        return Departed(earlier.outcome, self.by, earlier.at, self.reason or BLOCKED)


class Gone(NamedTuple):
    """A member with no entry in another section any more.

    `kept_as` is the key under which `departed` keeps the result, an identity or a hash; None if it is not
    kept.
    """

    departed: Departed
    kept_as: str | None = None


Entry: TypeAlias = Present | Rejected | Unconfirmed
AnEntry = TypeVar("AnEntry", bound=Entry)
ARecord = TypeVar("ARecord", bound=Entry | Departed)
Knowledge: TypeAlias = Entry | Gone | Undelivered


def is_in_doubt(knowledge: Knowledge) -> bool:
    """Whether a call was made and its result is unknown."""
    if isinstance(knowledge, Gone):
        return knowledge.departed.outcome is Departure.UNCONFIRMED
    return isinstance(knowledge, Unconfirmed)


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
        case Rejected(doubtful=True):  # they may still be in the panel, and were to leave
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


def is_sound(key: str, entry: Entry | Departed) -> bool:
    """Whether this can be the entry of this identity, beyond what the types of its fields say."""
    try:
        if isinstance(entry, Departed):
            is_named = _HASH.fullmatch(key) is not None or identity(key) == key
            return is_named and _TIME.fullmatch(entry.at) is not None and entry.by.calls_the_api
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
    """One environment's lockfile; each section maps identities to entries, `departed` also hashes of them.

    `known_digest` is set by the codec for one that was read, so that it isn't worked out twice.
    """

    environment: str
    target: str
    members: Mapping[str, Present] = field(default_factory=dict)
    rejected: Mapping[str, Rejected] = field(default_factory=dict)
    unconfirmed: Mapping[str, Unconfirmed] = field(default_factory=dict)
    departed: Mapping[str, Departed] = field(default_factory=dict)
    known_digest: str | None = field(default=None, compare=False)

    def entry(self, key: str) -> Entry | None:
        """What is known of this identity, in whichever section; None where nothing is."""
        return self.members.get(key) or self.rejected.get(key) or self.unconfirmed.get(key)

    def section(self, key: str) -> str | None:
        """The section in which something is known of this identity; None where nothing is."""
        return next((name for name in SECTIONS if key in getattr(self, name)), None)

    def knows_already(self, key: str, knowledge: Knowledge) -> bool:
        """Whether this would change nothing."""
        entry = self.entry(key)
        if not isinstance(knowledge, Gone):
            return learnt(entry, knowledge) == entry
        if knowledge.kept_as is None:
            return entry is None and key not in self.departed
        earlier = self.departed.get(knowledge.kept_as)
        return entry is None and earlier == knowledge.departed.after(earlier)

    def record(self, names: Iterable[str]) -> Departed | None:
        """What is recorded of the removal of a person who has these names, an identity or a hash of it."""
        return next((self.departed[name] for name in names if name in self.departed), None)

    def renamed(self, name_of: Callable[[str], str]) -> "Lockfile":
        """The lockfile with other names for those who departed."""
        return replace(self, departed={name_of(name): record for name, record in self.departed.items()})

    def with_entries(self, entries: Mapping[str, Knowledge]) -> "Lockfile":
        """The lockfile with this knowledge, which replaces what was known about each identity."""
        kept, departed = self.without(entries), dict(self.departed)
        members, rejected, unconfirmed = dict(kept.members), dict(kept.rejected), dict(kept.unconfirmed)
        for key, knowledge in entries.items():
            _keep(departed, key, knowledge)
            # Only a note on an entry needs the existing entry.
            match learnt(self.entry(key) if isinstance(knowledge, Undelivered) else None, knowledge):
                case Present() as entry:
                    members[key] = entry
                case Rejected() as entry:
                    rejected[key] = entry
                case Unconfirmed() as entry:
                    unconfirmed[key] = entry
        return Lockfile(self.environment, self.target, members, rejected, unconfirmed, departed)

    def forgetting(self, keys: Container[str]) -> "Lockfile":
        """The lockfile without these entries and records; records of unsubscribed people are kept."""
        kept = self.without(keys)
        unsubscribed = {key: self.departed[key].unsubscription for key in self.departed if key in keys}
        found = {key: record for key, record in unsubscribed.items() if record is not None}
        return replace(kept, departed={**kept.departed, **found})

    def without(self, keys: Container[str]) -> "Lockfile":
        """The lockfile with nothing about these identities, or hashes of them."""
        return Lockfile(
            self.environment,
            self.target,
            members={k: e for k, e in self.members.items() if k not in keys},
            rejected={k: e for k, e in self.rejected.items() if k not in keys},
            unconfirmed={k: e for k, e in self.unconfirmed.items() if k not in keys},
            departed={k: e for k, e in self.departed.items() if k not in keys},
        )


def in_two_sections(lockfile: Lockfile) -> str | None:
    """An identity that more sections have than may be, the first of them; None if all is well."""
    seen: set[str] = set()
    twice: set[str] = set()
    for section in (lockfile.members, lockfile.rejected, lockfile.unconfirmed):
        twice |= seen & section.keys()
        seen |= section.keys()
    departed = lockfile.departed
    twice |= {key for key in seen & departed.keys() if departed[key].by is not Removal.UNSUBSCRIBE}
    return min(twice, default=None)


def _keep(departed: dict[str, Departed], key: str, knowledge: Knowledge) -> None:
    """Bring the records of removals up to date with what is known of a member."""
    if isinstance(knowledge, Undelivered):
        return
    earlier = departed.pop(key, None)
    if not isinstance(knowledge, Gone):
        if earlier is not None and (kept := earlier.unsubscription) is not None:
            departed[key] = kept
    elif knowledge.kept_as is not None:
        earlier = earlier or departed.get(knowledge.kept_as)
        departed[knowledge.kept_as] = knowledge.departed.after(earlier)
