"""Files that a user asks for (`--out`, `--report`): for their eyes only, written whole or not at all."""

from pathlib import Path

from reconciler.environment.discovery import SETTINGS_FILE
from reconciler.environment.model import LOCKFILE
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
    if _is_declaration(path):
        hint = "Name a file outside the folder of the environment."
        raise UsageError(
            Problem((display_path(path), " belongs to a declaration, and stays as it is."), (hint,))
        )
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


def _is_declaration(path: Path) -> bool:
    """Whether this is a file of an environment that people write, or the lockfile."""
    is_theirs = path.suffix.lower() in {".yaml", ".yml", ".csv", ".txt"} or path.name == LOCKFILE
    folders = path.resolve().parents
    return is_theirs and path.exists() and any((folder / SETTINGS_FILE).is_file() for folder in folders)


def save(path: Path, text: str) -> None:
    """Put the text at `path`, with mode 0600, since plans and reports are never masked.

    Raises:
        InvalidInput: as `check_place`.
        DiskFailure: it could not be written; the previous file is unchanged.
    """
    check_place(path)
    replace_file(path, text.encode(), mode=0o600)
