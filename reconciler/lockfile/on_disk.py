"""The lockfile's file: its bytes, replaced whole, left untouched when they would be equal."""

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path, prepare_working_folder, replace_file
from reconciler.lockfile.codec import decode, is_same_state
from reconciler.lockfile.model import Lockfile
from reconciler.problems import Location, Problem


def read_bytes(environment: Environment) -> bytes | None:
    """What the environment's lockfile holds, or None where there is no such file.

    Raises:
        InvalidInput: the file is there, and can't be read.
    """
    path = environment.lockfile_path
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InvalidInput(
            Problem(
                (f"The lockfile can't be read: {error.strerror}.",), location=Location(display_path(path))
            )
        ) from error


def decode_file(environment: Environment, data: bytes) -> Lockfile:
    """The lockfile that the file's bytes hold.

    Raises:
        InvalidInput: they can't be read, or belong to another environment or target.
    """
    file = display_path(environment.lockfile_path)
    return decode(data, environment=environment.name, target=environment.target, file=file)


def write_bytes(environment: Environment, data: bytes) -> None:
    """Replace the lockfile's bytes; a file that records the same is left untouched. Only under the lock.

    Raises:
        DiskFailure: they were not replaced.
    """
    path = environment.lockfile_path
    if path.is_file() and is_same_state(path.read_bytes(), data):
        return
    prepare_working_folder(environment.working_folder)
    replace_file(path, data, temporary_folder=environment.working_folder)
