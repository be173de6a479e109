"""`reconciler find`: where a person is mentioned. `reconciler why`: what apply would do about a member."""

import os
from pathlib import Path

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, format_option, mask_option, today_option
from reconciler.cli.state import typed_key
from reconciler.declaration import DeclarationReading, try_declaration
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput
from reconciler.explain import explain
from reconciler.files import display_path
from reconciler.find import find_occurrences
from reconciler.lockfile.state import KnownState
from reconciler.output.documents.explain import why_screen
from reconciler.output.documents.find import occurrences_screen
from reconciler.problems import Address, Problem


@click.command
@click.argument("address", metavar="EMAIL")
@click.argument("folders", metavar="[FOLDER]...", nargs=-1, type=click.Path(path_type=Path))
@format_option
@mask_option
@click.pass_obj
def find(invocation: Invocation, address: str, folders: tuple[Path, ...]) -> int:
    """Find every mention of EMAIL in what Reconciler reads and writes, in any spelling.

    Searched are member files, lockfiles, suppression lists, saved plans and reports, refused rows, journals
    and the data of embedded sandboxes, below the working directory or each FOLDER; without FOLDER also below
    --panels. For other text, the result gives the commands of git. The exit code is 0 if all could be
    searched, whether or not anything was found, and 1 if something could not be read.

    Example: reconciler find ada@example.org

    Example: reconciler find ada@example.org ~/exports --format json
    """
    key = typed_key(address)
    found = find_occurrences(key, _folders(invocation, folders), invocation.panels)
    invocation.tell_problems(found.unread)
    invocation.show(occurrences_screen(found))
    return EXIT_INVALID if found.unread else EXIT_DONE


def _folders(invocation: Invocation, folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """Those to search; all must be there, so that a mistyped name is not taken for an empty folder."""
    if not folders:
        panels = invocation.panels
        is_asked_for = invocation.asked_panels is not None
        folders = (Path(), *([panels] if is_asked_for or panels.exists() else []))
    if missing := [folder for folder in folders if not os.path.lexists(folder)]:
        raise InvalidInput(*(_no_folder(display_path(folder)) for folder in missing))
    return folders


def _no_folder(name: str) -> Problem:
    """With the name in the sentence, where it can be masked: it may be a second address."""
    if "@" not in name:
        return Problem((f"There is no folder {name}.",))
    hint = "`find` takes one address; what follows it are folders."
    return Problem(("There is no folder ", Address(name), "."), (hint,))


@click.command
@environment_argument
@click.argument("address", metavar="EMAIL")
@today_option
@format_option
@mask_option
@click.pass_obj
def why(invocation: Invocation, name: str, address: str) -> int:
    """Explain EMAIL in ENV: where declared, what is recorded, what apply would do and why.

    Works without key or network. Commit and author come from git, if the file is in it. Mistakes elsewhere
    don't prevent the explanation: it says that nothing is applied before they are fixed.

    Example: reconciler why production ada@example.org
    """
    key = typed_key(address)
    reading = try_declaration(invocation.panels, name)
    state, problems = _state(reading)
    explanation = explain(name, key, reading, state, invocation.day, problems)
    invocation.show(why_screen(explanation, invocation.command_line))
    return EXIT_DONE


def _state(reading: DeclarationReading) -> tuple[KnownState | None, tuple[Problem, ...]]:
    """What is recorded, or why that is not known; nothing if the settings don't say whose lockfile it is."""
    if reading.environment is None:
        return None, ()
    try:
        return known_state(reading.environment), ()
    except InvalidInput as error:
        return None, error.problems
