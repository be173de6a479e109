"""What the calls of one apply prove about those who were to leave, by somebody who knows the truth."""

from collections.abc import Iterable, Sequence

from oracle import is_told_gone
from truth import DELETE, SAVE, Call

from reconciler.lockfile.model import Departure
from reconciler.plan.model import Operation


def departures(removals: Iterable[Operation], calls: Sequence[Call]) -> dict[str, Departure]:
    """The strongest word that may be said of each who is gone; whoever isn't told to be gone is missing."""
    found = {}
    for remove in removals:
        about = [call for call in calls if call.asks != SAVE and remove.key in call.members]
        told = [call for call in about if is_told_gone(call, remove.key)]
        if told:
            before = about[: about.index(told[0])]
            found[remove.key] = _departure(
                told[0], is_doubtful=remove.doubtful or any(call.in_doubt for call in before)
            )
    return found


def _departure(told: Call, *, is_doubtful: bool) -> Departure:
    if len(told.gone) == len(told.members):
        return Departure.DELETED if told.asks == DELETE else Departure.UNSUBSCRIBED
    return Departure.UNATTRIBUTED if told.gone or is_doubtful else Departure.ABSENT
