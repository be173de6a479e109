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
from reconciler.problem import Problem
from reconciler.whole_file import disk_failure
from reconciler.working_folder import prepare_working_folder


@contextmanager
def environment_lock(environment: Environment) -> Iterator[None]:
    """Hold the environment's lock; clears what a dead process left half-written.

    Raises:
        Refusal: another process holds it; says which, and since when.
        DiskFailure: the folder can't be written.
    """
    import filelock  # noqa: PLC0415 - 100 ms of start-up that planning doesn't need

    folder = environment.working_folder
    holder = folder / "holder.json"
    try:
        prepare_working_folder(folder)
        lock = filelock.FileLock(folder / "lock", timeout=0)
        lock.acquire()
    except filelock.Timeout:
        raise Refusal(_held(environment.name, holder)) from None
    except OSError as error:
        raise disk_failure("written", folder, error) from error
    try:
        _clear(folder, holder)
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _clear(folder: Path, holder: Path) -> None:
    try:
        for leftover in folder.glob("*.new"):
            leftover.unlink()
        since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        holder.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
    except OSError as error:
        raise disk_failure("written", holder, error) from error


def _held(name: str, holder: Path) -> Problem:
    try:
        found = json.loads(holder.read_text())
        who = f"process {found['pid']} on {found['host']}, since {found['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another process, which has just begun"
    return Problem(
        (f"Another run is writing to {name}: {who}.",),
        ("Wait until it ends; the lock goes with it, also when it dies. Nothing was changed.",),
    )
