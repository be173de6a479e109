"""The files below folders: each once, without what others made, and without what would never end."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from reconciler.files import display_path
from reconciler.problems import Location, Problem, Severity

SKIPPED = frozenset(
    {
        ".git",
        ".venv",
        "node_modules",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
    }
)


class Walk:
    """Walks through folders, and notes on the way what it can't give.

    That is what could not be read, links that were not followed, and pipes, sockets and devices.

    A link to a file elsewhere is read. A link to what lies in one of the folders is left out, since that is
    found by itself; so no ring of links is ever entered.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        """Take folders, or single files; one that lies in another of them is walked with that one."""
        self._real = {Path(os.path.realpath(folder)): folder for folder in folders}
        self.unread: list[Problem] = []
        self.not_followed: list[str] = []
        self.not_files: list[str] = []

    def __iter__(self) -> Iterator[Path]:
        """The files, in order."""
        for real, folder in self._real.items():
            if any(real != other and real.is_relative_to(other) for other in self._real):
                continue
            yield from self._below(folder) if real.is_dir() else (folder,)

    def note(self, path: Path, error: OSError) -> None:
        """Note what could not be read."""
        reason = error.strerror or "the system doesn't say why"
        message = (f"This can't be read, and was not searched: {reason}.",)
        self.unread.append(Problem(message, (), Location(display_path(path)), severity=Severity.WARNING))

    def _below(self, folder: Path) -> Iterator[Path]:
        waiting = [folder]
        while waiting:
            current = waiting.pop()
            try:
                entries = sorted(os.scandir(current), key=lambda entry: entry.name)
            except OSError as error:
                self.note(current, error)
                continue
            folders = []
            for entry in entries:
                path = current / entry.name
                if entry.is_symlink():
                    yield from self._linked(path)
                elif entry.is_dir(follow_symlinks=False):
                    folders += [path] if entry.name not in SKIPPED else []
                elif entry.is_file(follow_symlinks=False):
                    yield path
                else:
                    self.not_files.append(display_path(path))
            waiting += reversed(folders)

    def _linked(self, path: Path) -> Iterator[Path]:
        real = Path(os.path.realpath(path))
        if any(real.is_relative_to(folder) for folder in self._real):
            return
        try:
            mode = real.stat().st_mode
        except FileNotFoundError:
            return  # it leads nowhere, so nobody stands there
        except OSError as error:
            self.note(path, error)
            return
        if stat.S_ISDIR(mode):
            self.not_followed.append(display_path(path))
        elif stat.S_ISREG(mode):
            yield path
        else:
            self.not_files.append(display_path(path))
