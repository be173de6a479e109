"""`reconciler find`: where somebody stands."""

import os
from pathlib import Path

import click

from reconciler.cli.invocation import DEFAULT_PANELS, Invocation
from reconciler.cli.options import format_option, mask_option
from reconciler.cli.state import typed_key
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput
from reconciler.files import display_path
from reconciler.problems import Address, Problem
from reconciler.search.traces import traces_of


@click.command
@click.argument("address", metavar="EMAIL")
@click.argument("folders", metavar="[FOLDER]...", nargs=-1, type=click.Path(path_type=Path))
@format_option
@mask_option
@click.pass_obj
def find(invocation: Invocation, address: str, folders: tuple[Path, ...]) -> int:
    """Find every place where EMAIL stands, in any spelling, below the working directory or each FOLDER.

    Member files, lockfiles and suppression lists, saved plans, reports and journals, and all other text,
    hidden files too; without FOLDER also below --panels, where that lies elsewhere. What is not searched is
    told. The exit code is 0 where all was searched, whether or not anything was found, and 1 where something
    could not be read.

    Example: reconciler find ada@example.org

    Example: reconciler find ada@example.org ~/exports --format json
    """
    key = typed_key(address)
    traces = traces_of(key, _folders(invocation, folders), invocation.panels)
    if traces.unread:
        invocation.tell_problems(traces.unread)
    invocation.show(invocation.view().traces(traces))
    return EXIT_INVALID if traces.unread else EXIT_DONE


def _folders(invocation: Invocation, folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """Those to search; all must be there.

    Raises:
        InvalidInput: one isn't, so that a mistyped name is not taken for an empty folder.
    """
    if not folders:
        elsewhere = invocation.panels
        folders = (Path(), *([elsewhere] if elsewhere.exists() or elsewhere != DEFAULT_PANELS else []))
    if missing := [folder for folder in folders if not os.path.lexists(folder)]:
        raise InvalidInput(*(_no_folder(display_path(folder)) for folder in missing))
    return folders


def _no_folder(name: str) -> Problem:
    """With the name in the sentence, where it can be masked: it may be a second address."""
    if "@" not in name:
        return Problem((f"There is no folder {name}.",))
    hint = "One address is searched for at a time; behind it stand folders."
    return Problem(("There is no folder ", Address(name), "."), (hint,))
