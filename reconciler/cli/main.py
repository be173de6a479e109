"""The border: every way in which a command can end becomes lines for people and an exit code.

A closed pipe (`| head`) is no error: what was to be printed is dropped, and the command's own exit code
stands; see `reconciler.cli.terminal`. A traceback never reaches the terminal.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import click

from reconciler import __version__
from reconciler.cli.invocation import DEFAULT_PANELS, Invocation
from reconciler.cli.lazy_group import CommandEntry, LazyGroup
from reconciler.cli.terminal import prepare, settle
from reconciler.errors import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_INVALID,
    EXIT_USAGE,
    DiskFailure,
    ReconcilerError,
)
from reconciler.files import display_path
from reconciler.problems import Location, Problem, nearest

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


# The program's first level: `reconciler [--panels DIR] COMMAND`, and the table of its commands.


_COMMANDS = {
    "validate": CommandEntry(
        "reconciler.cli.validate", "validate", "Check declarations, without key or network."
    ),
    "fmt": CommandEntry("reconciler.cli.fmt", "fmt", "Put member files into canonical form."),
    "plan": CommandEntry("reconciler.cli.plan", "plan", "Show what apply would do, without key or network."),
    "apply": CommandEntry("reconciler.cli.apply", "apply", "Carry out the plan, and record the outcomes."),
    "environments": CommandEntry(
        "reconciler.cli.environments", "environments", "List the environments, in the order of apply."
    ),
    "why": CommandEntry(
        "reconciler.cli.why", "why", "Tell of one person: declared where, known how, applied why."
    ),
    "suppress": CommandEntry(
        "reconciler.cli.suppress", "suppress", "See to it that somebody is never added again."
    ),
    "find": CommandEntry("reconciler.cli.find", "find", "Find every place where somebody stands."),
    "state": CommandEntry("reconciler.cli.state", "state", "Look at the lockfile, and mend it."),
    "merge-lockfile": CommandEntry(
        "reconciler.cli.merge_lockfile", "merge_lockfile", "Merge lockfiles, for git."
    ),
    "github": CommandEntry(
        "reconciler.cli.github", "github", "Post plans and reports where reviewers read them."
    ),
    "sandbox": CommandEntry("reconciler.cli.sandbox", "sandbox", "Run the built-in panel to try things out."),
}


@click.group(
    cls=LazyGroup,
    entries=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--panels",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_PANELS,
    show_default=True,
    metavar="DIR",
    help="The folder that holds a folder for each environment.",
)
@click.version_option(__version__, prog_name="reconciler", message="%(prog)s %(version)s")
@click.pass_obj
def program(invocation: Invocation, panels: Path) -> None:
    """Keep QuestionPro panels equal to the member files in a git repository.

    Example: reconciler plan production

    Example: reconciler apply production
    """
    invocation.panels = panels


# A wrong command line, in click's words, with the name that was most likely meant.


def usage_problem(error: click.ClickException) -> Problem:
    """What is wrong, and where help stands."""
    hints = [_suggestion(error), _help(error)]
    return Problem((error.format_message(),), (" ".join(filter(None, hints)),))


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


# What nobody foresaw: one line that is fit to be reported, and the rest in a file that is not shown.


_PACKAGE = "reconciler"


def crash_problem(error: BaseException) -> Problem:
    """The problem that stands for an unforeseen error; its traceback is kept in a file.

    The line names the kind of error and the place in our source. It holds no word of the error itself,
    which may quote a member's data.
    """
    where = _position(error.__traceback__)
    return Problem(
        (f"Reconciler failed in a way that it does not foresee: {type(error).__name__} at {where}.",),
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
    try:
        descriptor, name = tempfile.mkstemp(prefix="reconciler-", suffix=".traceback")  # mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(traceback.format_exception(error))
    except OSError as failure:
        return f"Its traceback could not be kept: {failure.strerror}."
    return f"The traceback is in {Path(name)}; it may quote members' data, so read it before you pass it on."
