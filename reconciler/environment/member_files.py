"""`members`: files and folders → the member files of an environment, each once, in a fixed order."""

import stat
from pathlib import Path

from reconciler.environment.discovery import SETTINGS_FILE
from reconciler.environment.inside_panels import inside_panels
from reconciler.files import display_path
from reconciler.text_source import Findings

ENDINGS = (".yaml", ".yml", ".csv")
_ENDINGS_HINT = f"Member files end in {', '.join(ENDINGS)}."
_MISSING_HINT = 'Make it, or name other files and folders under "members".'


class MemberFiles:
    """Gathers member files; all of them must really lie, links followed, inside the panels folder.

    `found` holds them under the path that leads to them through the panels folder, whatever links were
    followed on the way, so that a file reached twice is known again.
    """

    def __init__(self, panels: Path, findings: Findings) -> None:
        """Take the panels folder, and where the problems of `environment.yaml` are noted."""
        self.found: dict[Path, None] = {}
        self._panels = panels
        self._findings = findings
        self._visited: set[Path] = set()

    def add(self, path: Path, position: tuple[int, int] | None) -> None:
        """Add a file, or all member files of a folder; `position` is where the path is written."""
        name = display_path(path)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                self._findings.add(position, (f"{name} doesn't exist.",), (_MISSING_HINT,))
            else:
                self._findings.add(position, (f"{name} can't be reached: {error.strerror}.",))
            return
        inside = inside_panels(self._panels, path, position, self._findings)
        if inside is None:
            return
        if not stat.S_ISDIR(mode):
            self._add_named(inside, position)
        elif _is_member_file(path):
            self._findings.add(
                position, (f"{name} is a folder, where a file is expected.",), (_ENDINGS_HINT,)
            )
        else:
            self._add_folder(inside, position)

    def _add_named(self, path: Path, position: tuple[int, int] | None) -> None:
        if path.name == SETTINGS_FILE:
            self._findings.add(
                position, (f"{display_path(path)} holds settings, not members.",), (_ENDINGS_HINT,)
            )
        elif not _is_member_file(path):
            self._findings.add(position, (f"{display_path(path)} is no member file.",), (_ENDINGS_HINT,))
        else:
            self.found[path] = None

    def _add_folder(self, folder: Path, position: tuple[int, int] | None) -> None:
        if folder in self._visited:
            return
        self._visited.add(folder)
        try:
            children = sorted(folder.iterdir())
        except OSError as error:
            message = f"The folder {display_path(folder)} can't be read: {error.strerror}."
            self._findings.add(position, (message,))
            return
        for child in children:
            if not child.name.startswith(".") and child.name != SETTINGS_FILE:
                self._add_child(child, position)

    def _add_child(self, child: Path, position: tuple[int, int] | None) -> None:
        """Add what a folder holds: other files than member files may stand there too."""
        if _is_member_file(child) or _may_be_folder(child):
            self.add(child, position)


def _is_member_file(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


def _may_be_folder(path: Path) -> bool:
    """Whether this is a folder, or something that can't be looked into: members must not vanish silently."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        return False
    except OSError:
        return True
