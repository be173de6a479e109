"""How long a server may make a run wait, by a clock that the tests set."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

import pytest

from reconciler.apply.calls import LONGEST_WAIT, LONGEST_WAITS, Pace
from reconciler.apply.signals import Stop
from reconciler.environment.model import RateLimit

Passes: TypeAlias = Callable[[float], None]


def by_the_clock(monkeypatch: pytest.MonkeyPatch, test: Callable[[Pace, Passes], None]) -> None:
    """Run a test with a pace, and with something that lets time pass."""

    async def run() -> None:
        now = [1000.0]
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now[0])

        def passes(seconds: float) -> None:
            now[0] += seconds

        test(Pace(RateLimit(), Stop()), passes)
        monkeypatch.undo()

    asyncio.run(run())


def test_a_wait_of_up_to_a_quarter_of_an_hour_is_honoured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def test(pace: Pace, _passes: Passes) -> None:
        assert not pace.hold(LONGEST_WAIT + 0.1)
        assert not pace.hold(1e9)
        assert pace.hold(LONGEST_WAIT)

    by_the_clock(monkeypatch, test)


def test_all_waits_of_a_run_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    def test(pace: Pace, passes: Passes) -> None:
        for _ in range(int(LONGEST_WAITS / 600)):
            assert pace.hold(600)
            passes(600)
        assert not pace.hold(1)
        assert pace.hold(0)

    by_the_clock(monkeypatch, test)


def test_waits_that_several_calls_are_asked_for_at_once_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def test(pace: Pace, passes: Passes) -> None:
        for _ in range(20):
            assert pace.hold(800)
        passes(400)
        assert pace.hold(800)
        passes(800)
        assert pace.hold(600)
        assert not pace.hold(601)

    by_the_clock(monkeypatch, test)
