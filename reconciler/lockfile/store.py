"""An environment's lockfile, wherever its settings keep it: read it, make it ready, write it."""

from reconciler.environment.model import Environment
from reconciler.lockfile.codec import encode
from reconciler.lockfile.local_copy import LocalCopy
from reconciler.lockfile.model import Lockfile
from reconciler.lockfile.on_disk import decode_file, read_bytes
from reconciler.lockfile.reading import Reading


def read_lockfile(environment: Environment) -> Lockfile | None:
    """The environment's lockfile, or None where there is none.

    Raises:
        InvalidInput: as `read_state`.
    """
    return read_state(environment).lockfile


def read_state(environment: Environment) -> Reading:
    """The environment's lockfile, from its file, or as published on its branch with what the file adds.

    Raises:
        InvalidInput: it is there, and can't be read or belongs elsewhere.
    """
    if environment.lockfile_branch is not None:
        from reconciler.lockfile.branch import LockfileBranch  # noqa: PLC0415 - a file alone needs no git

        return LockfileBranch.of(environment, environment.lockfile_branch).read()
    data = read_bytes(environment)
    return Reading(None if data is None else decode_file(environment, data))


def read_file(environment: Environment) -> Lockfile | None:
    """The lockfile in the environment's folder, whatever its branch says beside it; None where there is none.

    Raises:
        InvalidInput: it is there, and can't be read or belongs elsewhere.
    """
    data = read_bytes(environment)
    return None if data is None else decode_file(environment, data)


def check_known(environment: Environment) -> None:
    """Make sure, before anybody is asked about writing, that the lockfile is known here.

    Raises:
        InvalidInput: nothing is known here of the branch that it is published on.
    """
    if environment.lockfile_branch is not None:
        from reconciler.lockfile.branch import LockfileBranch  # noqa: PLC0415 - a file alone needs no git

        LockfileBranch.of(environment, environment.lockfile_branch).fetched_tip()


def check_out(environment: Environment) -> None:
    """Let the file hold all that is known, before it is written. Only under the environment's lock.

    Without a branch of its own, the lockfile is its file, and nothing is left to do.

    Raises:
        InvalidInput: as `read_state`; or nothing is known here of the branch that it is published on.
        DiskFailure: the file could not be written.
    """
    if environment.lockfile_branch is not None:
        from reconciler.lockfile.branch import LockfileBranch  # noqa: PLC0415 - a file alone needs no git

        LockfileBranch.of(environment, environment.lockfile_branch).check_out()


def write_lockfile(environment: Environment, lockfile: Lockfile) -> None:
    """Replace the environment's lockfile; an equal one is left untouched. Only under the environment's lock.

    Raises:
        InvalidInput: what was written down of an earlier publishing can't be read.
        DiskFailure: it was not replaced.
    """
    LocalCopy(environment).write(encode(lockfile))
