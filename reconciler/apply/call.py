"""Calling for one batch: paced, journalled, repeated where that may help; doubt is remembered."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from reconciler.apply import ending
from reconciler.apply.batch import Batch
from reconciler.apply.journal import Journal
from reconciler.apply.outcome import leaves_doubt
from reconciler.apply.pace import Pace
from reconciler.apply.retrying import retrying
from reconciler.apply.stop import Cause, Stop
from reconciler.apply.tally import Tally
from reconciler.environment.model import Retry
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    CountedAway,
    Denied,
    Lost,
    Panel,
    Reply,
    Throttled,
)

_A_DAY = 24 * 60 * 60  # seconds


@dataclass(slots=True)
class Caller:
    """Makes the calls of one run.

    `doubts` maps the numbers of batches for which the server may have acted unseen to the time of their
    last call; who settles a batch takes it out. `now` gives UTC times for the journal and the lockfile.
    `most_calls` is how many calls the run may spend; None where that doesn't matter.
    """

    panel: Panel
    journal: Journal
    pace: Pace
    stop: Stop
    tally: Tally
    retry: Retry
    now: Callable[[], str]
    most_calls: int | None = None
    doubts: dict[int, str] = field(default_factory=dict)

    async def ask(self, batch: Batch) -> Answer | None:
        """The last answer to this batch, after all attempts; None when the run ends before it is sent.

        Raises:
            DiskFailure: the journal can't be written.
        """
        attempts = retrying(self.retry, self.stop, self.tally.observer.waiting)
        answer: Answer | None = await attempts(self._attempt, batch, count())
        return answer

    async def _attempt(self, batch: Batch, sent_before: "count[int]") -> Answer | None:
        if not await self._may_call():
            return None
        was_in_doubt = batch.number in self.doubts
        counts = False
        try:
            at = self._begin(batch)
            counts = True
            reply = await self.panel.send(batch.request)
            counts = reply.sent
        finally:
            self.pace.ended(counts=counts)
        self.tally.observer.called(at, len(batch), reply)
        self._count(reply, sent_before)
        leaves_doubt_behind = leaves_doubt(reply.answer, batch)
        if not (was_in_doubt or leaves_doubt_behind):
            del self.doubts[batch.number]
        if leaves_doubt_behind or not isinstance(reply.answer, Counted | CountedAway):
            self.journal.attempted(batch, doubt=leaves_doubt_behind)
        self._heed(reply.answer)
        return reply.answer

    async def _may_call(self) -> bool:
        """Wait for a turn; False when the run is to end instead."""
        if not await self.pace.turn():
            return False
        if self.most_calls is None or self.tally.calls < self.most_calls:
            return True
        self.pace.ended(counts=False)
        self.stop.throw(Cause.MOST_CALLS, ending.most_calls(self.most_calls))
        return False

    def _begin(self, batch: Batch) -> str:
        at = self.now()
        self.journal.sending(batch, at)
        self.doubts[batch.number] = at
        self.tally.calls += 1
        return at

    def _count(self, reply: Reply, sent_before: "count[int]") -> None:
        if not reply.sent:
            self.tally.calls -= 1
        elif next(sent_before) > 0:
            self.tally.retries += 1

    def _heed(self, answer: Answer) -> None:
        """What an answer means for the calls of all batches."""
        match answer:
            case Throttled() | Lost() if answer.retry_after is not None:
                if not self.pace.hold(answer.retry_after):
                    until = _later(self.now(), answer.retry_after)
                    self.stop.throw(Cause.LONG_WAIT, ending.long_wait(answer.reason, until))
            case AllowanceUsedUp():
                self.stop.throw(Cause.ALLOWANCE, ending.allowance_used_up(answer.reason))
            case Denied():
                self.stop.throw(Cause.DENIED, ending.denied(answer.reason, answer.remedy))


def _later(at: str, seconds: float) -> str | None:
    """The time so many seconds after another; None where that is more than a day."""
    if seconds > _A_DAY:
        return None
    return f"{datetime.fromisoformat(at) + timedelta(seconds=math.ceil(seconds)):%Y-%m-%d %H:%M:%S} UTC"
