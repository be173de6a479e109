"""Which environments there are: the folders under the panels folder that hold an `environment.yaml`."""

import os
from pathlib import Path

from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Location, Problem, nearest

SETTINGS_FILE = "environment.yaml"
_PANELS_HINT = "Name the folder with --panels DIR."


def environment_names(panels: Path) -> tuple[str, ...]:
    """The names of all environments, sorted; empty where the folder holds none.

    A folder whose name begins with a dot is none.

    Raises:
        InvalidInput: the panels folder is missing, or can't be read; or a name could be taken for an option
            of a command, or can't be written on a line.
    """
    names = tuple(name for name in sorted(_folders(panels)) if _holds_settings(panels / name))
    if odd := [name for name in names if name.startswith("-") or not name.isprintable()]:
        raise InvalidInput(*(_odd_name(panels, name) for name in odd))
    return names


def has_environment(panels: Path, name: str) -> bool:
    """Whether there is an environment of this name; the others aren't looked at.

    Raises:
        InvalidInput: the panels folder is missing, or can't be read.
    """
    # The name is looked up among those that are listed: a disk may take "Production" for "production".
    return name in _folders(panels) and _holds_settings(panels / name)


def environment_folder(panels: Path, name: str) -> Path:
    """The folder of the environment of this name.

    Raises:
        InvalidInput: there is none of this name; the problem names those that there are.
    """
    if has_environment(panels, name):
        return panels / name
    names = environment_names(panels)
    place = Location(display_path(panels))
    if not names:
        message = (f'There is no environment "{name}", nor any other.',)
        hint = f"An environment is a folder with an {SETTINGS_FILE}. {_PANELS_HINT}"
        raise InvalidInput(Problem(message, (hint,), place))
    close = nearest(name, names)
    meant = f'Did you mean "{close}"? ' if close else ""
    hint = f"{meant}The environments are {', '.join(names)}."
    raise InvalidInput(Problem((f'There is no environment "{name}".',), (hint,), place))


def _folders(panels: Path) -> list[str]:
    """The names of all that stands in the panels folder, but for those that begin with a dot."""
    try:
        return [name for name in os.listdir(panels) if not name.startswith(".")]  # noqa: PTH208 - names alone
    except OSError as error:
        reason = error.strerror or "the system doesn't say why"
        message = (f"The panels folder can't be read: {reason}.",)
        raise InvalidInput(Problem(message, (_PANELS_HINT,), Location(display_path(panels)))) from error


def _odd_name(panels: Path, name: str) -> Problem:
    return Problem(
        ("The name of this environment could be taken for an option, or can't be written on a line.",),
        ("Rename the folder: letters, digits and hyphens, a letter first.",),
        Location(display_path(panels / name)),
    )


def _holds_settings(folder: Path) -> bool:
    """Whether settings stand here; also where they can't be read, since then reading says why."""
    try:
        (folder / SETTINGS_FILE).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
