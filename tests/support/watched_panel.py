"""A panel that notes the truth of each call, and has its bad days."""

import asyncio
import os
import signal
from collections.abc import Sequence
from enum import Enum
from itertools import chain, repeat
from typing import NamedTuple, Self

from truth import US, Call, Deed, Members, Truth

from reconciler.member import EMAIL_ADDRESS, Attributes
from reconciler.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    Denied,
    Lost,
    Refused,
    Reply,
    Request,
    Save,
    Throttled,
    TooLarge,
    Unreachable,
    Unusable,
)

REFUSED = {"bad": "Invalid parameters", "worse": "Invalid birthday"}
"""Whom the panel refuses, and why: those whose `custom1` is one of these."""


class _Course(NamedTuple):
    """Whether the panel acts on a call, and what the caller is told, if it lives."""

    acts: bool
    answer: Answer


class Mishap(Enum):
    """What goes wrong with one call. Who meets a strict panel, or a signal, is told the true answer."""

    LOST_BEFORE = _Course(acts=False, answer=Lost("reset"))
    LOST_AFTER = _Course(acts=True, answer=Lost("502", retry_after=0.001))
    THROTTLED = _Course(acts=False, answer=Throttled("slow down", retry_after=0.001))
    UNREACHABLE = _Course(acts=False, answer=Unreachable("connection refused"))
    UNUSABLE = _Course(acts=True, answer=Unusable("a login page"))
    MISCOUNTED = _Course(acts=True, answer=Counted(99, 0))
    ALLOWANCE = _Course(acts=False, answer=AllowanceUsedUp("1013"))
    DENIED = _Course(acts=False, answer=Denied("401", "check the key"))
    STRICT = _Course(acts=True, answer=TooLarge("too large today"))
    SIGNAL = _Course(acts=True, answer=Lost("SIGINT"))
    DEATH_BEFORE = _Course(acts=False, answer=Lost("died before"))
    DEATH_AFTER = _Course(acts=True, answer=Lost("died after"))


_TOLD = frozenset({Mishap.STRICT, Mishap.SIGNAL})
_DEATHS = frozenset({Mishap.DEATH_BEFORE, Mishap.DEATH_AFTER})


def is_refused(attributes: Attributes) -> bool:
    """Whether the panel refuses this member, whenever it is asked."""
    return attributes.get("custom1") in REFUSED


class Weather(NamedTuple):
    """What one run meets.

    `mishaps` come one a call; after the last one, all goes well. `turns` say, call by call, how often others
    go first before the panel acts, so that answers come in any order. `largest` is the largest batch.
    """

    mishaps: Sequence[Mishap | None] = ()
    turns: Sequence[int] = ()
    largest: int = 10**9


class WatchedPanel:
    """One connection to the panel, in this weather."""

    def __init__(self, truth: Truth, weather: Weather) -> None:
        """Connect to the panel whose truth this is."""
        self._truth = truth
        self._largest = weather.largest
        self._mishaps = chain(weather.mishaps, repeat(None))
        self._turns = chain(weather.turns, repeat(0))

    async def send(self, request: Request) -> Reply:
        """One call."""
        assert isinstance(request, Save)
        mishap = next(self._mishaps)
        for _ in range(next(self._turns)):
            await asyncio.sleep(0)
        if mishap is Mishap.UNREACHABLE:
            return Reply(mishap.value.answer, sent=False)
        if mishap is Mishap.SIGNAL:
            os.kill(os.getpid(), signal.SIGINT)
        call, answer = self._meet(
            {member[EMAIL_ADDRESS].lower(): member for member in request.members}, mishap
        )
        self._truth.note(call)
        if mishap in _DEATHS:
            os.kill(os.getpid(), signal.SIGKILL)
        return Reply(answer, sent=True)

    def _meet(self, members: Members, mishap: Mishap | None) -> tuple[Call, Answer]:
        """What the panel does, and what the caller is told."""
        largest = 1 if mishap is Mishap.STRICT else self._largest
        if mishap is None or mishap in _TOLD:
            call, answer = self._act(members, largest)
            return call._replace(is_told=True), answer
        call = self._act(members, largest)[0] if mishap.value.acts else Call(US, members)
        return call, mishap.value.answer

    def _act(self, members: Members, largest: int) -> tuple[Call, Answer]:
        if len(members) > largest:
            return Call(US, members, Deed.TOO_LARGE), TooLarge("too large")
        reasons = [REFUSED[member["custom1"]] for member in members.values() if is_refused(member)]
        if reasons:
            return Call(US, members, Deed.REFUSED), Refused(reasons[0])
        new = self._truth.absent(members)
        return Call(US, members, Deed.COUNTED, new), Counted(len(new), len(members) - len(new))

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""
