"""What an answer proves, and whether it leaves doubt. Pure: the contract's tables, to the letter.

Sources: *What the two counts can and cannot tell*, after the vendor's page *save panel members* ("failed" is
how the API says that an e-mail address exists already), and the four counts of the vendor's pages
*communities/member-unsubscribe* and *communities/delete-member*. docs/outcomes.md has the tables.
"""

from collections.abc import Collection, Mapping

from reconciler.apply.batch import Batch, Kind
from reconciler.lockfile.model import (
    BLOCKED,
    Departure,
    Gone,
    Knowledge,
    Outcome,
    Present,
    Rejected,
    Unconfirmed,
    Undelivered,
)
from reconciler.questionpro.panel import Answer, Counted, CountedAway, Lost, Throttled, Unreachable, Unusable

_DONE = {Kind.UNSUBSCRIBE: Departure.UNSUBSCRIBED, Kind.DELETE: Departure.DELETED}


def learnt_from(
    answer: Counted | CountedAway,
    batch: Batch,
    doubtful: Collection[str],
    at: str,
    *,
    updates_known: bool = False,
) -> Mapping[str, Knowledge] | None:
    """What is known of each member of a batch by the counts that answer it; None where they settle nothing.

    Args:
        answer: the counts.
        batch: the members, each of whom was sent once by this call.
        doubtful: those among them about whom an earlier call got no proper answer.
        at: the time, in UTC.
        updates_known: whether the account updates members who are known, instead of refusing them.
    """
    if isinstance(answer, CountedAway):
        return _departed(answer, batch, doubtful, at)
    if batch.kind is Kind.CHANGE:
        outcomes = resubmitted(answer, batch.members)
    else:
        outcomes = proven(answer, batch.members, doubtful, updates_known=updates_known)
    if outcomes is None:
        return None
    return {key: Present(outcome, at, batch.members[key]) for key, outcome in outcomes.items()}


def proven(
    counted: Counted, keys: Collection[str], doubtful: Collection[str], *, updates_known: bool = False
) -> dict[str, Outcome] | None:
    """What two counts prove about each member to add; None where they prove nothing.

    Args:
        counted: the two counts.
        keys: the identities of the batch, each once.
        doubtful: those among them who may have got in by an earlier call whose answer never came. For them
            "existed already" may be our own doing, so it is never called `existing`.
        updates_known: whether the account updates members who are known; there even `added` says only that
            they are in the panel.
    """
    if counted.added + counted.failed != len(keys):
        return None
    if counted.failed == 0:
        return dict.fromkeys(keys, Outcome.UNATTRIBUTED if updates_known else Outcome.ADDED)
    if counted.added == 0:
        return {key: Outcome.UNATTRIBUTED if key in doubtful else Outcome.EXISTING for key in keys}
    return dict.fromkeys(keys, Outcome.UNATTRIBUTED)


def resubmitted(counted: Counted, keys: Collection[str]) -> dict[str, Outcome] | None:
    """What two counts prove about members who were sent again with other fields: that the API took the call.

    It doesn't confirm updates, so whether they came into effect isn't claimed.
    """
    return dict.fromkeys(keys, Outcome.RESUBMITTED) if counted.added + counted.failed == len(keys) else None


def departed(
    counted: CountedAway, keys: Collection[str], doubtful: Collection[str], done: Departure
) -> dict[str, Departure] | None:
    """What four counts prove about each member to remove; None where they prove nothing, or some are blocked.

    Args:
        counted: the four counts.
        keys: the identities of the batch, each once.
        doubtful: those among them whom an earlier call may have removed: that they are gone may be our own
            doing, so it is never called `absent`.
        done: what it is called when this call did it.
    """
    if counted.blocked or counted.done + counted.absent != len(keys):
        return None
    if counted.absent == 0:
        return dict.fromkeys(keys, done)
    if counted.done == 0:
        return {key: Departure.UNATTRIBUTED if key in doubtful else Departure.ABSENT for key in keys}
    return dict.fromkeys(keys, Departure.UNATTRIBUTED)


def holds_blocked(answer: Answer, batch: Batch) -> bool:
    """Whether some of the batch are blocked and others aren't, so that only smaller batches tell who."""
    return (
        isinstance(answer, CountedAway)
        and answer.done + answer.absent + answer.blocked == len(batch)
        and 0 < answer.blocked < len(batch)
    )


def refused(batch: Batch, reason: str, doubtful: Collection[str], at: str) -> dict[str, Knowledge]:
    """What is known of members whom the API refused (HTTP 400).

    Somebody to change or to remove stays as they are; where an earlier call may have been heeded all the
    same, nothing is known of them any more.
    """
    if batch.kind is Kind.ADD:
        return {
            key: Rejected(reason, at, attributes, key in doubtful)
            for key, attributes in batch.members.items()
        }
    found: dict[str, Knowledge] = {}
    for key, attributes in batch.members.items():
        note = Undelivered(batch.kind.value, reason, at, None if batch.kind.removal else attributes)
        if key not in doubtful:
            found[key] = note
        else:
            found[key] = Unconfirmed(at, attributes, note if batch.kind.removal else None)
    return found


def is_conclusive(answer: Counted | CountedAway, batch: Batch) -> bool:
    """Whether the counts settle each member of the batch."""
    if isinstance(answer, Counted):
        return answer.added + answer.failed == len(batch)
    whole = answer.done + answer.absent + answer.blocked == len(batch)
    return whole and not holds_blocked(answer, batch)


def leaves_doubt(answer: Answer, batch: Batch) -> bool:
    """Whether what was asked may have been done, without the answer saying to whom."""
    if isinstance(answer, Counted | CountedAway):
        return not is_conclusive(answer, batch)
    return isinstance(answer, Lost | Unusable)


def is_worth_repeating(answer: Answer | None) -> bool:
    """Whether the same batch, sent again, may be answered better."""
    return isinstance(answer, Lost | Throttled | Unreachable)


def _departed(
    answer: CountedAway, batch: Batch, doubtful: Collection[str], at: str
) -> Mapping[str, Knowledge] | None:
    if answer.blocked == len(batch) and answer.done + answer.absent == 0:
        return dict.fromkeys(batch.members, Undelivered(batch.kind.value, BLOCKED, at))
    departures = departed(answer, batch.members, doubtful, _DONE[batch.kind])
    if departures is None:
        return None
    return {key: Gone(departure) for key, departure in departures.items()}
