"""Sending: all batches of a run, several at once, until they are done or the run is to end.

Each batch is brought to its end: settled, split where the API refuses it, or left with its doubt.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import count

from reconciler.apply import stop_messages
from reconciler.apply.batches import Batch, in_doubt
from reconciler.apply.calls import Caller, Pace
from reconciler.apply.evidence import Refusals, holds_blocked, learnt_from, refused
from reconciler.apply.journal import Journal
from reconciler.apply.signals import Cause, Signals, Stop
from reconciler.apply.stats import RunStats
from reconciler.environment.model import Environment, OnChange
from reconciler.errors import DiskFailure
from reconciler.lockfile.model import Knowledge
from reconciler.plan.model import OperationKind
from reconciler.questionpro.panel import Answer, Counted, CountedAway, Panel, Refused, TooLarge

GRACE = 5.0
"""Seconds that calls under way get after a signal. A CI runner that cancels sends SIGINT and, 7.5 s later,
SIGTERM; by then the lockfile should be written."""

_GIVEN_UP_IN_A_ROW = 3


async def send(
    batches: Sequence[Batch],
    connection: AbstractAsyncContextManager[Panel],
    journal: Journal,
    environment: Environment,
    stats: RunStats,
    signals: Signals,
    now: Callable[[], str],
    most_calls: int | None = None,
) -> Stop:
    """Send the batches. The outcomes are in `stats`; the result says whether the run ended early.

    Never raises for failures of the network, the server or the disk, or for a signal.
    """
    stop = Stop()
    api = environment.api
    with signals.heard_by(stop):
        async with connection as panel:
            caller = Caller(
                panel, journal, Pace(api.rate_limit, stop), stop, stats, api.retry, now, most_calls
            )
            numbers = count(1 + max((batch.number for batch in batches), default=0))
            updates_known = environment.policy.on_change is OnChange.RESUBMIT
            deliveries = {
                kind: Delivery(caller, numbers, updates_known=updates_known) for kind in OperationKind
            }
            remaining = iter(batches)
            workers = [
                asyncio.create_task(_work(deliveries, remaining, stop))
                for _ in range(min(api.concurrency, api.rate_limit.calls, len(batches)))
            ]
            await _finish(workers, stop, signals)
    return stop


async def _work(
    deliveries: "Mapping[OperationKind, Delivery]", remaining: Iterator[Batch], stop: Stop
) -> None:
    try:
        for batch in remaining:
            if stop.is_thrown:
                return
            await deliveries[batch.kind].deliver(batch)
    except DiskFailure as error:
        stop.throw(Cause.DISK, error.problems[0])


async def _finish(workers: Sequence[asyncio.Task[None]], stop: Stop, signals: Signals) -> None:
    """Wait for the workers; after a signal only for a limited time, and after a second one not at all."""
    ended = asyncio.gather(*workers, return_exceptions=True)
    await stop.wait_or(ended)
    if stop.cause is Cause.SIGNAL:
        await signals.second_or(ended, GRACE)
        for worker in workers:
            worker.cancel()
    for result in await ended:
        if isinstance(result, Exception):
            raise result


class Delivery:
    """Delivers the batches of one kind in one run; several may be under way at once.

    Findings about one kind of calls (how large they may be, that everyone is refused) say nothing about
    the other kinds, which go on.
    """

    def __init__(self, caller: Caller, numbers: Iterator[int], *, updates_known: bool = False) -> None:
        """Deliver through `caller`, whose stats, journal and stop are those of the run.

        `numbers` are unused batch numbers, for the parts of batches that are split. `updates_known` says
        whether the account updates known members.
        """
        self._caller = caller
        self._updates_known = updates_known
        self._stats = caller.stats
        self._stop = caller.stop
        self._numbers = numbers
        self._largest: int | None = None
        self._one_inquiry = asyncio.Lock()
        self._suspected: str | None = None
        self._is_refused_alike = False

    async def deliver(self, whole: Batch) -> None:
        """Send the batch and all its parts to the end, or as far as the run goes.

        Raises:
            DiskFailure: the journal can't be written; members under way stay unconfirmed.
        """
        refusals = Refusals(len(whole))
        waiting = [whole]  # the next is the last
        try:
            await self._work_off(waiting, refusals)
            if not self._is_to_end:
                self._reject(refusals.rest())
        finally:
            self._leave_unconfirmed([*waiting, *(batch for batch, _ in refusals.rest())])

    @property
    def _is_to_end(self) -> bool:
        """Whether no more calls of this kind are to be made."""
        return self._is_refused_alike or self._stop.is_thrown

    async def _work_off(self, waiting: list[Batch], refusals: Refusals) -> None:
        """Until nothing waits, or the run is to end.

        While the members may not be the cause of a refusal, one batch is examined at a time: if everyone is
        refused alike, or a batch is too large, the calls to find that out are spent once.
        """
        await self._go_on(waiting, refusals, lambda: not refusals.are_open())
        if refusals.are_open():
            async with self._one_inquiry:
                await self._go_on(waiting, refusals, refusals.are_open)
        await self._go_on(waiting, refusals, lambda: True)

    async def _go_on(self, waiting: list[Batch], refusals: Refusals, further: Callable[[], bool]) -> None:
        while waiting and further() and not self._is_to_end:
            parts = await self._bring_on(waiting[-1], refusals)
            waiting[-1:] = reversed(parts)
            self._judge(refusals, waiting)

    async def _bring_on(self, batch: Batch, refusals: Refusals) -> list[Batch]:
        """Settle the batch, give it up, or return the parts that go on in its place."""
        if self._largest is not None and len(batch) > self._largest:
            return self._replace(batch, batch.divide(self._largest, self._numbers))
        answer = await self._caller.ask(batch)
        half = -(-len(batch) // 2)
        match answer:
            case Counted() | CountedAway() if holds_blocked(answer, batch):
                refusals.has_accepted = True
                self._stats.given_up_in_a_row = 0
                return self._replace(batch, batch.divide(half, self._numbers))
            case Counted() | CountedAway():
                refusals.has_accepted |= self._settle_counted(batch, answer)
            case Refused() | TooLarge() if len(batch) == 1:
                refusals.hold(batch, answer.reason)
            case Refused() | TooLarge():
                refusals.have_begun = True
                if isinstance(answer, TooLarge):
                    self._largest = min(self._largest or half, half)
                if answer.reason == self._suspected:  # then one alone will tell whether this one is alike
                    return self._replace(batch, batch.set_last_apart(self._numbers))[::-1]
                return self._replace(batch, batch.divide(half, self._numbers))
            case _:
                self._give_up(batch, answer)
        return []

    def _judge(self, refusals: Refusals, waiting: list[Batch]) -> None:
        if refusals.wants_probes():
            waiting[:] = self._with_probes(waiting)
            refusals.probe(sum(len(batch) == 1 for batch in waiting))
        if refusals.are_about_something_else(self._suspected):
            self._leave_unsent(refusals, waiting)
        self._reject(refusals.certain())

    def _leave_unsent(self, refusals: Refusals, waiting: list[Batch]) -> None:
        """Everybody in this batch is refused alike. A second such batch says that the others would be too."""
        held = refusals.rest()
        reason = held[0][1]
        left = [*waiting, *(batch for batch, _ in held)]
        self._leave_unconfirmed(left)
        waiting.clear()
        if reason == self._suspected:
            self._is_refused_alike = True
            self._stats.refused_alike.append(stop_messages.refused_alike(left[0].kind.value, reason))
        else:
            self._suspected = reason
            keys = sorted(key for batch in left for key in batch.members)
            self._stats.refused_alike.append(stop_messages.batch_refused_alike(reason, keys, len(held)))

    def _with_probes(self, waiting: Iterable[Batch]) -> list[Batch]:
        """The same members, with one of each part set apart, to be asked about first."""
        parts: list[Batch] = []
        for batch in waiting:
            parts += self._replace(batch, batch.set_last_apart(self._numbers)) if len(batch) > 1 else [batch]
        return sorted(parts, key=len, reverse=True)

    def _replace(self, batch: Batch, parts: list[Batch]) -> list[Batch]:
        self._caller.journal.split(batch, parts)
        at = self._caller.doubts.pop(batch.number, None)
        if at is not None:
            self._caller.doubts.update((part.number, at) for part in parts)
        return parts

    def _settle_counted(self, batch: Batch, answer: Counted | CountedAway) -> bool:
        at = self._caller.now()
        learnt = learnt_from(answer, batch, self._doubtful(batch), at, updates_known=self._updates_known)
        if learnt is None:
            self._give_up(batch, answer)
            return False
        self._settle(batch, learnt, at)
        if batch.kind is OperationKind.CHANGE and isinstance(answer, Counted):
            self._stats.not_updated += answer.failed
        self._stats.given_up_in_a_row = 0
        self._suspected = None
        return True

    def _reject(self, parts: Iterable[tuple[Batch, str]]) -> None:
        for batch, reason in parts:
            at = self._caller.now()
            self._settle(batch, refused(batch, reason, self._doubtful(batch), at), at)
            self._stats.given_up_in_a_row = 0

    def _doubtful(self, batch: Batch) -> Collection[str]:
        return batch.members.keys() if batch.number in self._caller.doubts else batch.doubtful

    def _give_up(self, batch: Batch, answer: Answer | None) -> None:
        """End the batch without an answer that says anything about its members."""
        self._leave_unconfirmed([batch])
        if answer is None or self._stop.is_thrown:
            return
        counts = "four" if batch.kind.removal else "two"
        reason = getattr(answer, "reason", f"the {counts} counts don't add up to the members sent")
        self._stats.given_up[reason] += 1
        self._stats.given_up_in_a_row += 1
        if self._stats.given_up_in_a_row >= _GIVEN_UP_IN_A_ROW:
            self._stop.throw(Cause.NO_USABLE_ANSWER, stop_messages.no_usable_answer(_GIVEN_UP_IN_A_ROW))

    def _leave_unconfirmed(self, batches: Iterable[Batch]) -> None:
        left = [
            (batch, {key: in_doubt(operation, at) for key, operation in batch.members.items()}, at)
            for batch in batches
            if (at := self._caller.doubts.get(batch.number)) is not None
        ]
        for _, entries, _ in left:  # of all of them, before the journal may fail at the first
            self._stats.learn(entries)
        for batch, entries, at in left:
            self._settle(batch, entries, at)

    def _settle(self, batch: Batch, learnt: Mapping[str, Knowledge], at: str) -> None:
        self._stats.learn(learnt)  # first: it can't fail, and the lockfile is written from it
        self._caller.doubts.pop(batch.number, None)
        self._caller.journal.settled(batch, learnt, at)
        stats = self._stats
        stats.observer.progressed(stats.confirmed, stats.total, stats.calls)
