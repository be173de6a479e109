"""The error boundary: every way in which a command can end becomes lines for people and an exit code.

A closed pipe (`| head`) is not an error: the rest of the output is dropped, and the exit code stays the
command's own; see `reconciler.cli.terminal`. A traceback never reaches the terminal.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import click

from reconciler import __version__
from reconciler.cli.failures import explained
from reconciler.cli.invocation import COMPLETION_VARIABLE, Invocation
from reconciler.cli.lazy_group import CommandEntry, LazyGroup
from reconciler.cli.terminal import prepare, settle
from reconciler.environment.discovery import PANELS_VARIABLE
from reconciler.errors import EXIT_DONE, DiskFailure
from reconciler.files import display_root, displayed_from
from reconciler.git.process import WITHHELD


def main(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code of the contract's table, and raises nothing."""
    prepare(sys.stdout)
    prepare(sys.stderr)
    if COMPLETION_VARIABLE in os.environ:
        from reconciler.cli.completion import answer_completion  # noqa: PLC0415 - only when you press TAB

        if answer_completion(program, os.environ):
            return EXIT_DONE
    invocation = Invocation.begin(arguments, os.environ)
    try:
        with displayed_from(lambda: display_root(invocation.panels)):
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
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the error boundary
        return _failed(error, invocation)
    return code if isinstance(code, int) else EXIT_DONE


def _failed(error: BaseException, invocation: Invocation) -> int:
    code, problems = explained(error)
    with suppress(DiskFailure):  # where standard error or output is full, there is nowhere left to say it
        invocation.fail(problems)
    return code


# The program's first level: `reconciler [--panels DIR] COMMAND`, and the table of its commands.


_COMMANDS = {
    "init": CommandEntry("reconciler.cli.init", "init", "Write the files of a new repository."),
    "import": CommandEntry(
        "reconciler.cli.import_members",
        "import_members",
        "Turn a spreadsheet or the panel into a member file.",
    ),
    "validate": CommandEntry(
        "reconciler.cli.validate", "validate", "Check declarations, without key or network."
    ),
    "fmt": CommandEntry("reconciler.cli.fmt", "fmt", "Put member files into canonical form."),
    "doctor": CommandEntry("reconciler.cli.doctor", "doctor", "Check what a first apply needs."),
    "plan": CommandEntry("reconciler.cli.plan", "plan", "Show what apply would do, without key or network."),
    "show": CommandEntry("reconciler.cli.show", "show", "Show a saved plan or report, in any format."),
    "apply": CommandEntry("reconciler.cli.apply", "apply", "Apply the plan, and record the outcomes."),
    "drift": CommandEntry("reconciler.cli.drift", "drift", "Compare the panel with the declarations."),
    "status": CommandEntry("reconciler.cli.status", "status", "Show the state of each environment."),
    "environments": CommandEntry(
        "reconciler.cli.environments", "environments", "List the environments, in the order of apply."
    ),
    "why": CommandEntry(
        "reconciler.cli.why",
        "why",
        "Explain one member: entry, record and next action.",
    ),
    "suppress": CommandEntry("reconciler.cli.suppress", "suppress", "Add people to the suppression list."),
    "find": CommandEntry("reconciler.cli.find", "find", "Find every mention of an address."),
    "state": CommandEntry("reconciler.cli.state", "state", "Inspect and correct the lockfile."),
    "merge-lockfile": CommandEntry(
        "reconciler.cli.merge_lockfile", "merge_lockfile", "Merge lockfiles, for git."
    ),
    "ci": CommandEntry("reconciler.cli.ci", "ci", "Post plans and reports where reviewers read them."),
    "sandbox": CommandEntry("reconciler.cli.sandbox", "sandbox", "Run the built-in panel to try things out."),
    "schema": CommandEntry("reconciler.cli.init", "schema", "Print the JSON Schema of a file, for editors."),
    "completion": CommandEntry(
        "reconciler.cli.completion", "completion", "Let your shell complete commands and environments."
    ),
}


@click.group(
    cls=LazyGroup,
    entries=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--panels",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder with a folder for each environment; also accepted after the command. "
    f"Default: {PANELS_VARIABLE}, else panels/ here or in the nearest folder above, up to git's root.",
)
@click.version_option(__version__, prog_name="reconciler", message="%(prog)s %(version)s")
@click.pass_obj
def program(invocation: Invocation, panels: Path | None) -> None:
    """Keep QuestionPro panels equal to the member files in a git repository.

    Example: reconciler plan production

    Example: reconciler apply production
    """
    invocation.asked_panels = panels
    WITHHELD.set(cache(lambda: _secret_variables(invocation.panels)))


def _secret_variables(panels: Path) -> frozenset[str]:
    from reconciler.environment.overview import secret_variables  # noqa: PLC0415 - only before git runs

    return secret_variables(panels)
