"""Pacing: never more calls than the rate limit allows, in any window, as the server counts them.

Source of the limit: the vendor's page *limits* (300 calls per 60 s for one key).
"""

import asyncio
from collections import deque

from reconciler.apply.stop import Stop
from reconciler.environment.model import RateLimit

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
