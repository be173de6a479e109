"""`reconciler find`: where a person is mentioned."""

import os
from pathlib import Path

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import format_option, mask_option
from reconciler.cli.state import typed_key
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput
from reconciler.files import display_path
from reconciler.find import find_occurrences
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
