"""Pushing: all batches of a run, several at once, until they are done or the run is to end."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import count

from reconciler.apply.batch import Batch, Kind
from reconciler.apply.call import Caller
from reconciler.apply.delivery import Delivery
from reconciler.apply.journal import Journal
from reconciler.apply.pace import Pace
from reconciler.apply.signals import Signals
from reconciler.apply.stop import Cause, Stop
from reconciler.apply.tally import Tally
from reconciler.environment.model import Environment, OnChange
from reconciler.errors import DiskFailure
from reconciler.questionpro.panel import Panel

GRACE = 5.0
"""Seconds that calls under way get after a signal. A CI runner that cancels sends SIGINT and, 7.5 s later,
SIGTERM; by then the lockfile should be written."""


async def push(
    batches: Sequence[Batch],
    connection: AbstractAsyncContextManager[Panel],
    journal: Journal,
    environment: Environment,
    tally: Tally,
    signals: Signals,
    now: Callable[[], str],
    most_calls: int | None = None,
) -> Stop:
    """Send the batches. What is learnt stands in `tally`; the result says whether the run ended early.

    Never raises for what the network, the server or the disk does, nor for a signal.
    """
    stop = Stop()
    api = environment.api
    with signals.heard_by(stop):
        async with connection as panel:
            caller = Caller(
                panel, journal, Pace(api.rate_limit, stop), stop, tally, api.retry, now, most_calls
            )
            numbers = count(1 + max((batch.number for batch in batches), default=0))
            updates_known = environment.policy.on_change is OnChange.RESUBMIT
            deliveries = {kind: Delivery(caller, numbers, updates_known=updates_known) for kind in Kind}
            remaining = iter(batches)
            workers = [
                asyncio.create_task(_work(deliveries, remaining, stop))
                for _ in range(min(api.concurrency, api.rate_limit.calls, len(batches)))
            ]
            await _finish(workers, stop, signals)
    return stop


async def _work(deliveries: Mapping[Kind, Delivery], remaining: Iterator[Batch], stop: Stop) -> None:
    try:
        for batch in remaining:
            if stop.is_thrown:
                return
            await deliveries[batch.kind].deliver(batch)
    except DiskFailure as error:
        stop.throw(Cause.DISK, error.problems[0])


async def _finish(workers: Sequence[asyncio.Task[None]], stop: Stop, signals: Signals) -> None:
    """Wait for the workers; after a signal only so long, and after a second one not at all."""
    ended = asyncio.gather(*workers, return_exceptions=True)
    await stop.wait_or(ended)
    if stop.cause is Cause.SIGNAL:
        await signals.second_or(ended, GRACE)
        for worker in workers:
            worker.cancel()
    for result in await ended:
        if isinstance(result, Exception):
            raise result
