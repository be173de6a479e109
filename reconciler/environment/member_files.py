"""The files that an environment reads: its member files, its suppression lists. None is skipped in silence.

All of them, links followed, lie inside the panels folder, so that a pull request's change is seen there.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.environment.discovery import OWN_FILES, holds_settings
from reconciler.environment.forms import Form, path_of, wrong
from reconciler.environment.model import OPT_OUT_LIST, OWN_SUPPRESSION_LIST
from reconciler.files import display_path, reason, remedy
from reconciler.problems import Location, Problem
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Node, Sequence, kind, position

ENDINGS = (".yaml", ".yml", ".csv")
"""The endings of member files, in lower case."""

_ENDINGS_HINT = f"Member files end in {', '.join(ENDINGS)}."
_UNREAD = "This is not a member file. If it lists members, they are missing."
_LISTS_SHAPE = "Write suppressed: ../shared/suppressed.txt, or a list of such paths."
_MISSING_HINT = 'Create it, or name other files and folders under "members".'
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".numbers"})
_TEXTS = {".tsv": ".csv", ".txt": ".csv", ".tab": ".csv", "": ".csv", ".json": ".yaml"}
_LISTS = (OWN_SUPPRESSION_LIST, OPT_OUT_LIST)
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})


class Named(NamedTuple):
    """A file or folder that a setting names, and where it does; None for one that is meant by default."""

    path: Path
    at: tuple[int, int] | None


def find_member_files(
    panels: Path, named: Iterable[Named], suppression_lists: Iterable[Path], findings: Findings
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The member files among files and folders that `members` names, in order; and those passed over.

    A file is known by its path through the panels folder, whatever links lead to it, so one that is reached
    twice counts once. What is not a member file, and not passed over, is a finding.
    """
    search = _Search(panels, frozenset(map(os.path.realpath, suppression_lists)), findings)
    for path, at in named:
        search.add(path, at)
    return tuple(search.found), tuple(search.passed_over)


def _inside_panels(panels: Path, path: Path, at: tuple[int, int] | None, findings: Findings) -> Path | None:
    """The path through the panels folder, whatever links were followed.

    None, with a finding, for one that lies elsewhere; `at` is where it is written.
    """
    real, real_panels = Path(os.path.realpath(path)), Path(os.path.realpath(panels))
    if real.is_relative_to(real_panels):
        return panels / real.relative_to(real_panels)
    message = f"{display_path(path)} lies outside the panels folder {display_path(panels)}."
    findings.add(at, (message,), ("Move it to a folder such as panels/shared/.",))
    return None


def member_list(folder: Path) -> Form:
    """`members`: a list of files and folders, relative to `folder`; returns a tuple of `Named`."""

    def read(name: str, node: Node, findings: Findings) -> Any:
        if not isinstance(node, Sequence):
            message = f'"{name}" must be a list of files and folders, not {kind(node)}.'
            return wrong(message, f"Write {name}: [members/].", node, findings)
        named = []
        for item in node.items:
            if path := path_of(item):
                named.append(Named(folder / path, position(item)))
            else:
                wrong("This is not a path of a file or folder.", "Put it in quotes.", item, findings)
        return tuple(named)

    return read


def suppression_lists(panels: Path, folder: Path) -> Form:
    """`suppressed`: one path or a list of them, relative to `folder`; returns those that exist."""

    def read(name: str, node: Node, findings: Findings) -> Any:
        found = []
        for item in node.items if isinstance(node, Sequence) else [node]:
            if (path := path_of(item)) is None:
                wrong(f'"{name}" takes paths of files.', _LISTS_SHAPE, item, findings)
            elif listed := _list(panels, folder / path, position(item), findings):
                found.append(listed)
        return tuple(found)

    return read


def own_lists(panels: Path, folder: Path, findings: Findings) -> tuple[Path, ...]:
    """The lists beside `environment.yaml` that exist: `suppressed.txt` and `opted_out.txt`."""
    own = [folder / name for name in _LISTS if os.path.lexists(folder / name)]
    return tuple(path for each in own if (path := _list(panels, each, None, findings)) is not None)


def _list(panels: Path, path: Path, at: tuple[int, int] | None, findings: Findings) -> Path | None:
    """The path of a list through the panels folder; None, with a finding, if there can be none."""
    mode = _mode(path, at, "Create it; an empty file suppresses nobody.", findings)
    if mode is not None and stat.S_ISDIR(mode):
        findings.add(at, (f"{display_path(path)} is a folder; a file is expected.",), (_LISTS_SHAPE,))
        return None
    return None if mode is None else _inside_panels(panels, path, at, findings)


def _mode(path: Path, at: tuple[int, int] | None, missing: str, findings: Findings) -> int | None:
    """What is at the path; None, with a finding, where nothing can be read, or is: `missing` is the hint."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        findings.add(at, (f"{display_path(path)} doesn't exist.",), (missing,))
    except OSError as error:
        findings.add(at, (f"{display_path(path)} can't be read: {reason(error)}.",), (remedy(error),))
    return None


class _Search:
    def __init__(self, panels: Path, suppression_lists: frozenset[str], findings: Findings) -> None:
        self.found: dict[Path, None] = {}
        self.passed_over: dict[Path, None] = {}
        self._panels = panels
        self._suppression_lists = suppression_lists
        self._findings = findings
        self._visited: set[Path] = set()

    def add(self, path: Path, at: tuple[int, int] | None) -> None:
        """Add a file, or all member files of a folder; `at` is where the path is written."""
        mode = _mode(path, at, _MISSING_HINT, self._findings)
        inside = None if mode is None else _inside_panels(self._panels, path, at, self._findings)
        if mode is None or inside is None:
            return
        if not stat.S_ISDIR(mode):
            if _is_member_file(inside) and not _is_own(inside):
                self.found[inside] = None
            else:
                message = f"{display_path(inside)} is not a member file."
                self._findings.add(at, (message,), (_remedy(inside),))
        elif _is_member_file(path):
            message = f"{display_path(path)} is a folder; a file is expected."
            self._findings.add(at, (message,), (_ENDINGS_HINT,))
        elif inside not in self._visited:
            self._visited.add(inside)
            self._add_folder(inside, at)

    def _add_folder(self, folder: Path, at: tuple[int, int] | None) -> None:
        try:
            children = sorted(folder.iterdir())
        except OSError as error:
            message = f"The folder {display_path(folder)} can't be read: {reason(error)}."
            self._findings.add(at, (message,), (remedy(error),))
            return
        for child in children:
            if self._is_passed_over(child):
                self.passed_over[child] = None
            elif _is_member_file(child) or _may_be_folder(child):
                self.add(child, at)
            else:
                problem = Problem((_UNREAD,), (_remedy(child),), Location(display_path(child)))
                self._findings.add_problems([problem])

    def _is_passed_over(self, path: Path) -> bool:
        name = path.name
        if name.startswith(".") or _is_own(path) or os.path.realpath(path) in self._suppression_lists:
            return True
        is_note = name.upper().startswith("README") or path.suffix.lower() == ".md"
        is_other = is_note or name.endswith("~") or name.lower() in _SYSTEM_FILES
        return is_other and not _is_member_file(path) and not path.is_dir()


def _is_member_file(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


def _is_own(path: Path) -> bool:
    """Whether this is a file that belongs to an environment itself, or a list that any of them may name."""
    return path.name in _LISTS or (path.name in OWN_FILES and holds_settings(path.parent))


def _may_be_folder(path: Path) -> bool:
    """Whether this is a folder, or can't be looked into: members must not vanish in silence."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _remedy(path: Path) -> str:
    """What to do about a file that is not a member file."""
    name = path.name
    if name.startswith("~$"):
        return "A spreadsheet program has this file open. Close it there."
    if path.suffix.lower() in _WORKBOOKS:
        convert = f"convert it: `reconciler import ENV {name}`. Or save it as CSV (UTF-8)."
        return f"Move it out of the panels folder and {convert}"
    if _is_own(path):
        return f"It belongs to the environment itself. {_ENDINGS_HINT}"
    lower = name.lower()
    end = next((end for end in ENDINGS if end in lower), None)
    if end:
        better = name[: lower.index(end) + len(end)]
    elif path.suffix.lower() in _TEXTS:
        better = f"{path.stem}{_TEXTS[path.suffix.lower()]}"
    else:
        return f"Move it out of this folder. {_ENDINGS_HINT}"
    return f"If it lists members, rename it to {better}. If not, move it out of this folder. {_ENDINGS_HINT}"
