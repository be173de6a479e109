"""The tool's own folder inside an environment, `.reconciler/`: journal, lock, the embedded sandbox's data."""

from pathlib import Path

from reconciler.errors import DiskFailure
from reconciler.problems import Location, Problem
from reconciler.shown_path import shown

_IGNORE_ALL = "*\n"


def prepare_working_folder(folder: Path) -> None:
    """Make sure that the folder exists, is its owner's alone, and is left out of git.

    What lies in it names people. A `.gitignore` that says something already is left as it is.

    Raises:
        DiskFailure: it can't be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / ".gitignore").open("a", encoding="utf-8") as ignore:
            if ignore.tell() == 0:  # new, or left empty by a process that was killed here
                ignore.write(_IGNORE_ALL)
    except OSError as error:
        raise DiskFailure(
            Problem(
                (f"The working folder can't be made: {error.strerror or error}.",),
                ("Reconciler keeps its journal and its lock there, so it must be able to write there.",),
                Location(shown(folder)),
            )
        ) from error
