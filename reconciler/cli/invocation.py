"""One run of the program: what holds for all of it, whichever command runs."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

from reconciler.cli.terminal import paint_for, write
from reconciler.environment.discovery import DEFAULT_PANELS, find_panels
from reconciler.output.document import Document, Span
from reconciler.output.documents.problems import problems_document, problems_screen
from reconciler.output.masking import masks_by_default
from reconciler.output.render import FORMATS_OF_CI, Format, RenderOptions, Screen, render
from reconciler.output.text import text, text_line
from reconciler.plan.model import Day
from reconciler.problems import Problem

_SOON = timedelta(days=30)


def day_of(today: str | None) -> Day:
    """The day written 2027-01-31; for None the present one, in UTC, so that it is the same everywhere.

    Raises:
        ValueError: this is no date.
    """
    found = datetime.now(UTC).date() if today is None else date.fromisoformat(today)
    if today not in (None, found.isoformat()):  # 20270131 and 2027-W04-7 are dates too
        raise ValueError(today)
    soon = min(_SOON, date.max - found)
    return Day(found.isoformat(), (found + soon).isoformat())


COMPLETION_VARIABLE = "_RECONCILER_COMPLETE"
"""What the script of `reconciler completion` sets when the user presses TAB (click's *shell completion*)."""


@dataclass
class Invocation:
    """What a command finds at `click.get_current_context().obj`.

    `format` and `masked` are known before the flags are judged, so that even a wrong flag is reported as
    asked for. `asked_panels` is what --panels says. `environment` is the one that the command is about, once
    it is known. `today` is what --today says, None where the present day counts.
    `could_not_tell` is set where progress could not be written, which ends no run but is no success either.
    """

    format: Format = Format.TEXT
    masked: bool = False
    asked_panels: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    environment: str | None = None
    today: str | None = None
    could_not_tell: bool = False

    @classmethod
    def begin(cls, arguments: Sequence[str], environ: Mapping[str, str]) -> "Invocation":
        """What the raw command line says of how to speak; all else is for the commands to read."""
        asked = _asked_format(arguments)
        is_masked = asked in FORMATS_OF_CI or masks_by_default(environ)
        return cls(format=asked, masked=_asked_masking(arguments, default=is_masked), environ=environ)

    @cached_property
    def panels(self) -> Path:
        """The folder that holds a folder for each environment."""
        return find_panels(self.asked_panels, self.environ)

    @property
    def is_ci(self) -> bool:
        """Whether this runs where nobody watches, and many may read the log later."""
        return masks_by_default(self.environ)

    @property
    def request(self) -> str:
        """What a pull request is called where this runs."""
        from reconciler.ci import request_on  # noqa: PLC0415 - most commands don't say it

        return request_on(self.environ)

    @cached_property
    def day(self) -> Day:
        """The day for which this command plans: one and the same from its beginning to its end."""
        return day_of(self.today)

    def show(self, screen: Screen, **wishes: Any) -> None:
        """Print a result in the format that was asked for; `wishes` are fields of `RenderOptions`."""
        self.print_out(render(screen, self.format, self._options(sys.stdout, **wishes)))

    def say(self, *spans: Span) -> None:
        """Print a line of a result."""
        self.print_out(f"{text_line(spans, self._options(sys.stdout))}\n")

    def print_out(self, text: str) -> None:
        """Print what is rendered already."""
        write(sys.stdout, text, as_utf8=self.format is Format.JSON)

    def tell(self, *spans: Span) -> None:
        """Print a line of progress, or a remark, on standard error."""
        write(sys.stderr, f"{self.line(*spans)}\n")

    def tell_document(self, document: Document) -> None:
        """Print a document as text on standard error, with every format of the result."""
        write(sys.stderr, text(document, self._options(sys.stderr), tells_problems=True))

    def tell_problems(self, problems: Sequence[Problem]) -> None:
        """Print problems, if there are any, on standard error, with every format of the result."""
        if problems:
            self.tell_document(problems_document(problems))

    def fail(self, problems: Sequence[Problem]) -> None:
        """Say why the command could not do its work; print it too where a program or a comment waits."""
        self.tell_problems(problems)
        if self.format is not Format.TEXT:
            self.show(problems_screen(problems, self.environment))

    def line(self, *spans: Span) -> str:
        """A line for standard error, such as a question: masked if that is asked for, and harmless."""
        return text_line(spans, self._options(sys.stderr))

    def command_line(self, *words: str) -> str:
        """A command that a user can type here, such as `reconciler --panels elsewhere apply production`."""
        is_found = self.asked_panels in {None, DEFAULT_PANELS}
        panels = () if is_found else ("--panels", str(self.asked_panels))
        return shlex.join(("reconciler", *panels, *words))

    def _options(self, stream: TextIO, **wishes: Any) -> RenderOptions:
        return RenderOptions(masked=self.masked, paint=paint_for(stream, self.environ), **wishes)


def _asked_format(arguments: Sequence[str]) -> Format:
    asked = Format.TEXT
    for argument, following in zip(arguments, (*arguments[1:], ""), strict=False):
        name, _, value = argument.partition("=")
        value = following if argument == "--format" else value
        if name == "--format" and value in set(Format):
            asked = Format(value)
    return asked


def _asked_masking(arguments: Sequence[str], *, default: bool) -> bool:
    asked = [argument == "--mask" for argument in arguments if argument in {"--mask", "--no-mask"}]
    return asked[-1] if asked else default
