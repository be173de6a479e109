"""The day, which expiry depends on: in UTC, so that it is the same wherever a plan is made."""

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
from reconciler.plan.model import Day
from reconciler.problems import Message, Problem, plain
from reconciler.render.masking import masks_by_default
from reconciler.render.showing import RenderOptions
from reconciler.render.view import Format, View, view_for

_SOON = timedelta(days=30)


def day_of(today: str | None) -> Day:
    """The day written 2027-01-31, or the present one for None.

    Raises:
        ValueError: this is no date, or none of which anything could be said.
    """
    found = datetime.now(UTC).date() if today is None else date.fromisoformat(today)
    if today not in (None, found.isoformat()):  # 20270131 and 2027-W04-7 are dates too
        raise ValueError(today)
    try:
        soon = found + _SOON
    except OverflowError:
        soon = date.max
    return Day(found.isoformat(), soon.isoformat())


# One run of the program: what holds for all of it, whichever command runs.


DEFAULT_PANELS = Path("panels")
COMPLETION_VARIABLE = "_RECONCILER_COMPLETE"
"""What the script of `reconciler completion` sets when the user presses TAB (click's *shell completion*)."""


@dataclass
class Invocation:
    """What a command finds at `click.get_current_context().obj`.

    `format` and `masked` are known before the flags are judged, so that even a wrong flag is reported as
    asked for. `environment` is the one that the command is about, once it is known.
    `today` is what --today says, None where the present day counts.
    `could_not_tell` is set where progress could not be written, which ends no run but is no success either.
    """

    format: Format = Format.TEXT
    masked: bool = False
    panels: Path = DEFAULT_PANELS
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    environment: str | None = None
    today: str | None = None
    could_not_tell: bool = False

    @classmethod
    def begin(cls, arguments: Sequence[str], environ: Mapping[str, str]) -> "Invocation":
        """What the raw command line says of how to speak; all else is for the commands to read."""
        asked = _asked_format(arguments)
        # Annotations are made for others to read, wherever they are made.
        is_masked = asked is Format.GITHUB or masks_by_default(environ)
        return cls(format=asked, masked=_asked_masking(arguments, default=is_masked), environ=environ)

    def view(self, **wishes: Any) -> View:
        """The view for standard output; `wishes` are fields of `RenderOptions`."""
        return view_for(self.format, self._showing(sys.stdout, **wishes))

    def words(self) -> View:
        """The view for standard error: text, whatever the format of the result."""
        return view_for(Format.TEXT, self._showing(sys.stderr))

    def in_words(self, words: Message) -> str:
        """Words for a line of one's own, masked where that is asked for. As data: yet to be made visible."""
        return plain(self._showing(sys.stderr).words(words))

    @property
    def is_ci(self) -> bool:
        """Whether this runs where nobody watches, and many may read the log later."""
        return masks_by_default(self.environ)

    @cached_property
    def day(self) -> Day:
        """The day for which this command plans: one and the same from its beginning to its end."""
        return day_of(self.today)

    def show(self, text: str) -> None:
        """Print a result."""
        write(sys.stdout, text, as_utf8=self.format is Format.JSON)

    def tell(self, text: str) -> None:
        """Print progress, a warning or an error: whole lines of our own, or made visible before."""
        write(sys.stderr, text)

    def tell_problems(self, problems: Sequence[Problem]) -> None:
        """Say problems in words, whatever the format of the result."""
        self.tell(self.words().problems(problems, self.environment))

    def fail(self, problems: Sequence[Problem]) -> None:
        """Say why the command could not do its work; print it too where a program or a comment waits."""
        self.tell_problems(problems)
        if self.format is not Format.TEXT:
            self.show(self.view().problems(problems, self.environment))

    def command_line(self, *words: str) -> str:
        """A command that a user can type here, such as `reconciler --panels elsewhere apply production`."""
        panels = () if self.panels == DEFAULT_PANELS else ("--panels", str(self.panels))
        return shlex.join(("reconciler", *panels, *words))

    def _showing(self, stream: TextIO, **wishes: Any) -> RenderOptions:
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
