"""Which environments there are: the folders under the panels folder that hold an `environment.yaml`."""

from pathlib import Path

from reconciler.errors import InvalidInput
from reconciler.problem import Place, Problem, nearest
from reconciler.shown_path import shown

SETTINGS_FILE = "environment.yaml"
_PANELS_HINT = "Name the folder with --panels DIR."


def environment_names(panels: Path) -> tuple[str, ...]:
    """The names of all environments, sorted; empty where the folder holds none.

    A folder whose name begins with a dot is none.

    Raises:
        InvalidInput: the panels folder is missing, or can't be read.
    """
    try:
        folders = sorted(entry.name for entry in panels.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        reason = error.strerror or "the system doesn't say why"
        message = (f"The panels folder can't be read: {reason}.",)
        raise InvalidInput(Problem(message, (_PANELS_HINT,), Place(shown(panels)))) from error
    return tuple(name for name in folders if _holds_settings(panels / name))


def environment_folder(panels: Path, name: str) -> Path:
    """The folder of the environment of this name.

    Raises:
        InvalidInput: there is none of this name; the problem names those that there are.
    """
    names = environment_names(panels)
    if name in names:
        return panels / name
    place = Place(shown(panels))
    if not names:
        message = (f'There is no environment "{name}", nor any other.',)
        hint = f"An environment is a folder with an {SETTINGS_FILE}. {_PANELS_HINT}"
        raise InvalidInput(Problem(message, (hint,), place))
    close = nearest(name, names)
    meant = f'Did you mean "{close}"? ' if close else ""
    hint = f"{meant}The environments are {', '.join(names)}."
    raise InvalidInput(Problem((f'There is no environment "{name}".',), (hint,), place))


def _holds_settings(folder: Path) -> bool:
    """Whether settings stand here; also where they can't be read, since then reading says why."""
    try:
        (folder / SETTINGS_FILE).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
