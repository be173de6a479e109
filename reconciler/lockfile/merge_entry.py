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

_PROOF = {Outcome.ADDED: 2, Outcome.EXISTING: 1, Outcome.UNATTRIBUTED: 0, Outcome.RESUBMITTED: 0}


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
    if isinstance(base, Present):
        return Settled(_in_doubt_since(one, other))
    return Settled(_one_absent(one, other))


def _in_doubt_since(one: Entry, other: Entry) -> Entry:
    """Whoever was present, and isn't on one side, was to be changed or removed by a call without an answer.

    What was proven before that call proves nothing any more.
    """
    in_doubt = [entry for entry in (one, other) if isinstance(entry, Unconfirmed)]
    proven = [entry for entry in (one, other) if not isinstance(entry, Unconfirmed)]
    if not (in_doubt and proven):
        return _one_absent(one, other)
    return in_doubt[0] if in_doubt[0].pushed >= proven[0].pushed else _one_absent(one, other)


def _both_present(one: Present, other: Present) -> Settled:
    """The stronger proof, with its own fields: the API leaves a known address as it was added.

    Two pushes with other fields contradict each other unless just one of them added the member: of the
    other pushes, nobody knows which fields the panel has. Where one of them sent known members again, the
    account may update those, so the latest is the likeliest, and no more than that.
    """
    if equal(one.attributes, other.attributes):
        return Settled(_latest(_strongest(one, other)))
    if Outcome.RESUBMITTED in (one.outcome, other.outcome):
        return Settled(_latest((one, other)), is_conflict=True)
    added = [entry for entry in (one, other) if entry.outcome is Outcome.ADDED]
    return Settled(_latest(added or (one, other)), is_conflict=len(added) != 1)


def _one_absent(one: Entry, other: Entry) -> Entry:
    """Presence is proof, a refusal is the next best; doubt outlives either."""
    in_doubt = _is_in_doubt(one) or _is_in_doubt(other)
    for entry in (one, other):
        if isinstance(entry, Present):
            return _doubted(entry) if in_doubt else entry
    refused = [entry for entry in (one, other) if isinstance(entry, Rejected)]
    if refused:
        return structs.replace(_latest(refused), doubtful=in_doubt)
    return _latest((one, other))


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


def _latest(entries: Sequence[_SomeEntry]) -> _SomeEntry:
    """The one pushed last, which claims least: in the panel by then, and not already before.

    Of two pushed in the same second, the order of their lines in the file decides: arbitrary, but the
    same on every machine and for either side.
    """
    return max(entries, key=lambda entry: (entry.pushed, encode(Lockfile("", "").with_entries({"": entry}))))
