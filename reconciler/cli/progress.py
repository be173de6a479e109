"""Progress on standard error: a bar on a terminal, plain lines elsewhere."""

import sys
from typing import Any

import click

from reconciler.apply.tally import Observer
from reconciler.cli.invocation import Invocation
from reconciler.problem import Value
from reconciler.render.visible import visible

_STEPS = 10
_WORTH_SAYING = 1.0  # seconds; a shorter wait is over before it is read


def observer_for(invocation: Invocation) -> Observer:
    """The one that fits: CI's logs are no terminal, whatever they claim."""
    on_terminal = sys.stderr is not None and sys.stderr.isatty() and not invocation.is_ci
    return _Bar(invocation) if on_terminal else _Lines(invocation)


class _Lines:
    """A line for each tenth of the way, and one for each wait that is worth saying."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        self._said = 0

    def progressed(self, settled: int, total: int, calls: int) -> None:
        step = settled * _STEPS // total
        if step > self._said:
            self._said = step
            self._invocation.tell(f"{settled} of {total} members settled, {calls} calls so far\n")

    def waiting(self, seconds: float, reason: str) -> None:
        if seconds >= _WORTH_SAYING:
            self._invocation.tell(f"{_waiting(self._invocation, seconds, reason)}\n")


class _Bar:
    """One bar, drawn anew as members are settled; a wait stands in front of it."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        self._bar: Any = None

    def progressed(self, settled: int, total: int, calls: int) -> None:
        if self._bar is None:
            self._bar = click.progressbar(length=total, file=sys.stderr, show_eta=False, item_show_func=_item)
        self._bar.label = "Pushing"
        self._bar.update(settled - self._bar.pos, f"{calls} calls")
        if settled == total:
            self._bar.render_finish()

    def waiting(self, seconds: float, reason: str) -> None:
        if seconds >= _WORTH_SAYING:
            self._invocation.tell(f"\n{_waiting(self._invocation, seconds, reason)}\n")


def _item(item: Any) -> str | None:
    return item if isinstance(item, str) else None


def _waiting(invocation: Invocation, seconds: float, reason: str) -> str:
    why = invocation.in_words((Value(reason),)) if reason else "no answer"
    return visible(f"Waiting {seconds:.0f} s before the next attempt: {why}")
