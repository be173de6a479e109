"""Files: how a path is displayed, how a file is replaced, and the tool's own folder in an environment.

A repository can hold any name, so also a symbolic link at the place where Reconciler is about to write. That
is why nothing here writes through a link, and why a temporary file gets a random name and is created
exclusively.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from reconciler.errors import DiskFailure, InvalidInput
from reconciler.interruption import deferred
from reconciler.problems import Location, Problem

TEMPORARY = ".reconciler-"
"""How the names of temporary files begin. The dot keeps them from being member files."""

_IGNORE_ALL = b"*\n"
_PRIVATE = 0o600

# A file system that can't sync a folder says so by one of these: EINVAL on some network shares.
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})

_PERMISSIONS = "Check who owns the file and its folder, and what their permissions allow."
_REMEDIES = {
    errno.ENOSPC: "Free some space on the disk.",
    errno.EDQUOT: "Free some space: your quota on this disk is used up.",
    errno.EROFS: "This file system is read-only: remount it, or work in another folder.",
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.ENOENT: "Check that the folder exists.",
    errno.EIO: "Check the disk, or the network share, for faults.",
    errno.ENOLCK: "The system has no locks left. Work on a local disk, or restart the lock service.",
    errno.EMFILE: "Raise the limit of open files (`ulimit -n`).",
    errno.ENFILE: "Close other programs: the system has no room for more open files.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
    errno.EFBIG: "Raise the limit of a file's size (`ulimit -f`).",
    errno.ESTALE: "The network share was mounted again: change to the folder again.",
}


_displayed_from: ContextVar[Callable[[], Path]] = ContextVar("displayed_from", default=Path.cwd)


def display_path(path: Path) -> str:
    """A file's path in messages, in plans and as a member's source.

    Relative to the folder of `displayed_from`, which is the working directory otherwise, if it is below that;
    else absolute. With forward slashes. Bytes of a name that are not UTF-8 become question marks, so that the
    text can be printed.
    """
    whole = _absolute(path)
    root = _displayed_from.get()()
    text = (whole.relative_to(root) if whole.is_relative_to(root) else whole).as_posix()
    return text.encode(errors="replace").decode()


@contextmanager
def displayed_from(root: Callable[[], Path]) -> Iterator[None]:
    """Display paths relative to this folder, inside the block. It is asked for at each path."""
    token = _displayed_from.set(root)
    try:
        yield
    finally:
        _displayed_from.reset(token)


def display_root(panels: Path) -> Path:
    """The folder to which paths are displayed: git's root above the panels folder, else its parent."""
    whole = _absolute(panels)
    return git_root(whole) or whole.parent


def git_root(path: Path) -> Path | None:
    """The nearest folder at or above a path that is the root of a git work tree; git itself is not asked."""
    whole = _absolute(path)
    return next((folder for folder in (whole, *whole.parents) if (folder / ".git").exists()), None)


def command_path(path: Path) -> str:
    """A file's path as a command takes it that is typed in the working directory."""
    return os.path.relpath(_absolute(path))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - removes ".." from the text; resolve() follows links


def replace_file(
    path: Path, data: bytes, *, mode: int | None = None, temporary_folder: Path | None = None
) -> None:
    """Put `data` at `path` in one step, and on disk: after a crash it is the old file or the new one.

    Args:
        path: a regular file, or nothing yet; never a symbolic link.
        data: all that the file will hold.
        mode: the permissions of the file; without it those that it has, and 0600 for a new one.
        temporary_folder: where the temporary file lies, on the same file system; without it, beside the file.

    Raises:
        InvalidInput: `path` is a symbolic link, or not a regular file.
        DiskFailure: it was not replaced; or it was and the disk didn't confirm it, as the message says.
    """
    try:
        before = _replaceable(path)
        _replace(path, data, before, mode, temporary_folder or path.parent)
    except OSError as error:
        raise disk_failure("written", path, error) from error
    _confirm("written", path)


def delete_file(path: Path) -> None:
    """Delete a file, or the link at this path, so that it stays deleted after a crash.

    Raises:
        DiskFailure: it was not deleted; or it was and the disk didn't confirm it, as the message says.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_failure("deleted", path, error) from error
    _confirm("deleted", path)


def open_for_appending(path: Path) -> int:
    """A descriptor that appends to a file; a new one has mode 0600. Never through a symbolic link.

    Raises:
        OSError: it can't be opened.
    """
    # What is in /dev, such as /dev/stderr, is a link to what the process has open; no repository holds it.
    no_link = 0 if path.is_relative_to("/dev") else os.O_NOFOLLOW
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | no_link, _PRIVATE)


def prepare_working_folder(folder: Path) -> None:
    """Make `.reconciler/` of an environment: for its owner alone, since it names people, and ignored by git.

    It holds the journal, the lock and the embedded sandbox's data. What its `.gitignore` says stays.

    Raises:
        InvalidInput: it is a symbolic link.
        DiskFailure: it can't be made.
    """
    if is_link(folder):
        raise InvalidInput(link_problem(folder))
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_folder(folder.parent)
        descriptor = open_for_appending(folder / ".gitignore")
        try:
            if not os.fstat(descriptor).st_size:  # new, or left empty by a process that was killed here
                os.write(descriptor, _IGNORE_ALL)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise disk_failure("written", folder, error) from error


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for its owner alone, which is gone at the end of the block, also if a signal ended that."""
    import shutil  # noqa: PLC0415 - most commands need no such folder
    import tempfile  # noqa: PLC0415 - the same

    folder = None
    try:
        with deferred():
            folder = tempfile.mkdtemp(prefix="reconciler-")
        yield Path(folder)
    finally:
        if folder is not None:
            with deferred():
                shutil.rmtree(folder)


def read_named(path: Path) -> bytes:
    """The content of a file that the command line names; it may be a pipe.

    Raises:
        InvalidInput: it can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(unread_problem(display_path(path), error)) from error


def unread_problem(file: str, error: OSError) -> Problem:
    """The problem that a file, by its display path, can't be read."""
    if isinstance(error, FileNotFoundError):
        hint = "Check the path; a relative one begins in the folder where you run the command."
        return Problem(("There is no such file.",), (hint,), Location(file))
    return Problem((f"The file can't be read: {reason(error)}.",), (remedy(error),), Location(file))


def disk_failure(verb: str, path: Path, error: OSError) -> DiskFailure:
    """The error for a file that could not be written, deleted or locked."""
    message = f"The file could not be {verb}: {reason(error)}."
    return DiskFailure(Problem((message,), (remedy(error),), Location(display_path(path))))


def is_link(path: Path) -> bool:
    """Whether there is a symbolic link at this path; False too where nobody can look."""
    return os.path.islink(path)  # noqa: PTH114 - is_symlink() raises for names that are too long, for example


def link_problem(path: Path) -> Problem:
    """The problem that a symbolic link is, where Reconciler reads or writes what is its own."""
    return Problem(
        ("This is a symbolic link, and Reconciler follows none here: it could lead anywhere.",),
        ("Put the file or folder itself in its place.",),
        Location(display_path(path)),
    )


def reason(error: OSError) -> str:
    """What the operating system says, as half a sentence."""
    if error.errno == errno.ELOOP:
        return "it is a symbolic link"
    return error.strerror or str(error) or "the system gives no reason"


def remedy(error: OSError) -> str:
    """What helps against an error of the operating system."""
    return f"{_REMEDIES.get(error.errno or 0, 'Fix that.')} Then run the command again."


def _replaceable(path: Path) -> os.stat_result | None:
    """What is at `path` now, or None for nothing.

    Raises:
        InvalidInput: it is a symbolic link, or not a regular file.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        raise InvalidInput(link_problem(path))
    if not stat.S_ISREG(found.st_mode):
        message = ("This is not a regular file, so nothing is written over it.",)
        raise InvalidInput(Problem(message, location=Location(display_path(path))))
    return found


def _replace(path: Path, data: bytes, before: os.stat_result | None, mode: int | None, folder: Path) -> None:
    import tempfile  # noqa: PLC0415 - most commands write nothing

    descriptor, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=folder)  # mode 0600
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
            _take_after(file.fileno(), before, mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with deferred(), suppress(OSError):
            Path(temporary).unlink()
        raise


def _take_after(descriptor: int, before: os.stat_result | None, mode: int | None) -> None:
    """Give a new file the owner, as far as that is allowed, and the permissions of the one it replaces."""
    if before is not None:
        own = os.fstat(descriptor)
        if (before.st_uid, before.st_gid) != (own.st_uid, own.st_gid):
            with suppress(OSError):
                os.fchown(descriptor, before.st_uid, before.st_gid)
        mode = stat.S_IMODE(before.st_mode) if mode is None else mode
    if mode is not None:
        os.fchmod(descriptor, mode)


def _confirm(verb: str, path: Path) -> None:
    """Bring to disk that a file was written or deleted; it was, so an error never says that it was not."""
    try:
        _sync_folder(path.parent)
    except OSError as error:
        message = f"The file was {verb}, but the disk did not confirm it: {reason(error)}."
        hint = "A crash of this machine could undo it. " + remedy(error)
        raise DiskFailure(Problem((message,), (hint,), Location(display_path(path)))) from error


def _sync_folder(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        return  # it may be written to and not be read, which syncing takes
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)
