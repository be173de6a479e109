"""Who stands refused: what the API wouldn't do about them is still wanted, in the same way."""

from collections.abc import Iterator

from reconciler.environment.model import OnChange, Policy
from reconciler.lockfile.model import BLOCKED, Lockfile, Undelivered
from reconciler.member import Removal
from reconciler.roster.model import Roster


def standing(policy: Policy, roster: Roster, lockfile: Lockfile) -> dict[str, str]:
    """The API's word for each of them."""
    refused = {
        key: rejected.reason
        for key, rejected in lockfile.rejected.items()
        if key in roster.members and roster.members[key].attributes == rejected.attributes
    }
    removals = {
        key: note.reason
        for key, note in notes(lockfile)
        if key not in roster.members and note.action == _way_out(policy, roster, key)
    }
    removals |= {
        key: record.reason or BLOCKED
        for key, record in lockfile.departed.items()
        if key in roster.suppression and record.was_refused and record.by == policy.on_suppress
    }
    changes = {
        key: note.reason
        for key, note in notes(lockfile)
        if policy.on_change is OnChange.RESUBMIT and _is_wanted(key, note, roster, lockfile)
    }
    return refused | removals | changes


def _way_out(policy: Policy, roster: Roster, key: str) -> Removal:
    (of_them,) = roster.suppression.standings(key)
    return policy.way_out(of_them)


def notes(lockfile: Lockfile) -> Iterator[tuple[str, Undelivered]]:
    """What is noted on any entry, by identity."""
    for section in (lockfile.members, lockfile.unconfirmed):
        for key, entry in section.items():
            if entry.undelivered is not None:
                yield key, entry.undelivered


def _is_wanted(key: str, note: Undelivered, roster: Roster, lockfile: Lockfile) -> bool:
    """Whether it is this change that is declared."""
    if key not in roster.members or key not in lockfile.members:
        return False
    declared = roster.members[key].attributes
    return note.attributes == declared != lockfile.members[key].attributes
