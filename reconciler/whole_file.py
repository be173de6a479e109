"""Files that are replaced whole: whoever reads, and whenever the machine dies, it is the old or the new."""

import os
from pathlib import Path

from reconciler.errors import DiskFailure
from reconciler.problems import Location, Problem
from reconciler.shown_path import shown


def replace_whole(path: Path, data: bytes, *, temporary: Path) -> None:
    """Put `data` at `path`, synced to disk, its folder's entry too.

    `temporary` must lie on the same file system. It is left behind only by a process that is killed,
    and overwritten by the next.

    Raises:
        DiskFailure: nothing was replaced.
    """
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise disk_failure("written", path, error) from error


def remove_whole(path: Path) -> None:
    """Delete a file, so that it stays deleted.

    Raises:
        DiskFailure: it could not be deleted.
    """
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise disk_failure("deleted", path, error) from error


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to disk.

    Raises:
        OSError: the disk says that it could not.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def disk_failure(verb: str, path: Path, error: OSError) -> DiskFailure:
    """The error for a file that could not be read, written or deleted."""
    return DiskFailure(
        Problem(
            (f"The file could not be {verb}: {error.strerror or error}.",),
            ("Mend that (room on the disk? permissions?) and run the command again.",),
            Location(shown(path)),
        )
    )
