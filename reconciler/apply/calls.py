"""Calling for one batch: paced, journalled, repeated where that may help; doubt is remembered.

Source of the rate limit, and of waits that grow before a call is made again: the vendor's page *limits* (300
calls per 60 s for one key).
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from reconciler.apply import stop_messages
from reconciler.apply.batches import Batch
from reconciler.apply.evidence import is_worth_repeating, leaves_doubt
from reconciler.apply.journal import Journal
from reconciler.apply.signals import Cause, Stop
from reconciler.apply.stats import RunStats
from reconciler.environment.model import RateLimit, Retry
from reconciler.problems import Problem
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    CountedAway,
    Denied,
    Lost,
    Panel,
    Throttled,
)

_A_DAY = 24 * 60 * 60  # seconds

LONGEST_WAIT = 900.0
"""Seconds that a server may ask a run to wait at once."""

LONGEST_WAITS = 1800.0
"""Seconds that a server may ask a run to wait in all."""


class Pace:
    """Gives out turns to call.

    The server counts a call somewhen between its start and its answer, and we can't see when. So an old
    call leaves the window a whole window after it *ended*, and one under way counts: then no count of the
    server's can exceed ours, however slow the network is. Times are those of the event loop's clock, which
    doesn't jump.
    """

    def __init__(self, limit: RateLimit, stop: Stop) -> None:
        """Pace one run; at most `limit.calls` workers may ask for turns at the same time."""
        self._limit = limit
        self._stop = stop
        self._ended: deque[float] = deque()
        self._under_way = 0
        self._held_until = 0.0
        self._held = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def turn(self) -> bool:
        """Wait until one more call is allowed; False when the run is to end instead.

        Each turn that was given must be handed back with `ended`.
        """
        async with self._one_at_a_time:
            while not self._stop.is_thrown:
                delay = self._delay()
                if delay <= 0:
                    self._under_way += 1
                    return True
                await self._stop.sleep(delay)
        return False

    def ended(self, *, counts: bool) -> None:
        """A call ended; `counts` tells whether the server may have counted it."""
        self._under_way -= 1
        if counts:
            self._ended.append(self._now())

    def hold(self, seconds: float) -> bool:
        """Give no turn for so long, since the server asked for it.

        False where that is longer than a run waits; then turns are given as before, and the run is to end.
        Waits that several calls are asked for at once count once.
        """
        now = self._now()
        longer = max(0.0, now + seconds - max(now, self._held_until))
        if seconds > LONGEST_WAIT or self._held + longer > LONGEST_WAITS:
            return False
        self._held += longer
        self._held_until = max(self._held_until, now + seconds)
        return True

    def _delay(self) -> float:
        now = self._now()
        while self._ended and self._ended[0] + self._limit.seconds <= now:
            self._ended.popleft()
        full = len(self._ended) + self._under_way >= self._limit.calls
        free_at = self._ended[0] + self._limit.seconds if full and self._ended else now
        return max(free_at, self._held_until) - now

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def retrying(retry: Retry, stop: Stop, waiting: Callable[[float, str], None]) -> AsyncRetrying:
    """What repeats a call until its answer is usable, and gives the last answer.

    The call returns None if the run is to end. `waiting` is called before each wait that is not cut short,
    with its seconds and the reason.
    """

    def wait(state: RetryCallState) -> float:
        back_off = wait_exponential(multiplier=retry.initial_wait, max=retry.max_wait)
        seconds = (back_off + wait_random(0, retry.initial_wait))(state)
        asked_for: float = getattr(_last_answer(state), "retry_after", None) or 0.0
        return max(min(seconds, retry.max_wait), asked_for)

    def tell(state: RetryCallState) -> None:
        if not stop.is_thrown:
            seconds = state.next_action.sleep if state.next_action else 0.0
            waiting(seconds, getattr(_last_answer(state), "reason", ""))

    return AsyncRetrying(
        stop=stop_after_attempt(retry.attempts),
        wait=wait,
        retry=retry_if_result(is_worth_repeating),
        retry_error_callback=_last_answer,
        before_sleep=tell,
        sleep=stop.sleep,
    )


def _last_answer(state: RetryCallState) -> Answer | None:
    answer: Answer | None = state.outcome.result() if state.outcome else None
    return answer


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
    stats: RunStats
    retry: Retry
    now: Callable[[], str]
    most_calls: int | None = None
    doubts: dict[int, str] = field(default_factory=dict)

    async def ask(self, batch: Batch) -> Answer | None:
        """The last answer to this batch, after all attempts; None when the run ends before it is sent.

        Raises:
            DiskFailure: the journal can't be written.
        """
        attempts = retrying(self.retry, self.stop, self.stats.observer.waiting)
        answer: Answer | None = await attempts(self._attempt, batch, count())
        return answer

    async def _attempt(self, batch: Batch, sent_before: "count[int]") -> Answer | None:
        if not await self._may_call():
            return None
        was_in_doubt = batch.number in self.doubts
        counts = False
        at = self.now()
        try:
            self.journal.sending(batch, at)
            self.doubts[batch.number] = at
            self.stats.calls += 1
            counts = True
            reply = await self.panel.send(batch.request)
            counts = reply.sent
        finally:
            self.pace.ended(counts=counts)
        self.stats.observer.called(at, len(batch), reply)
        if not reply.sent:
            self.stats.calls -= 1
        elif next(sent_before) > 0:
            self.stats.retries += 1
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
        if self.most_calls is None or self.stats.calls < self.most_calls:
            return True
        self.pace.ended(counts=False)
        self.stop.throw(Cause.MOST_CALLS, stop_messages.most_calls(self.most_calls))
        return False

    def _heed(self, answer: Answer) -> None:
        """What an answer means for the calls of all batches."""
        match answer:
            case Throttled() | Lost() if answer.retry_after is not None:
                if not self.pace.hold(answer.retry_after):
                    until = _later(self.now(), answer.retry_after)
                    self.stop.throw(Cause.LONG_WAIT, stop_messages.long_wait(answer.reason, until))
            case AllowanceUsedUp():
                self.stop.throw(Cause.ALLOWANCE, stop_messages.allowance_used_up(answer.reason))
            case Denied():
                self.stop.throw(Cause.DENIED, Problem(stop_messages.said(answer.reason), (answer.remedy,)))


def _later(at: str, seconds: float) -> str | None:
    """The time so many seconds after another; None where that is more than a day."""
    if seconds > _A_DAY:
        return None
    return f"{datetime.fromisoformat(at) + timedelta(seconds=math.ceil(seconds)):%Y-%m-%d %H:%M:%S} UTC"
