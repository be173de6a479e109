"""Reading the panel: paced, repeated where that may help, and never with more calls than allowed."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from reconciler.apply.calls import Pace, retrying
from reconciler.apply.signals import Cause, Signals, Stop
from reconciler.apply.stop_messages import said, said_in
from reconciler.environment.model import Api
from reconciler.problems import Message, Problem, counted
from reconciler.questionpro.panel import (
    PAGE_SIZE,
    AllowanceUsedUp,
    Answer,
    Denied,
    Lost,
    Page,
    PanelReader,
    ReadPage,
    Refused,
    Throttled,
    TooLarge,
    Unusable,
)
from reconciler.readback.model import PanelRead
from reconciler.readback.steps import MOST_MISSING, Seen, Steps, all_pages, look_up, unproven

Connect: TypeAlias = Callable[[], AbstractAsyncContextManager[PanelReader]]

_Found = TypeVar("_Found")
_SPARE_CALLS = 10
_CHECK_ADDRESS = (
    "Check datacenter or base_url in environment.yaml, and whether a proxy or a login page answers in the "
    "API's place."
)
_CHECK_PANEL = "Check that the address and the key are those of the panel that apply fills."


def least_calls(members: int) -> int:
    """How many calls it takes at least to read a panel that holds so many members."""
    return math.ceil(members / PAGE_SIZE) + 1


def usual_limit(members: int) -> int:
    """How many calls a read may spend if nobody says: pages twice, and some look-ups."""
    return 2 * least_calls(members) + _SPARE_CALLS


class ReadObserver(Protocol):
    """What is shown while a panel is read."""

    def read(self, members: int, calls: int) -> None:
        """So many members were seen after so many calls."""

    def reads_again(self, missing: int) -> None:
        """So many are on no page that the pages are read once more."""

    def waiting(self, seconds: float, reason: str) -> None:
        """A call failed for this reason, and the next is made after so many seconds."""


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """What a read is about.

    `expected` gives the address of each member who should be there, by identity; those on no page are looked
    up. `known` are the members that are added or existing in the lockfile: a read that sees none of them says
    nothing, since it is unknown whether the call lists the panel that *save* fills; None if any
    member will do. `most_calls` bounds all calls. `may_look_up` is asked before members are looked up, with
    their number.
    """

    expected: Mapping[str, str]
    known: Collection[str] | None
    most_calls: int
    may_look_up: Callable[[int], bool]


class _Ended(Exception):
    """The read ends here; `hint` is what to check before it is read again; `is_denied` if the API refused."""

    def __init__(self, reason: Message, hint: str = "", *, is_denied: bool = False) -> None:
        super().__init__()
        self.reason = reason
        self.hint = hint
        self.denial = Problem(reason, (hint,)) if is_denied else None


def read_panel(connect: Connect, api: Api, plan: ReadPlan, observer: ReadObserver) -> PanelRead:
    """Read the panel; returns what was seen, however it ended. Never raises for the network or a signal."""
    # One runner for both phases, so that the rate limit holds over the question between them.
    with asyncio.Runner() as runner:
        reading = _Reading(connect, api, plan, observer)
        try:
            reading.run(runner, reading.read_pages)
            if reading.missing():
                reading.check_look_ups()
                reading.run(runner, reading.look_up_missing)
        except _Ended as end:
            return reading.result(end.reason, end.denial, end.hint)
    return reading.result(reading.doubts())


class _Reading:
    """One read under way. The rate limit counts from the first call to the last."""

    def __init__(self, connect: Connect, api: Api, plan: ReadPlan, observer: ReadObserver) -> None:
        self._connect = connect
        self._api = api
        self._plan = plan
        self._observer = observer
        self._stop = Stop()
        self._pace = Pace(api.rate_limit, self._stop)
        self._seen = Seen()
        self._not_found: set[str] = set()
        self._undecided = 0
        self._calls = 0
        self._pages = 0
        self._is_whole = False

    def run(self, runner: asyncio.Runner, phase: Callable[[PanelReader], Awaitable[None]]) -> None:
        """Run one phase, which a signal ends; afterwards signals are as they were."""

        async def heard(signals: Signals) -> None:
            with signals.heard_by(self._stop):
                async with self._connect() as panel:
                    await phase(panel)

        with Signals() as signals:
            runner.run(heard(signals))

    def missing(self) -> list[str]:
        """Those expected who were not seen, in order."""
        return sorted(self._plan.expected.keys() - self._seen.members.keys())

    def result(self, reason: Message, denial: Problem | None = None, hint: str = "") -> PanelRead:
        """What was read so far."""
        return PanelRead(
            self._seen.members,
            self._calls,
            frozenset(self._not_found - self._seen.members.keys()),
            reason,
            tuple(self._seen.unusable),
            denial=denial if self._pages == 0 else None,
            is_interrupted=self._stop.cause is Cause.SIGNAL,
            is_whole=self._is_whole,
            hint=hint,
        )

    def doubts(self) -> Message:
        """Why a read that came to its end is not complete all the same."""
        doubts = []
        if twice := len(self._seen.contradicted):
            people = counted(twice, "member")
            doubts.append(f"{people} came twice with different fields: the panel changed while it was read")
        if self._undecided:
            people = counted(self._undecided, "member")
            doubts.append(f"the look-ups of {people} brought a full page of others")
        return ("; ".join(doubts),) if doubts else ()

    async def read_pages(self, panel: PanelReader) -> None:
        """Read all pages, and once more if too many members are on none of them."""
        await self._pass_over(panel)
        if doubt := unproven(self._seen, self._plan.known, "on any page", "this call lists"):
            raise _Ended(doubt, _CHECK_PANEL)
        self._is_whole = True
        if len(self.missing()) > MOST_MISSING:
            self._observer.reads_again(len(self.missing()))
            await self._pass_over(panel)

    def check_look_ups(self) -> None:
        """Ask whether to spend the calls."""
        number = len(self.missing())
        people, left = counted(number, "member"), self._plan.most_calls - self._calls
        if number > left:
            calls = counted(left, "call")
            raise _Ended((f"{people} were on no page, and --max-calls leaves {calls} to look them up",))
        if not self._plan.may_look_up(number):
            raise _Ended((f"{people} were on no page and have not been looked up",))

    async def look_up_missing(self, panel: PanelReader) -> None:
        """Look up each member who was on no page."""
        for key in self.missing():
            found = await self._follow(panel, look_up(self._seen, key, self._plan.expected[key]))
            if found is None:
                self._undecided += 1
            elif not found:
                self._not_found.add(key)

    async def _pass_over(self, panel: PanelReader) -> None:
        reason = await self._follow(panel, all_pages(self._seen))
        if reason:
            raise _Ended(reason)

    async def _follow(self, panel: PanelReader, steps: Steps[_Found]) -> _Found:
        """Ask what the steps ask for, until they have found what they look for."""
        try:
            request = next(steps)
            while True:
                page = await self._page(panel, request)
                self._pages += 1
                self._observer.read(len(self._seen.members), self._calls)
                request = steps.send(page)
        except StopIteration as end:
            found: _Found = end.value
            return found

    async def _page(self, panel: PanelReader, request: ReadPage) -> Page:
        repeat = retrying(self._api.retry, self._stop, self._observer.waiting)
        answer: Answer | None = await repeat(self._attempt, panel, request)
        match answer:
            case Page():
                return answer
            case Denied():
                raise _Ended(said(answer.reason), answer.remedy, is_denied=True)
            case None:
                raise _Ended(*self._why_stopped())
            case Refused() | TooLarge() | Unusable():
                raise _Ended(said_in(answer), _CHECK_ADDRESS)
            case AllowanceUsedUp():
                raise _Ended(said_in(answer), "Run it again once the licence has calls again.")
            case _:
                raise _Ended(said_in(answer))

    async def _attempt(self, panel: PanelReader, request: ReadPage) -> Answer | None:
        if not await self._pace.turn():
            return None
        if self._calls >= self._plan.most_calls:
            self._pace.ended(counts=False)
            self._stop.throw(Cause.MOST_CALLS)
            return None
        self._calls += 1
        call = asyncio.ensure_future(panel.read(request))
        await self._stop.wait_or(call)
        if not call.done():
            call.cancel()  # a signal: nothing is lost with the answer
            self._pace.ended(counts=True)
            return None
        reply = call.result()
        self._pace.ended(counts=reply.sent)
        self._calls -= not reply.sent
        self._heed(reply.answer)
        return reply.answer

    def _heed(self, answer: Answer) -> None:
        wait = answer.retry_after if isinstance(answer, Throttled | Lost) else None
        if wait is not None and not self._pace.hold(wait):
            reason = f"the server asks to wait {wait:.0f} s, longer than a read waits"
            self._stop.throw(Cause.LONG_WAIT, Problem((reason,)))

    def _why_stopped(self) -> tuple[Message, str]:
        match self._stop.cause:
            case Cause.MOST_CALLS:
                calls = counted(self._plan.most_calls, "call")
                return (f"it ended at the {calls} that --max-calls allows",), "Give a higher --max-calls."
            case Cause.LONG_WAIT if self._stop.problem is not None:
                return self._stop.problem.message, ""
        return ("it was interrupted",), ""
