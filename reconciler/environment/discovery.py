"""Which environments there are: the folders under the panels folder that hold an `environment.yaml`."""

import os
from collections.abc import Mapping
from pathlib import Path

from reconciler.environment.model import LOCKFILE, OPT_OUT_LIST, OWN_SUPPRESSION_LIST, WORKING_FOLDER
from reconciler.errors import InvalidInput
from reconciler.files import display_path, git_root, is_link, link_problem, reason
from reconciler.problems import Location, Problem, nearest

SETTINGS_FILE = "environment.yaml"
DEFAULT_PANELS = Path("panels")
PANELS_VARIABLE = "RECONCILER_PANELS"

OWN_FILES = frozenset(
    {
        SETTINGS_FILE,
        "import.yaml",
        OWN_SUPPRESSION_LIST,
        OPT_OUT_LIST,
        LOCKFILE,
        "sandbox-seed.csv",
    }
)
"""Files in an environment's folder that are not member files, despite their ending."""

_PANELS_HINT = f"Name the folder with --panels DIR, or in the variable {PANELS_VARIABLE}."


def find_panels(asked: Path | None, environ: Mapping[str, str]) -> Path:
    """The panels folder: the one that is asked for, else by variable, else the nearest.

    That is `panels/` in the working directory or in the nearest folder above it, up to git's root. If there
    is none, it is the one in the working directory.
    """
    if asked is not None:
        return asked
    if named := environ.get(PANELS_VARIABLE, "").strip():
        return Path(named)
    here = Path.cwd()
    root = git_root(here)
    above = [here, *here.parents]
    for folder in above[: above.index(root) + 1] if root else [here]:
        if (folder / DEFAULT_PANELS).is_dir():
            return Path(os.path.relpath(folder / DEFAULT_PANELS))
    return DEFAULT_PANELS


def environment_names(panels: Path) -> tuple[str, ...]:
    """The names of all environments, sorted; empty where the folder holds none.

    A folder whose name begins with a dot is none.

    Raises:
        InvalidInput: the panels folder is missing, is a symbolic link, or can't be read; or a name could be
            taken for an option of a command, or can't be written on a line.
    """
    names = names_as_they_are(panels)
    if odd := [name for name in names if name.startswith("-") or not name.isprintable()]:
        message = "The name of this environment could be taken for an option, or can't be written on a line."
        hint = "Rename the folder: letters, digits and hyphens, a letter first."
        raise InvalidInput(
            *(Problem((message,), (hint,), Location(display_path(panels / name))) for name in odd)
        )
    return names


def names_as_they_are(panels: Path) -> tuple[str, ...]:
    """The same names, also those that are mistakes, as another commit may have them.

    Raises:
        InvalidInput: the panels folder is missing, is a symbolic link, or can't be read.
    """
    return tuple(name for name in sorted(_folders(panels)) if holds_settings(panels / name))


def name_problems(panels: Path, name: str) -> tuple[Problem, ...]:
    """What is wrong with the names of an environment and of what is the tool's own in it.

    A repository can hold a symbolic link at any of these names, and what it leads to can be changed without
    a change that a reviewer, or `plan --base`, looks for. CI platforms ignore case in the names of the
    environments that hold secrets, so of two names that differ in nothing else, one would get the other's.
    """
    folder = panels / name
    links = [path for path in _own_paths(folder) if is_link(path)]
    alike = [other for other in _folders(panels) if other != name and other.casefold() == name.casefold()]
    hint = "Rename one of them: CI platforms take both for one, and give it the other's secrets."
    twins = (
        Problem(
            (f'This environment and "{other}" differ only in upper and lower case.',),
            (hint,),
            Location(display_path(folder)),
        )
        for other in sorted(alike)
        if holds_settings(panels / other)
    )
    return (*map(link_problem, links), *twins)


def has_environment(panels: Path, name: str) -> bool:
    """Whether there is an environment of this name; the others aren't looked at.

    Raises:
        InvalidInput: the panels folder is missing, or can't be read.
    """
    # The name is looked up among those that are listed: a disk may take "Production" for "production".
    return name in _folders(panels) and holds_settings(panels / name)


def environment_folder(panels: Path, name: str) -> Path:
    """The folder of the environment of this name.

    Raises:
        InvalidInput: there is none of this name; the problem names those that there are.
    """
    if has_environment(panels, name):
        return panels / name
    names = environment_names(panels)
    close = nearest(name, names)
    meant = f'Did you mean "{close}"? ' if close else ""
    message, hint = f'There is no environment "{name}".', f"{meant}The environments are {', '.join(names)}."
    if not names:
        message = f'There is no environment "{name}", nor any other.'
        hint = f"An environment is a folder with an {SETTINGS_FILE}. {_PANELS_HINT}"
    raise InvalidInput(Problem((message,), (hint,), Location(display_path(panels))))


def _own_paths(folder: Path) -> list[Path]:
    """What is read and written as the tool's own; behind a link no further, since that may be anything."""
    if is_link(folder):
        return [folder]
    working = folder / WORKING_FOLDER
    own = [folder / SETTINGS_FILE, folder / LOCKFILE, working]
    try:
        return own if is_link(working) else [*own, *sorted(working.iterdir())]
    except OSError:  # it isn't there, or is reported when it is used
        return own


def _folders(panels: Path) -> list[str]:
    """The names of all that the panels folder holds, without those that begin with a dot."""
    if is_link(panels):
        raise InvalidInput(link_problem(panels))
    try:
        return [name for name in os.listdir(panels) if not name.startswith(".")]  # noqa: PTH208 - names alone
    except OSError as error:
        message = (f"The panels folder can't be read: {reason(error)}.",)
        raise InvalidInput(Problem(message, (_PANELS_HINT,), Location(display_path(panels)))) from error


def holds_settings(folder: Path) -> bool:
    """Whether the folder holds an `environment.yaml`; also if that can't be read: reading it says why."""
    try:
        (folder / SETTINGS_FILE).lstat()
    except OSError as error:
        return not isinstance(error, FileNotFoundError | NotADirectoryError)
    return True
