"""The border: every way in which a command can end becomes lines for people and an exit code.

A closed pipe (`| head`) is no error: what was to be printed is dropped, and the command's own exit code
stands; see `reconciler.cli.output`. A traceback never reaches the terminal.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.output import prepare, settle
from reconciler.cli.program import program
from reconciler.cli.usage import usage_problem
from reconciler.errors import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_INVALID,
    EXIT_USAGE,
    DiskFailure,
    ReconcilerError,
)
from reconciler.files import display_path
from reconciler.problems import Location, Problem

_INTERRUPTED = Problem(("Interrupted before anything began.",))


def main(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code of the contract's table, and raises nothing."""
    prepare(sys.stdout)
    prepare(sys.stderr)
    invocation = Invocation.begin(arguments, os.environ)
    try:
        return _run(arguments, invocation)
    finally:
        settle(sys.stdout)
        settle(sys.stderr)


def _run(arguments: Sequence[str], invocation: Invocation) -> int:
    try:
        with program.make_context("reconciler", list(arguments), obj=invocation) as context:
            code = program.invoke(context)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except BrokenPipeError:
        return EXIT_DONE  # only click's own printing, of help and of the version, ends here
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the border: nobody else would say it in words
        return _failed(error, invocation)
    return code if isinstance(code, int) else EXIT_DONE


def _failed(error: BaseException, invocation: Invocation) -> int:
    code, problems = _explained(error)
    with suppress(DiskFailure):  # where standard error or output is full, there is nowhere left to say it
        invocation.fail(problems)
    return code


def _explained(error: BaseException) -> tuple[int, Sequence[Problem]]:
    """The exit code, and the words, for whatever ended a command."""
    match error:
        case ReconcilerError():
            return error.exit_code, error.problems
        case click.Abort() | KeyboardInterrupt():
            return EXIT_INTERRUPTED, (_INTERRUPTED,)
        case click.ClickException():
            return EXIT_USAGE, (usage_problem(error),)
        case OSError():
            return EXIT_INVALID, (_machine_problem(error),)
        case _:
            from reconciler.cli.crash import crash_problem  # noqa: PLC0415 - hardly ever used

            return EXIT_INVALID, (crash_problem(error),)


def _machine_problem(error: OSError) -> Problem:
    place = (
        Location(display_path(Path(os.fsdecode(error.filename))))
        if isinstance(error.filename, str | bytes)
        else None
    )
    return Problem(
        (f"The machine refused: {error.strerror or type(error).__name__}.",),
        ("Mend that (room on the disk? permissions?) and run the command again.",),
        place,
    )
