"""A panel that notes the truth of each call, and has its bad days."""

import asyncio
import os
import signal
from collections.abc import Sequence
from enum import Enum
from itertools import chain, repeat
from typing import NamedTuple, Self

from truth import SAVE, US, Call, Deed, Members, Truth

from reconciler.member import EMAIL_ADDRESS, Attributes
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    CountedAway,
    Denied,
    Lost,
    Refused,
    Reply,
    Request,
    Throttled,
    TooLarge,
    Unreachable,
    Unusable,
    Withdraw,
)

REFUSED = {"bad": "Invalid parameters", "worse": "Invalid birthday"}
"""Members that the panel refuses, by their `custom1`, and why."""


class _Course(NamedTuple):
    """Whether the panel acts on a call, and what the caller is told, if it lives."""

    acts: bool
    answer: Answer


class Mishap(Enum):
    """What goes wrong with one call. Who meets a strict or fussy panel, or a signal, is told the truth."""

    LOST_BEFORE = _Course(acts=False, answer=Lost("reset"))
    LOST_AFTER = _Course(acts=True, answer=Lost("502", retry_after=0.001))
    THROTTLED = _Course(acts=False, answer=Throttled("slow down", retry_after=0.001))
    UNREACHABLE = _Course(acts=False, answer=Unreachable("connection refused"))
    UNUSABLE = _Course(acts=True, answer=Unusable("a login page"))
    MISCOUNTED = _Course(acts=True, answer=Counted(99, 0))
    ALLOWANCE = _Course(acts=False, answer=AllowanceUsedUp("1013"))
    DENIED = _Course(acts=False, answer=Denied("401", "check the key"))
    STRICT = _Course(acts=True, answer=TooLarge("too large today"))
    FUSSY = _Course(acts=True, answer=Refused("not today"))
    SIGNAL = _Course(acts=True, answer=Lost("SIGINT"))
    DEATH_BEFORE = _Course(acts=False, answer=Lost("died before"))
    DEATH_AFTER = _Course(acts=True, answer=Lost("died after"))


_TOLD = frozenset({Mishap.STRICT, Mishap.FUSSY, Mishap.SIGNAL})
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
    """One connection to the panel, in this weather. `updates`: the account updates members who are known."""

    def __init__(self, truth: Truth, weather: Weather, *, updates: bool = False) -> None:
        """Connect to the panel whose truth this is."""
        self._truth = truth
        self._updates = updates
        self._largest = weather.largest
        self._mishaps = chain(weather.mishaps, repeat(None))
        self._turns = chain(weather.turns, repeat(0))

    async def send(self, request: Request) -> Reply:
        """One call."""
        mishap = next(self._mishaps)
        for _ in range(next(self._turns)):
            await asyncio.sleep(0)
        if mishap is Mishap.UNREACHABLE:
            return Reply(mishap.value.answer, sent=False)
        if mishap is Mishap.SIGNAL:
            os.kill(os.getpid(), signal.SIGINT)
        call, answer = self._meet(_asked(request, updates=self._updates), mishap)
        self._truth.note(call)
        if mishap in _DEATHS:
            os.kill(os.getpid(), signal.SIGKILL)
        return Reply(answer, sent=True)

    def _meet(self, asked: Call, mishap: Mishap | None) -> tuple[Call, Answer]:
        """What the panel does, and what the caller is told."""
        if mishap is Mishap.FUSSY:
            return asked._replace(deed=Deed.REFUSED, is_told=True), mishap.value.answer
        largest = 1 if mishap is Mishap.STRICT else self._largest
        if mishap is None or mishap in _TOLD:
            call, answer = self._act(asked, largest)
            return call._replace(
                is_told=True, in_doubt=call.deed == Deed.COUNTED and not _is_clear(call)
            ), answer
        call = self._act(asked, largest)[0] if mishap.value.acts else asked
        answer = mishap.value.answer
        if mishap is Mishap.MISCOUNTED and asked.asks != SAVE:
            answer = CountedAway(99, 0, 0, 1)
        in_doubt = isinstance(answer, Lost | Unusable | Counted | CountedAway)
        return call._replace(in_doubt=in_doubt), answer

    def _act(self, asked: Call, largest: int) -> tuple[Call, Answer]:
        if len(asked.members) > largest:
            return asked._replace(deed=Deed.TOO_LARGE), TooLarge("too large")
        reasons = self._objections(asked)
        if reasons:
            return asked._replace(deed=Deed.REFUSED), Refused(reasons[0])
        return self._save(asked) if asked.asks == SAVE else self._take_away(asked)

    def _objections(self, asked: Call) -> list[str]:
        if asked.asks != SAVE:
            return ["Not while they take part" for _ in self._truth.stubborn & asked.members.keys()]
        return [REFUSED[member["custom1"]] for member in asked.members.values() if is_refused(member)]

    def _save(self, asked: Call) -> tuple[Call, Answer]:
        new = self._truth.absent(asked.members)
        known = tuple(key for key in asked.members if key not in new)
        if self._updates:
            call = asked._replace(deed=Deed.COUNTED, new=new, updated=known)
            return call, Counted(len(asked.members), 0)
        return asked._replace(deed=Deed.COUNTED, new=new), Counted(len(new), len(known))

    def _take_away(self, asked: Call) -> tuple[Call, Answer]:
        blocked = tuple(key for key in asked.members if key in self._truth.blocked)
        others = [key for key in asked.members if key not in blocked]
        gone = self._truth.to_take(others, asked.asks)
        unavailable = len(self._truth.absent(others))
        already = len(others) - len(gone) - unavailable
        counts = CountedAway(len(gone), unavailable, already, len(blocked))
        return asked._replace(deed=Deed.COUNTED, gone=gone, blocked=blocked), counts

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""


def _asked(request: Request, *, updates: bool) -> Call:
    if isinstance(request, Withdraw):
        members: Members = {address.lower(): {EMAIL_ADDRESS: address} for address in request.addresses}
        return Call(US, members, asks=request.by.value)
    members = {member[EMAIL_ADDRESS].lower(): member for member in request.members}
    return Call(US, members, updates=updates)


def _is_clear(call: Call) -> bool:
    """Whether the counts say of each member what was done."""
    return len(call.blocked) in (0, len(call.members))
