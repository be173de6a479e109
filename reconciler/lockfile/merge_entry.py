"""What two lockfiles say about one member, settled by what the API's answers proved. Pure.

Each rule is symmetric: which side is ours never decides. docs/merging.md has them as a table.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from msgspec import structs

from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Entry, Lockfile, Outcome, Present, Rejected, Unconfirmed
from reconciler.member import equal

_SomeEntry = TypeVar("_SomeEntry", bound=Entry)

_PROOF = {Outcome.ADDED: 3, Outcome.EXISTING: 2, Outcome.UNATTRIBUTED: 1, Outcome.RESUBMITTED: 0}


class Settled(NamedTuple):
    """The entry that stands after the merge, None for nobody.

    In a conflict the sides contradict each other, and this is a choice that somebody has to look at.
    """

    entry: Entry | None
    is_conflict: bool = False


def settle(base: Entry | None, ours: Entry | None, theirs: Entry | None) -> Settled:
    """Settle one member; None is a lockfile that says nothing about them."""
    if theirs in (base, ours):
        return Settled(ours)
    if ours == base:
        return Settled(theirs)
    if ours is not None and theirs is not None:
        return _both_changed(base, ours, theirs)
    return _removed_by_one(base, ours or theirs)


def _removed_by_one(base: Entry | None, changed: Entry | None) -> Settled:
    """The removal stands, unless it knew nothing of what the other side pushed."""
    if base is None or changed is None or not _is_pushed_anew(base, changed):
        return Settled(None)
    return Settled(changed, is_conflict=True)


def _is_pushed_anew(base: Entry, changed: Entry) -> bool:
    """Whether more than the proof changed: other fields, or somebody let in who had been refused."""
    was_refused = isinstance(base, Rejected) and not isinstance(changed, Rejected)
    return was_refused or not equal(base.attributes, changed.attributes)


def _both_changed(base: Entry | None, one: Entry, other: Entry) -> Settled:
    if isinstance(one, Present) and isinstance(other, Present):
        return _both_present(one, other)
    return Settled(_in_doubt_since(base, one, other) or _one_absent(one, other))


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


def _both_present(one: Present, other: Present) -> Settled:
    """The stronger proof, with its own fields: the API leaves a known address as it was added.

    Two pushes with other fields contradict each other unless just one of them added the member: of the
    other pushes, nobody knows which fields the panel has. Where one of them sent known members again, the
    account may update those, so the latest is the likeliest, and no more than that.
    """
    if equal(one.attributes, other.attributes):
        return Settled(_pick(_strongest(one, other)))
    added = [entry for entry in (one, other) if entry.outcome is Outcome.ADDED]
    if len(added) == 1 and Outcome.RESUBMITTED not in (one.outcome, other.outcome):
        return Settled(added[0])
    return Settled(_latest((one, other)), is_conflict=True)


def _one_absent(one: Entry, other: Entry) -> Entry:
    """Presence is proof, a refusal is the next best; doubt outlives either."""
    in_doubt = _is_in_doubt(one) or _is_in_doubt(other)
    for entry in (one, other):
        if isinstance(entry, Present):
            return _doubted(entry) if in_doubt else entry
    refused = [entry for entry in (one, other) if isinstance(entry, Rejected)]
    if refused:
        return structs.replace(_pick(refused), doubtful=in_doubt)
    return _pick([entry for entry in (one, other) if isinstance(entry, Unconfirmed)])


def _is_in_doubt(entry: Entry) -> bool:
    """Whether a call that got no proper answer may have brought them into the panel."""
    return isinstance(entry, Unconfirmed) or (isinstance(entry, Rejected) and entry.doubtful)


def _doubted(entry: Present) -> Present:
    """Whoever was there already may have been let in by the call in doubt: that isn't `existing`."""
    if entry.outcome is Outcome.EXISTING:
        return structs.replace(entry, outcome=Outcome.UNATTRIBUTED)
    return entry


def _strongest(one: Present, other: Present) -> Sequence[Present]:
    strength = max(_PROOF[one.outcome], _PROOF[other.outcome])
    return [entry for entry in (one, other) if _PROOF[entry.outcome] == strength]


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
