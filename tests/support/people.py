"""People, rosters and lockfiles for tests: a few by name, and strategies that make up many."""

from collections.abc import Collection, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from reconciler.apply.batches import Batch
from reconciler.environment.model import Api, Environment, Guards, KeySource, Limit, Policy
from reconciler.lockfile.codec import digest
from reconciler.lockfile.model import (
    Departed,
    Departure,
    Lockfile,
    Outcome,
    Present,
    Rejected,
    Unconfirmed,
    Undelivered,
)
from reconciler.lockfile.state import Lineage
from reconciler.member import ADDRESS_KEYS, EMAIL_ADDRESS, NUMBER_FIELDS, PROFILE_FIELDS, Removal, canonical
from reconciler.plan.model import Operation, OperationKind
from reconciler.roster.model import Declaration, Roster
from reconciler.sandbox.store import Store
from reconciler.suppression.model import PREFIX

TARGET = "https://api.questionpro.eu/a/api/v2"
PUSHED = "2026-11-23T09:00:00Z"


def person(name: str, **fields: Any) -> dict[str, Any]:
    """The attributes of a person at example.org."""
    return {EMAIL_ADDRESS: f"{name}@example.org", **fields}


def members_of(store: Store) -> dict[str, dict[str, Any]]:
    """Everyone's fields in a sandbox, by identity, in the panel's order."""
    return {resident.key: resident.attributes for resident in store.residents()}


def roster_of(*people: Mapping[str, Any]) -> Roster:
    """A roster; each person declared on a line of their own."""
    return Roster(
        {
            p[EMAIL_ADDRESS].lower(): Declaration(p, "panels/p/members/team.yaml", n)
            for n, p in enumerate(people, 3)
        },
        ("panels/p/members/team.yaml",),
    )


def present(attributes: Mapping[str, Any], outcome: Outcome = Outcome.ADDED) -> Present:
    """An entry of the lockfile's `members`."""
    return Present(outcome, PUSHED, attributes)


def lockfile_of(
    *people: Mapping[str, Any],
    rejected: Mapping[str, Rejected] | None = None,
    unconfirmed: Mapping[str, Unconfirmed] | None = None,
) -> Lockfile:
    """A lockfile in which these people were added."""
    members = {p[EMAIL_ADDRESS].lower(): present(p) for p in people}
    return Lockfile("p", TARGET, members, rejected or {}, unconfirmed or {})


def batch_of(
    people: Mapping[str, Mapping[str, Any]],
    *,
    number: int = 1,
    kind: OperationKind = OperationKind.ADD,
    doubtful: Collection[str] = (),
) -> Batch:
    """A batch of these people, by identity."""
    members = {key: Operation(kind, key, who, key in doubtful) for key, who in people.items()}
    return Batch(number, kind, members)


NOTHING_YET = Lineage(digest(None), ())
"""Where there is no lockfile, and no git."""


def environment_of(
    *,
    folder: Path = Path("panels/p"),
    target: str = TARGET,
    api: Api | None = None,
    policy: Policy | None = None,
    **guards: Limit | None,
) -> Environment:
    """An environment named p; guards other than those named are off."""
    limits = {"add": None, "change": None, "remove": None} | guards
    return Environment(
        "p",
        folder,
        target,
        KeySource(env="KEY"),
        (),
        api=api or Api(),
        policy=policy or Policy(),
        guards=Guards(**limits),
    )


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_SOME_FIELDS = ("firstName", "city", "zipCode", "referID", "statusType", "custom1", PROFILE_FIELDS)
_NAMES = st.text("abcdefghij", min_size=1, max_size=3)
_NUMBERS = st.integers(-(2**63), 2**63 - 1)
_PROFILE_VALUES = st.one_of(
    _TEXT,
    st.lists(st.one_of(st.integers(0, 99), _TEXT), max_size=3),
    st.dictionaries(st.sampled_from(ADDRESS_KEYS), _TEXT, max_size=3),
)
_PROFILE_FIELDS = st.dictionaries(st.integers(1, 9), _PROFILE_VALUES, max_size=3).map(
    lambda fields: [{"profileFieldId": number, "value": value} for number, value in fields.items()]
)


def _values(field: str) -> st.SearchStrategy[Any]:
    if field == PROFILE_FIELDS:
        return _PROFILE_FIELDS
    return _NUMBERS if field in NUMBER_FIELDS else _TEXT


_FIELDS = st.fixed_dictionaries({}, optional={field: _values(field) for field in _SOME_FIELDS})


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    """The attributes of anybody."""
    return person(draw(_NAMES)) | draw(_FIELDS)


def rosters() -> st.SearchStrategy[Roster]:
    """Any roster."""
    return st.lists(people(), max_size=8, unique_by=lambda p: p[EMAIL_ADDRESS]).map(
        lambda found: roster_of(*found)
    )


def _notes(attributes: Mapping[str, Any]) -> st.SearchStrategy[Undelivered | None]:
    """What may be noted on an entry; mostly nothing."""
    ways = st.sampled_from(["unsubscribe", "delete"])
    removals = st.builds(Undelivered, ways, _TEXT, st.just(PUSHED), st.none())
    changed = _FIELDS.map(lambda fields: canonical({EMAIL_ADDRESS: attributes[EMAIL_ADDRESS], **fields}))
    changes = st.builds(Undelivered, st.just("change"), _TEXT, st.just(PUSHED), changed)
    return st.none() | st.none() | removals | changes


@st.composite
def lockfiles(draw: st.DrawFn) -> Lockfile:
    """Any lockfile; nobody is in two sections, except who was unsubscribed before."""
    found = draw(st.lists(people().map(canonical), max_size=9, unique_by=lambda p: p[EMAIL_ADDRESS]))
    sections: tuple[dict[str, Any], ...] = ({}, {}, {})
    for attributes in found:
        kind = draw(st.integers(0, 2))
        entry = (
            Present(draw(st.sampled_from(Outcome)), PUSHED, attributes, draw(_notes(attributes))),
            Rejected(draw(_TEXT), PUSHED, attributes, draw(st.booleans())),
            Unconfirmed(PUSHED, attributes, draw(_notes(attributes))),
        )[kind]
        sections[kind][attributes[EMAIL_ADDRESS]] = entry
    members, rejected, unconfirmed = sections
    return Lockfile("p", TARGET, members, rejected, unconfirmed, draw(_departed({*chain(*sections)})))


@st.composite
def _departed(draw: st.DrawFn, others: set[str]) -> dict[str, Departed]:
    """Records of removals; those of people who are in another section too are of the unsubscribed."""
    names = st.sampled_from([*others, "gone@example.org", "left@example.org", f"{PREFIX}{'0a' * 32}"])
    found = {}
    for name in draw(st.lists(names, max_size=3, unique=True)):
        ways = (Removal.UNSUBSCRIBE, Removal.DELETE)
        by = Removal.UNSUBSCRIBE if name in others else draw(st.sampled_from(ways))
        found[name] = Departed(draw(st.sampled_from(Departure)), by, PUSHED, draw(st.none() | _TEXT))
    return found
