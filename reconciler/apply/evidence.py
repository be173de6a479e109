"""What an answer proves, and whether it leaves doubt. Pure: the tables of docs/outcomes.md, to the letter.

And whether members are at fault where the API refuses a batch, or something else: see `Refusals`.

Sources: *What the two counts can and cannot tell*, after the vendor's page *save panel members* ("failed" is
how the API says that an e-mail address exists already), and the four counts of the vendor's pages
*communities/member-unsubscribe* and *communities/delete-member*.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from reconciler.apply.batches import Batch, gone, in_doubt
from reconciler.lockfile.model import (
    BLOCKED,
    Departure,
    Knowledge,
    Outcome,
    Present,
    Rejected,
    Undelivered,
)
from reconciler.plan.model import OperationKind
from reconciler.questionpro.panel import Answer, Counted, CountedAway, Lost, Throttled, Unreachable, Unusable

_DONE = {
    OperationKind.UNSUBSCRIBE: Departure.UNSUBSCRIBED,
    OperationKind.DELETE: Departure.DELETED,
}
_A_FEW = 5
_SUSPICIOUS = 2


def learnt_from(
    answer: Counted | CountedAway,
    batch: Batch,
    doubtful: Collection[str],
    at: str,
    *,
    updates_known: bool = False,
) -> Mapping[str, Knowledge] | None:
    """What the counts of an answer prove about each member of the batch; None if they settle nothing.

    Args:
        answer: the counts.
        batch: the members, each sent once by this call.
        doubtful: the ones for whom an earlier call got no usable answer. That they exist already, or are
            gone already, may be the result of that call, so it is never called `existing` or `absent`.
        at: the time, in UTC.
        updates_known: whether the account updates known members, instead of refusing them. Then even
            "added" says only that they are in the panel.
    """
    if not _is_conclusive(answer, batch):
        return None
    if isinstance(answer, CountedAway):
        return _departed(answer, batch, doubtful, at)
    outcomes = _outcomes(answer, batch, doubtful, updates_known=updates_known)
    return {key: Present(outcome, at, batch.members[key].attributes) for key, outcome in outcomes.items()}


def _outcomes(
    counted: Counted, batch: Batch, doubtful: Collection[str], *, updates_known: bool
) -> Mapping[str, Outcome]:
    if batch.kind is OperationKind.CHANGE:
        # The API doesn't confirm updates, so the outcome doesn't claim that they took effect.
        return dict.fromkeys(batch.members, Outcome.RESUBMITTED)
    if counted.failed == 0:
        return dict.fromkeys(batch.members, Outcome.UNATTRIBUTED if updates_known else Outcome.ADDED)
    if counted.added == 0:
        return {key: Outcome.UNATTRIBUTED if key in doubtful else Outcome.EXISTING for key in batch.members}
    return dict.fromkeys(batch.members, Outcome.UNATTRIBUTED)


def _departed(
    counted: CountedAway, batch: Batch, doubtful: Collection[str], at: str
) -> Mapping[str, Knowledge]:
    if counted.blocked:  # all of them, else the counts are not conclusive
        note = Undelivered(batch.kind.value, BLOCKED, at)
        return {
            key: note if operation.is_known else gone(operation, Departure.BLOCKED, at)
            for key, operation in batch.members.items()
        }
    if counted.absent == 0:
        departures = dict.fromkeys(batch.members, _DONE[batch.kind])
    elif counted.done == 0:
        departures = {
            key: Departure.UNATTRIBUTED if key in doubtful else Departure.ABSENT for key in batch.members
        }
    else:
        departures = dict.fromkeys(batch.members, Departure.UNATTRIBUTED)
    return {key: gone(batch.members[key], departure, at) for key, departure in departures.items()}


def holds_blocked(answer: Answer, batch: Batch) -> bool:
    """Whether some of the batch are blocked and others aren't, so that only smaller batches show who."""
    return (
        isinstance(answer, CountedAway)
        and answer.done + answer.absent + answer.blocked == len(batch)
        and 0 < answer.blocked < len(batch)
    )


def refused(batch: Batch, reason: str, doubtful: Collection[str], at: str) -> dict[str, Knowledge]:
    """What is known about members that the API refused (HTTP 400).

    A member to change or to remove stays as they are; if an earlier call may have taken effect, nothing is
    known about them any more.
    """
    if batch.kind is OperationKind.ADD:
        return {
            key: Rejected(reason, at, operation.attributes, key in doubtful)
            for key, operation in batch.members.items()
        }
    found: dict[str, Knowledge] = {}
    for key, operation in batch.members.items():
        if key in doubtful:
            found[key] = in_doubt(operation, at, reason)
        elif operation.is_known:
            attributes = None if batch.kind.removal else operation.attributes
            found[key] = Undelivered(batch.kind.value, reason, at, attributes)
        else:
            found[key] = gone(operation, Departure.REJECTED, at, reason)
    return found


def _is_conclusive(answer: Counted | CountedAway, batch: Batch) -> bool:
    """Whether the counts settle each member of the batch."""
    if isinstance(answer, Counted):
        return answer.added + answer.failed == len(batch)
    whole = answer.done + answer.absent + answer.blocked == len(batch)
    return whole and not holds_blocked(answer, batch)


def leaves_doubt(answer: Answer, batch: Batch) -> bool:
    """Whether the call may have taken effect, without the answer saying for which members."""
    if isinstance(answer, Counted | CountedAway):
        return not _is_conclusive(answer, batch)
    return isinstance(answer, Lost | Unusable)


def is_worth_repeating(answer: Answer | None) -> bool:
    """Whether the same batch, sent again, may get a better answer."""
    return isinstance(answer, Lost | Throttled | Unreachable)


@dataclass(slots=True)
class Refusals:
    """The refusals (HTTP 400, or 413 for one member) of one batch and its parts, and what they are about.

    A batch is split until the refused members are alone. Where all are refused alike, the reason is elsewhere
    (the address, the account, a field that the account doesn't have), and finding each member out would cost
    two calls a head. So the first who are refused alone are not marked at once: a member from each part still
    waiting is asked about alone, and if they too are refused for the same reason, nobody is marked.

    `size` is that of the whole batch.

    `have_begun` tells whether anything was refused, or was too large. `held` are the parts of one member
    that were refused, and why, as long as it isn't certain that the member is the reason. `needed` is how
    many of them, all alike, are enough to say that members are not.
    """

    size: int
    held: list[tuple[Batch, str]] = field(default_factory=list)
    have_begun: bool = False
    has_accepted: bool = False
    needed: int | None = None

    def are_open(self) -> bool:
        """Whether something was refused, and it isn't known yet whether members are the reason."""
        return self.have_begun and not self._are_about_members()

    def hold(self, batch: Batch, reason: str) -> None:
        """A part of one member was refused."""
        self.held.append((batch, reason))
        self.have_begun = True

    def wants_probes(self) -> bool:
        """Whether it is time to ask about members from all over the batch."""
        return self.needed is None and not self._are_about_members() and len(self.held) >= _SUSPICIOUS

    def probe(self, count: int) -> None:
        """So many more members are asked about alone."""
        self.needed = max(_A_FEW, len(self.held) + count)

    def are_about_something_else(self, suspected: str | None) -> bool:
        """Whether so many were refused alike that members can't be the reason.

        One is enough where it is refused as a whole batch was before: `suspected` are the words of that.
        """
        if self._are_about_members() or not self.held:
            return False
        return self.held[0][1] == suspected or (self.needed is not None and len(self.held) >= self.needed)

    def certain(self) -> list[tuple[Batch, str]]:
        """Those refused who are certain to be the reason by now; each is handed out once."""
        return self.rest() if self._are_about_members() else []

    def rest(self) -> list[tuple[Batch, str]]:
        """All that are still held; each is handed out once."""
        held, self.held = self.held, []
        return held

    def _are_about_members(self) -> bool:
        alike = len({reason for _, reason in self.held}) <= 1
        return self.has_accepted or not alike or self.size <= _A_FEW
