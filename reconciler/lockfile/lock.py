"""The environment's lock: of two commands that write, one goes first and the other is told so.

The operating system holds it, so it goes with its process, however that dies, and with the machine.
Planning and validating never take it.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from reconciler.environment.model import Environment
from reconciler.errors import Refusal
from reconciler.files import TEMPORARY, disk_failure, prepare_working_folder
from reconciler.problems import Problem


@contextmanager
def environment_lock(environment: Environment) -> Iterator[None]:
    """Hold the environment's lock; clears what a dead process left half-written.

    Raises:
        Refusal: another process holds it; says which, and since when.
        DiskFailure: the folder can't be written.
    """
    import filelock  # noqa: PLC0415 - 100 ms of start-up that planning doesn't need

    folder = environment.working_folder
    path = folder / "lock"
    try:
        prepare_working_folder(folder)
        lock = filelock.FileLock(path, timeout=0)
        lock.acquire()
    except filelock.Timeout:
        raise Refusal(_held(environment.name, path)) from None
    except OSError as error:
        raise disk_failure("written", folder, error) from error
    try:
        _take_over(folder, path)
        yield
    finally:
        lock.release()


def _take_over(folder: Path, path: Path) -> None:
    """Say in the lock's file who holds it; it says so still when nobody does, and then nobody reads it."""
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        for leftover in folder.glob(f"{TEMPORARY}*"):
            leftover.unlink(missing_ok=True)
        path.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
    except OSError as error:
        raise disk_failure("written", path, error) from error


def _held(name: str, path: Path) -> Problem:
    try:
        found = json.loads(path.read_text())
        who = f"process {found['pid']} on {found['host']}, since {found['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another process, which has just begun"
    return Problem(
        (f"Another run is writing to {name}: {who}.",),
        ("Wait until it ends; the lock goes with it, also when it dies. Nothing was changed.",),
    )
