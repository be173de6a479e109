"""The environment's lock: of two commands that write, one goes first, and the other waits or is refused.

The operating system holds it (flock), so it goes with its process, however that ends, and with the machine.
Planning and validating never take it.
"""

import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.errors import DiskFailure, Interrupted, Refusal
from reconciler.files import TEMPORARY, disk_failure, display_path, prepare_working_folder, reason
from reconciler.problems import Location, Problem

_POLL = 0.1  # seconds
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})


class Patience(NamedTuple):
    """How long to wait for a lock that another process holds.

    `seconds` is the longest; `tell` is called once, with who holds it, where there is something to wait for;
    `is_over` ends it early, since a signal came.
    """

    seconds: float = 0.0
    tell: Callable[[str], None] = lambda _holder: None
    is_over: Callable[[], bool] = lambda: False


NO_PATIENCE = Patience()


@contextmanager
def environment_lock(environment: Environment, patience: Patience = NO_PATIENCE) -> Iterator[None]:
    """Hold the environment's lock, and remove what a process that was killed left half-written.

    Raises:
        Refusal: another process holds it; says which, and since when.
        Interrupted: the waiting ended early.
        DiskFailure: the file system has no locks, or the folder can't be written to.
    """
    folder = environment.working_folder
    path = folder / "lock"
    prepare_working_folder(folder)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise disk_failure("written", path, error) from error
    try:
        _acquire(descriptor, path, environment.name, patience)
        _take_over(descriptor, path)
        yield
    finally:
        os.close(descriptor)  # which releases the lock


def _acquire(descriptor: int, path: Path, name: str, patience: Patience) -> None:
    if _try(descriptor, path):
        return
    holder = _holder(path)
    if patience.seconds:
        patience.tell(holder)
    deadline = time.monotonic() + patience.seconds
    while time.monotonic() < deadline:
        if patience.is_over():
            raise Interrupted(Problem(("Interrupted while waiting for the lock. Nothing was changed.",)))
        time.sleep(_POLL)
        if _try(descriptor, path):
            return
    hint = "Wait until it ends (`apply --wait SECONDS` does); its lock ends with it, also if it is killed. "
    raise Refusal(
        Problem(
            (f"Another run is writing to {name}: {_holder(path)}.",),
            (hint, "Nothing was changed."),
        )
    )


def _try(descriptor: int, path: Path) -> bool:
    """Take the lock if nobody holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise DiskFailure(_without_locks(path, error)) from error
        raise disk_failure("locked", path, error) from error
    return True


def _take_over(descriptor: int, path: Path) -> None:
    """Write down who holds the lock. It stays there when nobody does, and then nobody reads it."""
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    holder = json.dumps({"pid": os.getpid(), "host": os.uname().nodename, "since": since})
    # Only a process that holds the lock makes temporary files here, so these are of one that was killed.
    for leftover in path.parent.glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            leftover.unlink()
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)
    except OSError as error:
        raise disk_failure("written", path, error) from error


def _holder(path: Path) -> str:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return f"process {found['pid']} on {found['host']}, since {found['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process, which has just begun"


def _without_locks(path: Path, error: OSError) -> Problem:
    message = f"This file system has no locks ({reason(error)}), so two runs could overlap."
    return Problem(
        (message, " Nothing was changed."),
        (
            "Work in a clone on a local disk; or mount the network share so that `flock` works ",
            "(NFS: without `nolock`, and with the lock service running).",
        ),
        Location(display_path(path)),
    )
