"""Progress on standard error: a bar on a terminal, plain lines elsewhere."""

import sys
from typing import Any

import click

from reconciler.apply.ending import said
from reconciler.apply.tally import Observer
from reconciler.cli.call_log import CallLog
from reconciler.cli.invocation import Invocation
from reconciler.errors import DiskFailure
from reconciler.panel import Reply
from reconciler.render.counted import counted
from reconciler.render.visible import visible

_STEPS = 10
_WORTH_SAYING = 1.0  # seconds; a shorter wait is over before it is read


def observer_for(invocation: Invocation, log: CallLog | None = None) -> Observer:
    """The one that fits: CI's logs are no terminal, whatever they claim. Calls are logged where asked for."""
    on_terminal = sys.stderr is not None and sys.stderr.isatty() and not invocation.is_ci
    return _Bar(invocation, log) if on_terminal else _Lines(invocation, log)


class _Lines:
    """A line for each tenth of the way, and one for each wait that is worth saying."""

    def __init__(self, invocation: Invocation, log: CallLog | None) -> None:
        self._invocation = invocation
        self._log = log
        self._said = 0

    def progressed(self, settled: int, total: int, calls: int) -> None:
        step = settled * _STEPS // total
        if step > self._said:
            self._said = step
            self._say(f"{settled} of {counted(total, 'member')} settled, {counted(calls, 'call')} so far")

    def called(self, at: str, members: int, reply: Reply) -> None:
        if self._log is None:
            return
        try:
            self._log.called(at, members, reply)
        except DiskFailure as error:  # no reason to lose what the call proved
            self._log = None
            self._invocation.could_not_tell = True
            self._invocation.tell_problems(error.problems)

    def waiting(self, seconds: float, reason: str) -> None:
        if seconds >= _WORTH_SAYING:
            why = self._invocation.in_words(said(reason or "no answer"))
            self._say(visible(f"Waiting {seconds:.0f} s before the next attempt: {why}"))

    def _say(self, line: str) -> None:
        try:
            self._invocation.tell(f"{line}\n")
        except DiskFailure:  # no reason to end the run; its exit code will say it
            self._invocation.could_not_tell = True


class _Bar(_Lines):
    """One bar, drawn anew as members are settled; a wait stands below it."""

    def __init__(self, invocation: Invocation, log: CallLog | None) -> None:
        super().__init__(invocation, log)
        self._bar: Any = None

    def progressed(self, settled: int, total: int, calls: int) -> None:
        if self._bar is None:
            self._bar = click.progressbar(
                length=total, label="Pushing", file=sys.stderr, show_eta=False, item_show_func=_item
            )
        self._bar.update(settled - self._bar.pos, counted(calls, "call"))
        if settled == total:
            self._bar.render_finish()

    def _say(self, line: str) -> None:
        super()._say(f"\n{line}" if self._bar is not None and not self._bar.finished else line)


def _item(item: Any) -> str | None:
    return item if isinstance(item, str) else None
