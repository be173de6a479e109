"""The lockfile on disk: read it, replace it whole, leave it untouched when it would be equal."""

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.lockfile.codec import decode, encode
from reconciler.lockfile.model import Lockfile
from reconciler.problem import Place, Problem
from reconciler.shown_path import shown
from reconciler.whole_file import replace_whole
from reconciler.working_folder import prepare_working_folder


def read_lockfile(environment: Environment) -> Lockfile | None:
    """The environment's lockfile, or None where there is no such file.

    Raises:
        InvalidInput: the file is there, and can't be read or belongs elsewhere.
    """
    path = environment.lockfile_path
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InvalidInput(
            Problem((f"The lockfile can't be read: {error.strerror}.",), place=Place(shown(path)))
        ) from error
    return decode(data, environment=environment.name, target=environment.target, file=shown(path))


def write_lockfile(environment: Environment, lockfile: Lockfile) -> None:
    """Replace the environment's lockfile; an equal one is left untouched. Only under the environment's lock.

    Raises:
        DiskFailure: it was not replaced.
    """
    data = encode(lockfile)
    path = environment.lockfile_path
    if path.is_file() and path.read_bytes() == data:
        return
    prepare_working_folder(environment.working_folder)
    replace_whole(path, data, temporary=environment.working_folder / "state.lock.json.new")
