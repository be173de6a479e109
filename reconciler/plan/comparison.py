"""What is declared beside what is known of earlier pushes: an action for each member who differs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import compress, filterfalse, repeat
from operator import attrgetter, is_not

from reconciler.environment.model import OnChange, Policy
from reconciler.lockfile.model import Lockfile, Present, Rejected, Unconfirmed, Undelivered
from reconciler.member import Attributes, Removal, equal, identical
from reconciler.plan.changes import field_changes
from reconciler.plan.model import Action, Add, Change, Remove, StillRejected, Unremoved
from reconciler.roster.model import Declaration, Roster

_NOBODY = Unconfirmed("", {})
_attributes = attrgetter("attributes")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A roster beside what is known of earlier pushes.

    `expired` are those whose declaration still stands in a file, and no longer counts.
    """

    policy: Policy
    roster: Roster
    known: Lockfile
    retry_rejected: bool
    expired: Mapping[str, Declaration] = field(default_factory=dict)

    def declared(self) -> Iterator[Action]:
        """The actions about those who are declared."""
        known = self.known
        for key, declaration in self._others():
            if (present := known.members.get(key)) is not None:
                if not equal(present.attributes, declaration.attributes):
                    yield self._changed(key, present, declaration)
            elif (rejected := known.rejected.get(key)) is not None and not self.retry_rejected:
                yield _refused_before(key, rejected, declaration)
            else:
                doubtful = key in known.unconfirmed or (rejected is not None and rejected.doubtful)
                yield Add(key, declaration.source, declaration.attributes, doubtful)

    def undeclared(self) -> Iterator[Action]:
        """The actions about those who are known and no longer declared."""
        for section in (self.known.members, self.known.unconfirmed):
            if [*section] == [*self.roster.members]:
                continue
            for key in filterfalse(self.roster.members.__contains__, section):
                yield self._leaving(key, section[key])
        for key, rejected in self.known.rejected.items():
            if key not in self.roster.members:
                yield self._dropped(key, rejected)

    def standing(self) -> Iterator[StillRejected | Unremoved]:
        """Everything that the API refused and that is still wanted in the same way."""
        for key, rejected in self.known.rejected.items():
            if key in self.roster.members:
                yield from _if_standing(_refused_before(key, rejected, self.roster.members[key]))
        for key, present in self.known.members.items():
            if present.undelivered is not None:
                yield from _if_standing(self._noted(key, present))
        for key, unconfirmed in self.known.unconfirmed.items():
            if unconfirmed.undelivered is not None and key not in self.roster.members:
                yield from _if_standing(self._leaving(key, unconfirmed))

    def _others(self) -> Iterator[tuple[str, Declaration]]:
        """All but those who stand in the lockfile with the very attributes that they are declared with."""
        declared, known = self.roster.members, self.known.members
        # Two of one order need no looking for each of the one in the other.
        are_alike = [*known] == [*declared]
        present = known.values() if are_alike else map(known.get, declared, repeat(_NOBODY))
        are_others = map(is_not, map(_attributes, present), map(_attributes, declared.values()))
        return compress(declared.items(), are_others)

    def _noted(self, key: str, present: Present) -> Action | None:
        declaration = self.roster.members.get(key)
        if declaration is None:
            return self._leaving(key, present)
        if equal(present.attributes, declaration.attributes):
            return None
        return self._changed(key, present, declaration)

    def _changed(self, key: str, present: Present, declaration: Declaration) -> Action:
        is_asked = self.policy.on_change is OnChange.RESUBMIT
        note = present.undelivered
        if is_asked and note is not None and not self.retry_rejected and _is_about(note, declaration):
            return StillRejected(key, declaration.source, note.reason, declaration.attributes, is_there=True)
        changes = field_changes(present.attributes, declaration.attributes)
        # A field that is no longer declared can't be cleared by sending the others again.
        deliverable = is_asked and any(change.after is not None for change in changes)
        return Change(key, declaration.source, changes, declaration.attributes, deliverable)

    def _leaving(self, key: str, entry: Present | Unconfirmed) -> Remove | Unremoved:
        by = self.policy.on_remove
        note = entry.undelivered
        if note is not None and note.action == by and not self.retry_rejected:
            return Unremoved(key, by, note.reason, entry.attributes)
        return self._removal(key, entry.attributes, doubtful=isinstance(entry, Unconfirmed))

    def _dropped(self, key: str, rejected: Rejected) -> Remove:
        if rejected.doubtful:  # a call before the one that was refused may have added them
            return self._removal(key, rejected.attributes, doubtful=True)
        removal = self._removal(key, rejected.attributes, doubtful=False)
        return replace(removal, by=Removal.FORGET, was_rejected=True)

    def _removal(self, key: str, attributes: Attributes, *, doubtful: bool) -> Remove:
        by = self.policy.on_remove
        over = self.expired.get(key)
        if over is None:
            return Remove(key, by, attributes, doubtful)
        return Remove(key, by, attributes, doubtful, over.expires, over.source)


def _is_about(note: Undelivered, declaration: Declaration) -> bool:
    """Whether it was this change that the API refused."""
    return note.attributes is not None and identical(note.attributes, declaration.attributes)


def _refused_before(key: str, rejected: Rejected, declaration: Declaration) -> Action:
    # The spelling counts here, though it is no change elsewhere: it may be what the API refused.
    if identical(rejected.attributes, declaration.attributes):
        return StillRejected(key, declaration.source, rejected.reason, declaration.attributes)
    return Add(key, declaration.source, declaration.attributes, rejected.doubtful)


def _if_standing(action: Action | None) -> Iterator[StillRejected | Unremoved]:
    if isinstance(action, StillRejected | Unremoved):
        yield action
