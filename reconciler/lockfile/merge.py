"""Two lockfiles that grew apart, merged by member over the one that both grew from. Pure.

What only one side changed is taken from that side, so that an addition stays added and a removal stays
removed. Where both changed the same member, what the API's answers proved decides; never which side is ours,
and never a clock. docs/merging.md has the rules as a table.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from msgspec import structs

from reconciler.errors import InvalidInput
from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import (
    Departed,
    Departure,
    Entry,
    Lockfile,
    Outcome,
    Present,
    Rejected,
    Unconfirmed,
)
from reconciler.member import Removal, equal, flat
from reconciler.problems import Address, Message, Problem

_SomeEntry = TypeVar("_SomeEntry", bound=Entry)

_PROOF = {Outcome.ADDED: 3, Outcome.EXISTING: 2, Outcome.UNATTRIBUTED: 1, Outcome.RESUBMITTED: 0}


class Conflict(NamedTuple):
    """The sides contradict each other about this member. None is a side that removed them.

    `kept` is the entry in the merged lockfile until a person decides otherwise.
    """

    key: str
    ours: Entry | None
    theirs: Entry | None
    kept: Entry

    def words(self) -> Message:
        """Who it is, what each side says, and what was kept; names of fields, no values."""
        ours, theirs = (
            f"says {_word(side)}, pushed {side.pushed}" if side is not None else "removed them"
            for side in (self.ours, self.theirs)
        )
        sides = f": ours {ours}, theirs {theirs}. "
        return ("The two sides disagree about ", Address(self.key), sides + self._choice())

    def _choice(self) -> str:
        if self.ours is None or self.theirs is None:
            return "The side that removed them didn't know of that call, so they're kept."
        mine, yours = flat(self.ours.attributes), flat(self.theirs.attributes)
        names = {**mine, **yours}
        fields = ", ".join(n for n in names if n not in mine or n not in yours or mine[n] != yours[n])
        return f"They differ in {fields}; {'ours' if self.kept == self.ours else 'theirs'} is kept."


class Merged(NamedTuple):
    """The merged lockfile, which is in no file yet, and what happened to members in it.

    `conflicts` need a person's decision. `doubted` are the identities whose entries became `unconfirmed`,
    since others may have removed them; see `without_proof`.
    """

    lockfile: Lockfile
    conflicts: tuple[Conflict, ...] = ()
    doubted: frozenset[str] = frozenset()


def merge(base: Lockfile | None, ours: Lockfile, theirs: Lockfile) -> Merged:
    """Merge two lockfiles of one environment and target.

    Args:
        base: the lockfile that both sides began with, or None where there was none. One of another
            environment or target says nothing about this panel, and counts as none.
        ours: one side.
        theirs: the other; exchanging the two gives the same lockfile.

    Raises:
        InvalidInput: the sides belong to different environments or targets.
    """
    if _belonging(ours) != _belonging(theirs):
        sides = [f"{side.environment} at {side.target}" for side in (ours, theirs)]
        raise InvalidInput(
            Problem(
                (f"The two sides are about different panels: {sides[0]}, and {sides[1]}.",),
                ("They can't be merged. Keep the lockfile that fits environment.yaml.",),
            )
        )
    before = base if base is not None and _belonging(base) == _belonging(ours) else None
    departed, removed = _records(before, ours, theirs), _removed_since(before, ours, theirs)
    merged: dict[str, Entry] = {}
    conflicts: list[Conflict] = []
    known, mine, yours = (_entries(lockfile) for lockfile in (before, ours, theirs))
    for key in sorted(mine.keys() | yours.keys()):
        here, there = mine.get(key), yours.get(key)
        settled = _settle(known.get(key), here, there)
        if settled.entry is not None:
            merged[key] = settled.entry
            if key in removed and isinstance(settled.entry, Present):
                # Nothing tells whether the one side's removal came before what the other side proved.
                merged[key] = Unconfirmed(settled.entry.pushed, settled.entry.attributes)
            if settled.is_conflict:
                conflicts.append(Conflict(key, here, there, merged[key]))
    lockfile = Lockfile(ours.environment, ours.target, departed=departed).with_entries(merged)
    return Merged(lockfile, tuple(conflicts))


def news(base: Lockfile | None, ours: Lockfile, theirs: Lockfile) -> frozenset[str]:
    """The identities that only our side knows: they are not in the base and not on the other side.

    Nobody can tell from the three lockfiles whether the other side never knew them, or added and removed
    them since the base.
    """
    return frozenset(_entries(ours).keys() - _entries(base).keys() - _entries(theirs).keys())


def without_proof(merged: Merged, keys: Iterable[str]) -> Merged:
    """The same, but these members are `unconfirmed`: what our side proved may no longer hold."""
    doubted = {
        key: Unconfirmed(entry.pushed, entry.attributes)
        for key in keys
        if (entry := merged.lockfile.entry(key)) is not None and not isinstance(entry, Unconfirmed)
    }
    return Merged(merged.lockfile.with_entries(doubted), merged.conflicts, frozenset(doubted))


def _entries(lockfile: Lockfile | None) -> Mapping[str, Entry]:
    return {**lockfile.members, **lockfile.rejected, **lockfile.unconfirmed} if lockfile else {}


def _records(base: Lockfile | None, ours: Lockfile, theirs: Lockfile) -> dict[str, Departed]:
    """The removals that are recorded after the merge.

    What only one side changed is taken from it. Where both did, a record wins over none, and of two the one
    that claims less.
    """
    found: dict[str, Departed] = {}
    for key in {*ours.departed, *theirs.departed}:
        was = base.departed.get(key) if base else None
        here, there = ours.departed.get(key), theirs.departed.get(key)
        sides = [there] if here == was else [here] if there == was else [here, there]
        if records := [record for record in sides if record is not None]:
            found[key] = min(records, key=_claim)
    return found


def _removed_since(base: Lockfile | None, *sides: Lockfile) -> set[str]:
    """The members that a call by one side since the base may have removed from the panel."""
    known = base.departed if base else {}
    return {
        key
        for side in sides
        for key, record in side.departed.items()
        if record.by is Removal.DELETE and record.may_be_done and known.get(key) != record
    }


def _claim(record: Departed) -> tuple[int, str, str, str]:
    return [*Departure].index(record.outcome), record.by, record.at, record.reason or ""


def _belonging(lockfile: Lockfile) -> tuple[str, str]:
    return lockfile.environment, lockfile.target


def _word(entry: Entry) -> str:
    return entry.outcome if isinstance(entry, Present) else type(entry).__name__.lower()


class _Settled(NamedTuple):
    """The entry after the merge, None for no entry.

    In a conflict the sides contradict each other, and a person has to check this choice.
    """

    entry: Entry | None
    is_conflict: bool = False


def _settle(base: Entry | None, ours: Entry | None, theirs: Entry | None) -> _Settled:
    """Settle one member; None is a lockfile that says nothing about them."""
    if theirs in (base, ours):
        return _Settled(ours)
    if ours == base:
        return _Settled(theirs)
    if ours is None or theirs is None:
        return _removed_by_one(base, ours or theirs)
    if isinstance(ours, Present) and isinstance(theirs, Present):
        return _both_present(ours, theirs)
    return _Settled(_in_doubt_since(base, ours, theirs) or _one_absent(ours, theirs))


def _removed_by_one(base: Entry | None, changed: Entry | None) -> _Settled:
    """The removal wins, unless that side knew nothing of the other side's call."""
    if base is None or changed is None:
        return _Settled(None)
    was_refused = isinstance(base, Rejected) and not isinstance(changed, Rejected)
    if was_refused or not equal(base.attributes, changed.attributes):  # more than the proof changed
        return _Settled(changed, is_conflict=True)
    was_there = isinstance(base, Present) or _is_in_doubt(base)
    # Nothing proves which of two calls about a member in the panel came later.
    return _Settled(changed if was_there and isinstance(changed, Unconfirmed) else None)


def _in_doubt_since(base: Entry | None, one: Entry, other: Entry) -> Entry | None:
    """The entry of a member who may have left since the base; None where nothing says so.

    Who was, or may have been, in the panel at the base and is `unconfirmed` since got a call without an
    answer that may have changed or removed them. Who was in it and is refused since, was gone in between.
    Nothing tells whether the other side's proof is older or newer: times come from other machines' clocks.
    """
    if isinstance(base, Present) or (base is not None and _is_in_doubt(base)):
        unconfirmed = [entry for entry in (one, other) if isinstance(entry, Unconfirmed)]
        if unconfirmed:
            return _pick(unconfirmed)
    if isinstance(base, Present):
        refused = [entry for entry in (one, other) if isinstance(entry, Rejected)]
        in_doubt = len(refused) == 1 or any(entry.doubtful for entry in refused)
        return structs.replace(_pick(refused), doubtful=in_doubt)
    return None


def _both_present(one: Present, other: Present) -> _Settled:
    """The stronger proof, with its own fields: the API leaves a known address as it was added.

    Two pushes with other fields contradict each other unless just one of them added the member: of the
    other pushes, nobody knows which fields the panel has. Where one of them sent known members again, the
    account may update those, so the latest is the likeliest, and no more than that.
    """
    if equal(one.attributes, other.attributes):
        strength = max(_PROOF[one.outcome], _PROOF[other.outcome])
        return _Settled(_pick([entry for entry in (one, other) if _PROOF[entry.outcome] == strength]))
    added = [entry for entry in (one, other) if entry.outcome is Outcome.ADDED]
    if len(added) == 1 and Outcome.RESUBMITTED not in (one.outcome, other.outcome):
        return _Settled(added[0])
    return _Settled(_latest((one, other)), is_conflict=True)


def _one_absent(one: Entry, other: Entry) -> Entry:
    """Presence is proof, a refusal is the next best; doubt outlives either."""
    in_doubt = _is_in_doubt(one) or _is_in_doubt(other)
    for entry in (one, other):
        if isinstance(entry, Present):
            # The call in doubt may have added members who were there already: that isn't `existing`.
            is_open = in_doubt and entry.outcome is Outcome.EXISTING
            return structs.replace(entry, outcome=Outcome.UNATTRIBUTED) if is_open else entry
    refused = [entry for entry in (one, other) if isinstance(entry, Rejected)]
    if refused:
        return structs.replace(_pick(refused), doubtful=in_doubt)
    return _pick([entry for entry in (one, other) if isinstance(entry, Unconfirmed)])


def _is_in_doubt(entry: Entry) -> bool:
    """Whether a call that got no proper answer may have brought them into the panel."""
    return isinstance(entry, Unconfirmed) or (isinstance(entry, Rejected) and entry.doubtful)


def _pick(entries: Sequence[_SomeEntry]) -> _SomeEntry:
    """One of entries with the same outcome, of which neither claims what the other denies.

    Where the fields are the same, the later, which claims less: in the panel by then, and not before. Where
    they differ, a time decides nothing, since it comes from another machine's clock: the one whose line
    sorts first.
    """
    if all(equal(entry.attributes, entries[0].attributes) for entry in entries):
        return _latest(entries)
    return min(entries, key=lambda entry: (_line(structs.replace(entry, pushed="")), entry.pushed))


def _latest(entries: Sequence[_SomeEntry]) -> _SomeEntry:
    """The one pushed last; of two pushed in the same second, the one whose line sorts last.

    Arbitrary, but the same on every machine and for either side.
    """
    return max(entries, key=lambda entry: (entry.pushed, _line(entry)))


def _line(entry: Entry) -> bytes:
    return encode(Lockfile("", "").with_entries({"": entry}))
