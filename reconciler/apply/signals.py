"""Why a run ends early, and the signals among the reasons.

The first signal asks the run to end, the second to end at once. Neither breaks off what is being written.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from types import FrameType, TracebackType
from typing import Any, Self

from reconciler.interruption import handled_by, has_come, remember_signals
from reconciler.problems import Problem


class Cause(Enum):
    """What ended the run early."""

    SIGNAL = auto()
    DENIED = auto()
    ALLOWANCE = auto()
    MOST_CALLS = auto()
    NO_USABLE_ANSWER = auto()
    LONG_WAIT = auto()
    DISK = auto()


class Stop:
    """A switch that is thrown once. While it is off, `cause` and `problem` are None."""

    def __init__(self) -> None:
        """Off."""
        self.cause: Cause | None = None
        self.problem: Problem | None = None
        self._thrown = asyncio.Event()

    @property
    def is_thrown(self) -> bool:
        """Whether the run is to end."""
        return self._thrown.is_set()

    def throw(self, cause: Cause, problem: Problem | None = None) -> None:
        """End the run for this reason, if there is none yet."""
        if not self.is_thrown:
            self.cause, self.problem = cause, problem
            self._thrown.set()

    async def wait_or(self, ended: asyncio.Future[Any]) -> None:
        """Wait until the switch is thrown, or until `ended` is."""
        thrown = asyncio.ensure_future(self._thrown.wait())
        await asyncio.wait({ended, thrown}, return_when=asyncio.FIRST_COMPLETED)
        thrown.cancel()

    async def sleep(self, seconds: float) -> None:
        """Wait, but no longer than until the switch is thrown."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._thrown.wait()


class Signals:
    """The signals that come to a run while it is entered; `count` says how many came."""

    def __init__(self) -> None:
        """Not entered yet."""
        self.count = 0
        self._second = asyncio.Event()
        self._tell: Callable[[], object] | None = None
        self._listening = handled_by(self._receive)

    def __enter__(self) -> Self:
        """Take the place of the process's handlers; one that came just before counts."""
        self._listening.__enter__()
        self.count += has_come()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Restore the previous handlers; a signal doesn't lose what the run has learned."""
        remember_signals()
        self._listening.__exit__(kind, error, trace)
        remember_signals(one_came=self.count > 0)

    @contextmanager
    def heard_by(self, stop: Stop) -> Iterator[None]:
        """Throw the switch at the first signal, also at one that came already. Within an event loop."""
        loop = asyncio.get_running_loop()

        def act() -> None:
            if self.count > 0:
                stop.throw(Cause.SIGNAL)
            if self.count > 1:
                self._second.set()

        self._tell = lambda: loop.call_soon_threadsafe(act)  # wakes the loop, which a bare handler doesn't
        act()
        try:
            yield
        finally:
            self._tell = None

    async def second_or(self, ended: asyncio.Future[Any], seconds: float) -> None:
        """Wait until `ended`, or a second signal, or so many seconds, whichever comes first."""
        second = asyncio.ensure_future(self._second.wait())
        await asyncio.wait({ended, second}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        second.cancel()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.count += 1
        if self._tell is not None:
            self._tell()
