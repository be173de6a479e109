"""Where text goes, in which colours, and what happens when nobody reads it.

A pipe that its reader closed (`| head`) is no failure: the rest is dropped, the command goes on to its end,
and its own exit code is kept.
"""

import io
import os
import sys
from collections.abc import Callable, Mapping
from typing import TextIO

from reconciler.errors import DiskFailure, Interrupted, Refusal
from reconciler.interruption import interruptible
from reconciler.output.render import Paint, unpainted
from reconciler.problems import Problem


def prepare(stream: TextIO | None) -> None:
    """Let the stream take any text: what its encoding can't hold is written as escapes."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def write(stream: TextIO | None, text: str, *, as_utf8: bool = False) -> None:
    """Write whole lines and flush them; None is a stream that was closed before the program began.

    `as_utf8` is for JSON, which is UTF-8 on every terminal.

    Raises:
        DiskFailure: the disk or device behind the stream is full or gone.
    """
    if stream is None:
        return
    try:
        if as_utf8 and isinstance(stream, io.TextIOWrapper):
            stream.flush()
            stream.buffer.write(text.encode())
        else:
            stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _discard(stream)
    except OSError as error:
        # What was not written stays buffered: it may go out with the next line, once there is room.
        raise DiskFailure(
            Problem((f"What was to be printed could not be written: {error.strerror}.",))
        ) from error


def settle(stream: TextIO | None) -> None:
    """Flush at the program's end; what can't be written by then is dropped."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        _discard(stream)


def paint_for(stream: TextIO | None, environ: Mapping[str, str]) -> Paint:
    """Colours on a terminal that knows them, unless `NO_COLOR` is set (no-color.org)."""
    if stream is None or not stream.isatty() or environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return unpainted
    return _paint


def _paint(text: str, colour: str) -> str:
    import click  # noqa: PLC0415 - loaded already wherever there is something to paint

    return click.style(text, fg=colour)


def _discard(stream: TextIO) -> None:
    """Send what is still buffered, and all that follows, nowhere: else the interpreter fails at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


# Asking a person before something is done.


_WITHOUT_TERMINAL = Problem(
    ("There is no --yes, and no terminal to ask on.",),
    ("Add --yes if it is meant.",),
)


def confirm(question: str, *, yes: bool = False, without_terminal: Problem = _WITHOUT_TERMINAL) -> None:
    """Go on only with `yes`, or if the user at the terminal agrees.

    Args:
        question: one line, made visible already; it is asked on standard error.
        yes: whether `--yes` was given.
        without_terminal: what is wrong where there is nobody to ask.

    Raises:
        Refusal: there is nobody to ask, or the answer is anything but yes.
        Interrupted: ^C instead of an answer.
    """
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refusal(without_terminal)
    if _answer(question, sys.stdin.readline).strip().lower() not in {"y", "yes"}:
        raise Refusal(Problem(("The question was not answered with yes, so nothing was done.",)))


def _answer(question: str, readline: Callable[[], str]) -> str:
    try:
        with interruptible():
            write(sys.stderr, f"{question} [y/N] ")
            answer = readline()
    except KeyboardInterrupt:
        write(sys.stderr, "\n")
        raise Interrupted(Problem(("Interrupted before anything began.",))) from None
    if not answer.endswith("\n"):
        write(sys.stderr, "\n")
    return answer
