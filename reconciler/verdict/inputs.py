"""All that a plan is made from, as one hash: of contents alone, never of times."""

import hashlib
import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from reconciler import __version__
from reconciler.environment.discovery import SETTINGS_FILE
from reconciler.environment.model import Environment
from reconciler.errors import ReconcilerError
from reconciler.lockfile.on_disk import read_bytes
from reconciler.suppression.secret_variable import required_secret

_MARK = "reconciler: inputs of a verdict"

LEAST_BYTES = 1_000_000
"""Member files that hold less are read in no time, and leave no trace of it."""

Contents: TypeAlias = tuple[object, ...]


def inputs_of(environment: Environment, today: str) -> str | None:
    """The hash of what the environment's plan is made from, the day too, written `sha256:…`.

    None where there is too little to be worth it, no lockfile, or one that is not recorded in one place;
    where the secret of suppression lists is missing, for then there is a warning to give; and where something
    can't be read.
    """
    declared = declared_in(environment)
    lockfile = lockfile_of(environment) if declared else None
    return hash_of(environment, today, declared, lockfile) if declared and lockfile else None


def declared_in(environment: Environment) -> Contents | None:
    """All of it but the lockfile and the day, in hashes; None as for `inputs_of`."""
    try:
        if not (_is_large(environment.member_files) and all(map(_is_file, environment.suppression_lists))):
            return None
        return (*_contents(environment), _mark_of_secret(environment))
    except (OSError, ReconcilerError):
        return None


def lockfile_of(environment: Environment) -> Contents | None:
    """What there is of a lockfile; None as for `inputs_of`."""
    try:
        return _lockfile(environment)
    except (OSError, ReconcilerError):
        return None


def lockfile_of_digest(digest: str) -> Contents:
    """The same of a lockfile that is a file whose digest is known."""
    return "file", digest.removeprefix("sha256:")


def hash_of(environment: Environment, today: str, declared: Contents, lockfile: Contents) -> str:
    """The hash of all that a plan is made from."""
    heading = (__version__, sys.version, environment.name, environment.target, today)
    whole = json.dumps([*heading, *declared, lockfile])
    return "sha256:" + hashlib.sha256(whole.encode("ascii")).hexdigest()


def _is_large(files: tuple[Path, ...]) -> bool:
    found = [file.stat() for file in files]
    return (
        all(stat.S_ISREG(file.st_mode) for file in found)
        and sum(file.st_size for file in found) >= LEAST_BYTES
    )


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(path.stat().st_mode)


def _contents(environment: Environment) -> Iterator[tuple[str, str]]:
    """Each file's ending, which says how it is read, and the hash of its content."""
    for path in (environment.folder / SETTINGS_FILE, *environment.member_files):
        yield path.suffix.lower(), _hash(path)
    for path in environment.suppression_lists:
        yield "suppressed", _hash(path)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mark_of_secret(environment: Environment) -> str | None:
    """What tells one secret of suppression lists from another, and gives neither away; None without lists.

    Raises:
        InvalidInput: it is missing, or too short.
    """
    variable = environment.suppression_secret
    if variable is None or not environment.suppression_lists:
        return None
    return required_secret(variable).hash_of(_MARK)


def _lockfile(environment: Environment) -> Contents | None:
    if environment.lockfile_branch is not None:
        return _on_branch(environment, environment.lockfile_branch)
    data = read_bytes(environment)
    return None if data is None else lockfile_of_digest(hashlib.sha256(data).hexdigest())


def _on_branch(environment: Environment, branch: str) -> Contents | None:
    """The commit that holds it; a file in the work tree would add to that, and is worth reading."""
    from reconciler.lockfile.branch import LockfileBranch  # noqa: PLC0415 - a file alone needs no git

    line = LockfileBranch.of(environment, branch)
    tip = line.tip
    if tip is None or line.copy.read() is not None:
        return None
    return "branch", branch, line.recorded.path, tip
