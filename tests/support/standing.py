"""Who stands refused: what the API wouldn't do about them is still wanted, in the same way."""

from collections.abc import Iterator

from reconciler.environment.model import OnChange, Policy
from reconciler.lockfile.model import Lockfile, Undelivered
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
        if key not in roster.members and note.action == policy.on_remove.value
    }
    changes = {
        key: note.reason
        for key, note in notes(lockfile)
        if policy.on_change is OnChange.RESUBMIT and _is_wanted(key, note, roster, lockfile)
    }
    return refused | removals | changes


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
