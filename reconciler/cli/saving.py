"""Files that a user asks for (`--out`, `--report`): for their eyes only, written whole or not at all."""

import os
from pathlib import Path

from reconciler.errors import InvalidInput
from reconciler.problems import Location, Problem
from reconciler.shown_path import shown
from reconciler.whole_file import disk_failure, replace_whole

_NO_FILE = "This is no ordinary file, so nothing is saved over it."


def check_place(path: Path) -> None:
    """See, before a run begins, that its report will have a place to stand.

    Raises:
        InvalidInput: it will not.
        DiskFailure: the place can't be looked at.
    """
    try:
        if path.exists() and not path.is_file():
            raise InvalidInput(Problem((_NO_FILE,), location=Location(shown(path))))
        if not path.parent.is_dir():
            no_folder = Problem(
                ("There is no such folder.",), ("Create it first.",), Location(shown(path.parent))
            )
            raise InvalidInput(no_folder)
    except OSError as error:
        raise disk_failure("written", path, error) from error


def save(path: Path, text: str) -> None:
    """Put the text at `path`, with mode 0600, since plans and reports are never masked.

    Raises:
        InvalidInput: as `check_place`.
        DiskFailure: it could not be written; what stood there stands there still.
    """
    check_place(path)
    temporary = path.with_name(f".{os.getpid()}.reconciler.new")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise disk_failure("written", path, error) from error
    replace_whole(path, text.encode(), temporary=temporary)
