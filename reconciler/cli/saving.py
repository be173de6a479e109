"""Files that a user asks for (`--out`, `--report`): for their eyes only, written whole or not at all."""

import os
from pathlib import Path

from reconciler.environment.discovery import SETTINGS_FILE
from reconciler.environment.model import LOCKFILE, WORKING_FOLDER
from reconciler.errors import InvalidInput, UsageError
from reconciler.files import disk_failure, display_path, is_link, link_problem, replace_file
from reconciler.problems import Location, Problem

_NO_FILE = "This is not a regular file, so nothing is saved over it."


def check_place(path: Path) -> None:
    """See, before a run begins, that a file can be saved here.

    Raises:
        UsageError: `-` is no name of a file.
        InvalidInput: it can't.
        DiskFailure: the place can't be looked at.
    """
    if str(path) == "-":
        hint = "Name a file. `--format json` prints the same on standard output."
        raise UsageError(Problem(("`-` is not the name of a file.",), (hint,)))
    if is_link(path):
        raise InvalidInput(link_problem(path))
    refuse_files_of_environments(path)
    try:
        if path.exists() and not path.is_file():
            raise InvalidInput(Problem((_NO_FILE,), location=Location(display_path(path))))
        if not path.parent.is_dir():
            no_folder = Problem(
                ("There is no such folder.",), ("Create it first.",), Location(display_path(path.parent))
            )
            raise InvalidInput(no_folder)
    except OSError as error:
        raise disk_failure("written", path, error) from error


def check_apart(*paths: Path | None) -> None:
    """Refuse to use one file for two purposes."""
    found = [os.path.realpath(path) for path in paths if path is not None]
    if len(set(found)) < len(found):
        raise UsageError(Problem(("Two options name the same file.",), ("Name a file of its own for each.",)))


def refuse_files_of_environments(path: Path) -> None:
    """Keep apart from what people declare, from the lockfile, and from what Reconciler keeps between runs."""
    file = Path(os.path.realpath(path))
    home = next((folder for folder in file.parents if (folder / SETTINGS_FILE).is_file()), None)
    if home is None:
        return
    is_theirs = file.suffix.lower() in {".yaml", ".yml", ".csv", ".txt"} or file.name == LOCKFILE
    if is_theirs or WORKING_FOLDER in file.relative_to(home).parts:
        hint = f"Name a file outside {display_path(home)}."
        raise UsageError(Problem((display_path(path), " would be a file of an environment."), (hint,)))


def save(path: Path, text: str) -> None:
    """Put the text at `path`, with mode 0600, since plans and reports are never masked.

    Raises:
        InvalidInput: as `check_place`.
        DiskFailure: it could not be written; the previous file is unchanged.
    """
    check_place(path)
    replace_file(path, text.encode(), mode=0o600)
