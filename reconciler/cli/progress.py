"""`--log FILE`: one JSON object a call, without key or personal data, so that it can be passed on."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TextIO

import click

from reconciler.apply.stats import Observer
from reconciler.apply.stop_messages import said
from reconciler.cli.invocation import Invocation
from reconciler.errors import DiskFailure
from reconciler.files import disk_failure, open_for_appending
from reconciler.output.document import Span
from reconciler.problems import counted
from reconciler.questionpro.panel import Counted, CountedAway, Reply


class CallLog:
    """Appends to a file; each line is written at once, so that it outlives the process."""

    def __init__(self, file: TextIO, path: Path) -> None:
        """Use `CallLog.opened`."""
        self._file = file
        self._path = path

    @classmethod
    def opened(cls, path: Path) -> "CallLog":
        """The log at `path`; a new one has mode 0600, since it shows when how many people were sent.

        Raises:
            DiskFailure: it can't be opened for writing.
        """
        try:
            descriptor = open_for_appending(path)
            return cls(os.fdopen(descriptor, "a", encoding="utf-8", buffering=1), path)
        except OSError as error:
            raise disk_failure("written", path, error) from error

    def __enter__(self) -> Self:
        """It is open since it was made."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the file; that a line could not be written was said when it was."""
        with suppress(OSError):
            self._file.close()

    def called(self, at: str, members: int, reply: Reply) -> None:
        """One call: when it began, for how many members, and its result.

        Raises:
            DiskFailure: the line could not be written.
        """
        try:
            self._file.write(json.dumps(_line(at, members, reply)) + "\n")
        except OSError as error:
            raise disk_failure("written", self._path, error) from error


def _line(at: str, members: int, reply: Reply) -> dict[str, Any]:
    saved = reply.answer if isinstance(reply.answer, Counted) else None
    removed = {}
    if isinstance(reply.answer, CountedAway):
        away = reply.answer
        removed = {"removed": away.done, "absent": away.absent, "blocked": away.blocked}
    return {
        "time": at,
        "members": members,
        "answer": type(reply.answer).__name__,
        "status": reply.status,
        "added": saved.added if saved else None,
        "failed": saved.failed if saved else None,
        **removed,
        "request_id": reply.request_id,
        "sent": reply.sent,
        "seconds": round(reply.duration, 3),
    }


# Progress on standard error: a bar on a terminal, plain lines elsewhere.


_STEPS = 10
_WORTH_SAYING = 1.0  # seconds; a shorter wait is over before it is read


def observer_for(invocation: Invocation, log: CallLog | None = None) -> Observer:
    """The one that fits: CI logs are no terminal, even if they claim to be. Calls are logged if asked for."""
    return _Bar(invocation, log) if _is_watched(invocation) else _Lines(invocation, log)


def _is_watched(invocation: Invocation) -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and not invocation.is_ci


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
            self.say(f"{settled} of {counted(total, 'member')} settled, {counted(calls, 'call')} so far")

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
            self.say(f"Waiting {seconds:.0f} s before the next attempt: ", *said(reason or "no answer"))

    def say(self, *spans: Span) -> None:
        try:
            self._invocation.tell(*spans)
        except DiskFailure:  # no reason to end the run; its exit code will say it
            self._invocation.could_not_tell = True


class _Bar(_Lines):
    """One bar, redrawn as members are settled, with waits below it."""

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

    def say(self, *spans: Span) -> None:
        if self._bar is not None and not self._bar.finished:
            super().say("")  # ends the line of the bar
        super().say(*spans)


def _item(item: Any) -> str | None:
    return item if isinstance(item, str) else None


class ReadProgress:
    """A line for each fifty pages that were read, and one for each wait that is worth saying."""

    _CALLS = 50

    def __init__(self, invocation: Invocation) -> None:
        """Print it on standard error."""
        self._lines = _Lines(invocation, None)

    def read(self, members: int, calls: int) -> None:
        """So many members were seen after so many calls."""
        if calls % self._CALLS == 0:
            self._lines.say(f"{counted(members, 'member')} read, {counted(calls, 'call')} so far")

    def reads_again(self, missing: int) -> None:
        """So many are on no page that the pages are read once more."""
        self._lines.say(f"{counted(missing, 'member')} on no page: reading the pages once more")

    def waiting(self, seconds: float, reason: str) -> None:
        """A call failed for this reason, and the next is made after so many seconds."""
        self._lines.waiting(seconds, reason)


_LARGE = 1_000_000  # bytes; a smaller file is imported in a second or two


class ImportProgress:
    """A bar for each step of importing a large file, on a terminal only."""

    def __init__(self, invocation: Invocation, source: Path) -> None:
        """Nothing is shown yet, and nothing at all for a file that is small or missing."""
        is_large = source.is_file() and source.stat().st_size >= _LARGE
        self._is_shown = is_large and _is_watched(invocation)
        self._step = ""
        self._bar: Any = None

    def show(self, step: str, done: int, total: int) -> None:
        """So much of a step is done."""
        if not self._is_shown:
            return
        if step != self._step:
            self._finish()
            self._step = step
            self._bar = click.progressbar(length=total, label=step, file=sys.stderr)
        self._bar.update(done - self._bar.pos)

    def _finish(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()

    def __enter__(self) -> Self:
        """It has been ready since it was made."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End the line of the bar, so that what is printed next has its own."""
        self._finish()
