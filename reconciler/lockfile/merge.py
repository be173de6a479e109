"""Two lockfiles that grew apart, merged by member over the one that both grew from. Pure.

What only one side changed is taken from that side, so that an addition stays added and a removal stays
removed. Where both changed the same member, what was proven decides, and never which side is ours.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from reconciler.errors import InvalidInput
from reconciler.lockfile.merge_entry import settle
from reconciler.lockfile.model import Entry, Lockfile, Present, Rejected, Unconfirmed
from reconciler.member import flat
from reconciler.problems import Address, Message, Problem


class Conflict(NamedTuple):
    """A member about whom the sides contradict each other. None is a side that removed them.

    `kept` is the entry that stands in the merged lockfile until somebody decides otherwise.
    """

    key: str
    ours: Entry | None
    theirs: Entry | None
    kept: Entry

    def words(self) -> Message:
        """Who it is, what each side says, and what was kept; names of fields, no values."""
        sides = f": ours {_said(self.ours)}, theirs {_said(self.theirs)}. "
        return ("The two sides disagree about ", Address(self.key), sides + self._choice())

    def _choice(self) -> str:
        if self.ours is None or self.theirs is None:
            return "Whoever removed them didn't know of that push, so they're kept."
        fields = ", ".join(_differing(self.ours, self.theirs))
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
        raise InvalidInput(_foreign(ours, theirs))
    before = base if base is not None and _belonging(base) == _belonging(ours) else None
    merged: dict[str, Entry] = {}
    conflicts: list[Conflict] = []
    for key, was, here, there in _by_member(before, ours, theirs):
        settled = settle(was, here, there)
        if settled.entry is not None:
            merged[key] = settled.entry
            if settled.is_conflict:
                conflicts.append(Conflict(key, here, there, settled.entry))
    return Merged(Lockfile(ours.environment, ours.target).with_entries(merged), tuple(conflicts))


def news(base: Lockfile | None, ours: Lockfile, theirs: Lockfile) -> frozenset[str]:
    """The identities that only our side knows: neither the base nor the other side says anything of them.

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


def _by_member(
    base: Lockfile | None, ours: Lockfile, theirs: Lockfile
) -> Iterator[tuple[str, Entry | None, Entry | None, Entry | None]]:
    before, here, there = (_entries(lockfile) for lockfile in (base, ours, theirs))
    for key in sorted(here.keys() | there.keys()):
        yield key, before.get(key), here.get(key), there.get(key)


def _entries(lockfile: Lockfile | None) -> Mapping[str, Entry]:
    return {**lockfile.members, **lockfile.rejected, **lockfile.unconfirmed} if lockfile else {}


def _belonging(lockfile: Lockfile) -> tuple[str, str]:
    return lockfile.environment, lockfile.target


def _foreign(ours: Lockfile, theirs: Lockfile) -> Problem:
    sides = (f"{side.environment} at {side.target}" for side in (ours, theirs))
    return Problem(
        ("The two sides are about different panels: {}, and {}.".format(*sides),),
        ("They can't be merged. Keep the lockfile that fits environment.yaml.",),
    )


def _said(entry: Entry | None) -> str:
    match entry:
        case None:
            return "removed them"
        case Present():
            return f"says {entry.outcome}, pushed {entry.pushed}"
        case Rejected():
            return f"says rejected, pushed {entry.pushed}"
        case Unconfirmed():
            return f"says unconfirmed, pushed {entry.pushed}"


def _differing(one: Entry, other: Entry) -> list[str]:
    """The names of the fields that aren't the same on both sides."""
    mine, yours = flat(one.attributes), flat(other.attributes)
    names = {**mine, **yours}
    return [name for name in names if name not in mine or name not in yours or mine[name] != yours[name]]
