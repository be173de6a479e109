"""Why a run ends early. The first reason stands; whoever waits is woken."""

import asyncio
from contextlib import suppress
from enum import Enum, auto
from typing import Any

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
