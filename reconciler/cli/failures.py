"""Every error that can end a command, as an exit code and problems."""

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import click

from reconciler.errors import EXIT_INTERRUPTED, EXIT_INVALID, EXIT_USAGE, ReconcilerError
from reconciler.files import display_path, reason, remedy
from reconciler.problems import Location, Problem, nearest

_PACKAGE = "reconciler"
INTERRUPTED = Problem(("Interrupted before anything began.",))


def explained(error: BaseException) -> tuple[int, Sequence[Problem]]:
    """The exit code, and the problems, for an error that a command did not deal with."""
    match error:
        case ReconcilerError():
            return error.exit_code, error.problems
        case click.Abort() | KeyboardInterrupt():
            return EXIT_INTERRUPTED, (INTERRUPTED,)
        case click.ClickException():
            return EXIT_USAGE, (_usage_problem(error),)
        case OSError():
            return EXIT_INVALID, (_io_problem(error),)
        case _:
            return EXIT_INVALID, (crash_problem(error),)


def _io_problem(error: OSError) -> Problem:
    if error.filename is None and _is_lost():
        return Problem(
            ("The working directory no longer exists: it was deleted or moved.",),
            ("Change to a folder that exists, then run the command again.",),
        )
    named = isinstance(error.filename, str | bytes)
    location = Location(display_path(Path(os.fsdecode(error.filename)))) if named else None
    return Problem((f"I/O error: {reason(error)}.",), (remedy(error),), location)


def _is_lost() -> bool:
    """Whether the folder that this process works in is gone."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def _usage_problem(error: click.ClickException) -> Problem:
    """What is wrong, and which command shows help."""
    hints = [_suggestion(error), _help(error)]
    message = " ".join(error.format_message().split())  # click lists choices on lines of their own
    return Problem((message,), (" ".join(filter(None, hints)),))


def _suggestion(error: click.ClickException) -> str:
    if not (isinstance(error, click.BadParameter) and error.param is not None and error.ctx is not None):
        return ""
    if not isinstance(error.param.type, click.Choice):
        return ""
    choices = [str(choice) for choice in error.param.type.choices]
    given = error.message.partition("'")[2].partition("'")[0]
    meant = nearest(given, choices)
    return f"Did you mean {meant}?" if meant else ""


def _help(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "reconciler"
    return f"`{path} --help` shows how it is used."


def crash_problem(error: BaseException) -> Problem:
    """The problem for an unexpected error; its traceback is kept in a file.

    The line names the kind of error and the place in our source. It holds no word of the error itself,
    which may quote a member's data.
    """
    where = _position(error.__traceback__)
    return Problem(
        (f"Internal error. This is a bug in Reconciler: {type(error).__name__} at {where}.",),
        (f"Please report this line. {_keep(error)}",),
    )


def _position(trace: TracebackType | None) -> str:
    """`module:line` of the innermost frame that is ours."""
    found = "an unknown place"
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.partition(".")[0] == _PACKAGE:
            found = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _keep(error: BaseException) -> str:
    import tempfile  # noqa: PLC0415 - hardly ever used
    import traceback  # noqa: PLC0415 - the same

    try:
        descriptor, name = tempfile.mkstemp(prefix="reconciler-", suffix=".traceback")  # mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(traceback.format_exception(error))
    except OSError as failure:
        return f"Its traceback could not be kept: {failure.strerror}."
    return f"The traceback is in {Path(name)}; it may quote members' data, so read it before you pass it on."
