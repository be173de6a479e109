"""Whose declaration has ended, and whose ends soon."""

from collections.abc import Mapping

from reconciler.plan.model import Day, Expiring
from reconciler.roster.model import Declaration, Roster


def expired_by(roster: Roster, day: Day | None) -> Mapping[str, Declaration]:
    """Those whose declaration still stands in a file, and no longer counts; nobody where no day is given."""
    if day is None:
        return {}
    return {key: over for key, over in roster.expiring.items() if over.expires and over.expires <= day.today}


def expiring_soon(roster: Roster, day: Day | None) -> tuple[Expiring, ...]:
    """Those whose declaration ends by the day that counts as soon, the next first."""
    if day is None:
        return ()
    found = (
        Expiring(key, declared.source, declared.expires)
        for key, declared in roster.expiring.items()
        if declared.expires and day.today < declared.expires <= day.soon
    )
    return tuple(sorted(found, key=lambda soon: (soon.expires, soon.key)))
