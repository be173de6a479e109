"""Which member files are formatted: those that are named, or all that any environment reads."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.discovery import SETTINGS_FILE, environment_names
from reconciler.environment.member_files import ENDINGS
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Location, Problem


class Selection(NamedTuple):
    """Member files, each once, and what keeps others from being among them."""

    files: tuple[Path, ...]
    problems: tuple[Problem, ...]


def declared_files(panels: Path) -> Selection:
    """All member files that any environment below the panels folder reads, by their path.

    Raises:
        InvalidInput: there is no such folder, or no environment in it.
    """
    names = environment_names(panels)
    if not names:
        hint = "Name the files, or the folder that holds the environments with --panels DIR."
        raise InvalidInput(
            Problem(("There is no environment here.",), (hint,), Location(display_path(panels)))
        )
    readings = [try_environment(panels, name) for name in names]
    files = {path for reading in readings for path in reading.member_files}
    problems = (problem for reading in readings for problem in reading.problems)
    return Selection(tuple(sorted(files)), tuple(problems))


def named_files(paths: Iterable[Path], panels: Path) -> Selection:
    """The files that somebody named; one that is reached by two names counts once."""
    files: dict[str, Path] = {}
    problems = []
    for path in paths:
        refused = _refused(path, panels)
        if refused:
            problems.append(Problem((refused[0],), refused[1:], Location(display_path(path))))
        else:
            files.setdefault(os.path.realpath(path), path)
    return Selection(tuple(files.values()), tuple(problems))


def _refused(path: Path, panels: Path) -> Sequence[str]:
    if path.name == SETTINGS_FILE:
        return "This file holds settings, not members.", "Only member files are formatted."
    if path.suffix.lower() not in ENDINGS:
        return "This is no member file.", f"Member files end in {', '.join(ENDINGS)}."
    if path.is_symlink():
        return (
            "This is a symbolic link, and Reconciler writes through none.",
            "Name the file that it leads to.",
        )
    within, real = Path(os.path.abspath(panels)), Path(os.path.realpath(path))  # noqa: PTH100 - follows no link
    if Path(os.path.abspath(path)).is_relative_to(within) and not real.is_relative_to(  # noqa: PTH100 - the same
        os.path.realpath(panels)
    ):
        return "This leads out of the panels folder.", "Name the file itself, if it is to be formatted."
    return ()
