"""Where a person is mentioned in what Reconciler reads and writes.

By meaning, so in any spelling of the address: member files, lockfiles, suppression lists, plans and other
results that were saved as JSON, refused rows, journals, and the data of embedded sandboxes. Other text is
left to `git grep`, as docs/forgetting.md says.
"""

import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.discovery import environment_names
from reconciler.environment.model import LOCKFILE, WORKING_FOLDER
from reconciler.environment.reader import EnvironmentReading, try_environment
from reconciler.errors import InvalidInput, ReconcilerError
from reconciler.files import display_path, reason
from reconciler.identity import InvalidAddress, identity
from reconciler.lockfile.model import SECTIONS
from reconciler.problems import Address, Location, Problem, Severity
from reconciler.roster.reader import RosterReading, read_roster
from reconciler.suppression.model import PREFIX
from reconciler.suppression.reader import read_secret, read_suppression
from reconciler.text_source import LINE_END, text_of

SKIPPED = frozenset(
    {".git", ".venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
)
"""Folders that hold what other programs made."""

_HEAD = 8_000  # bytes that tell what a file is
_SQLITE = b"SQLite format 3\0"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|$)')
_JOURNAL = re.compile(rf'\{{"record":\s*"run",[^\n]*?"environment":\s*({_STRING.pattern})')
_RESULT = re.compile(
    r'\ufeff?\s*\{\s*"format"\s*:\s*\d+\s*,\s*'
    rf'(?:"environment"\s*:\s*({_STRING.pattern})\s*,\s*)?"(\w+)"'
)
# The header of what `import` refused, and of what `apply --rejected-csv` saves.
_REFUSED = re.compile(r"\ufeff?(?:row,reason\b|reason,(?:[^\n]*,)?emailAddress\b)")
_BETWEEN_ADDRESSES = re.compile(r"[\s\"(),:;<>\[\]\\{}=&/|]+")
_AROUND_ADDRESSES = ".!?'`*_-+"


class Kind(StrEnum):
    """What a place is."""

    DECLARED = "declared"
    LOCKFILE = "lockfile"
    SUPPRESSED = "suppression list"
    PLAN = "saved plan"
    REPORT = "report"
    REFUSED = "refused rows"
    JOURNAL = "journal"
    SANDBOX = "sandbox data"


_RESULTS = {"target": Kind.LOCKFILE, "digest": Kind.PLAN, "plans": Kind.PLAN}
"""By the key that follows `format` and `environment`; every other result is a report."""


class Occurrence(NamedTuple):
    """One place at which a person is mentioned.

    `line` counts from 1; None if the file as a whole is meant. `environment` is None if none is known.
    `detail` is the lockfile's section, or how they are in a sandbox or on a list; never personal data.
    """

    file: str
    line: int | None
    kind: Kind
    environment: str | None = None
    detail: str | None = None


class Occurrences(NamedTuple):
    """All places by file and line, what could not be searched, and links to folders that aren't followed."""

    key: str
    places: tuple[Occurrence, ...]
    unread: tuple[Problem, ...] = ()
    not_followed: tuple[str, ...] = ()


def find_occurrences(key: str, folders: Iterable[Path], panels: Path) -> Occurrences:
    """Search folders, or single files, for an identity.

    `panels` is where the environments are that say which files declare members and which lists suppress.
    """
    search = _Search(key, folders, panels)
    places = sorted(
        set(search.places()), key=lambda place: (place.file, place.line or 0, *map(str, place[2:]))
    )
    return Occurrences(key, tuple(places), tuple(dict.fromkeys(search.unread)), tuple(search.not_followed))


def declaring_lines(files: Iterable[Path], keys: Iterable[str]) -> dict[str, list[tuple[Path, int]]]:
    """The entries of these member files that declare each; in a file with mistakes, all that may.

    A file that can't be read is left out: reading the roster names it.
    """
    found: dict[str, list[tuple[Path, int]]] = {key: [] for key in keys}
    for path in files:
        reading = read_roster([path])
        for key in keys:
            found[key] += [(path, line) for line in _declared(path, reading, key)[0]]
    return found


def environments_below(panels: Path) -> list[tuple[str, EnvironmentReading]]:
    """All environments by name, as far as they can be read; none if there is no panels folder."""
    try:
        return [(name, try_environment(panels, name)) for name in environment_names(panels)]
    except InvalidInput:
        return []


def is_about(problem: Problem, key: str) -> bool:
    """Whether a problem is about this person, as *declared twice* is."""
    return any(isinstance(part, Address) and _is(part.text, key) for part in problem.message)


class _Search:
    """One search, which notes what can't be searched."""

    def __init__(self, key: str, folders: Iterable[Path], panels: Path) -> None:
        self.unread: list[Problem] = []
        self.not_followed: list[str] = []
        self._key = key
        self._folders = {Path(os.path.realpath(folder)): folder for folder in folders}
        self._environments = environments_below(panels)

    def places(self) -> Iterator[Occurrence]:
        member_files: dict[str, list[str]] = {}
        lists: dict[str, list[tuple[str, EnvironmentReading]]] = {}
        for name, reading in self._environments:
            for path in reading.member_files:
                member_files.setdefault(display_path(path), []).append(name)
            for path in reading.suppression_lists:
                lists.setdefault(display_path(path), []).append((name, reading))
        hashes = self._hashes()
        for path in {os.path.realpath(path): path for path in self._files()}.values():
            file = display_path(path)
            try:
                yield from self._declared(path, member_files.get(file, []))
                yield from self._on_list(path, lists.get(file, []))
                if file not in member_files and file not in lists:
                    yield from _in_result(path, self._key, hashes)
            except OSError as error:
                self._note(path, error)
        yield from self._on_branches()

    def _files(self) -> Iterator[Path]:
        """All regular files below the folders. Links to folders aren't followed, so no ring is entered."""
        for folder in self._folders.values():
            if not folder.is_dir():
                yield folder
            for parent, folders, files in os.walk(folder, onerror=lambda error: self._note(Path(), error)):
                folders[:] = sorted(name for name in folders if name not in SKIPPED)
                paths = (Path(parent, name) for name in folders)
                self.not_followed += (display_path(path) for path in paths if self._leads_away(path))
                yield from (Path(parent, name) for name in sorted(files))

    def _leads_away(self, path: Path) -> bool:
        """Whether it is a link to a folder that isn't searched by itself."""
        real = Path(os.path.realpath(path))
        return path.is_symlink() and not any(real.is_relative_to(folder) for folder in self._folders)

    def _note(self, path: Path, error: OSError) -> None:
        path = Path(error.filename) if isinstance(error.filename, str) else path
        self._leave_unread(path, f"This can't be read, and was not searched: {reason(error)}.")

    def _leave_unread(self, path: Path, message: str, *hint: str) -> None:
        location = Location(display_path(path))
        self.unread.append(Problem((message,), hint, location, severity=Severity.WARNING))

    def _declared(self, path: Path, environments: list[str]) -> Iterator[Occurrence]:
        if not environments:
            return
        lines, has_mistakes = _declared(path, read_roster([path]), self._key)
        if has_mistakes:
            message = "This member file has mistakes, so an entry may be missing here."
            self._leave_unread(path, message, "`reconciler validate` shows them.")
        for line in lines:
            yield from (Occurrence(display_path(path), line, Kind.DECLARED, name) for name in environments)

    def _on_list(
        self, path: Path, environments: list[tuple[str, EnvironmentReading]]
    ) -> Iterator[Occurrence]:
        for name, settings in environments:
            is_settled = settings.environment is not None
            reading = read_suppression([path], settings.suppression_secret, is_settled=is_settled)
            problems = (*reading.problems, *reading.unchecked)
            self.unread += (replace(problem, severity=Severity.WARNING) for problem in problems)
            if location := reading.suppression.place_of(self._key):
                how = "as a hash" if reading.suppression.is_hashed(self._key) else "in clear"
                yield Occurrence(location.file, location.line, Kind.SUPPRESSED, name, how)

    def _hashes(self) -> set[str]:
        """The person's hash for each known secret; a wrong secret is reported where its list is read."""
        found = set()
        for variable in {settings.suppression_secret for _, settings in self._environments} - {None}:
            with suppress(InvalidInput):
                secret = read_secret(variable or "")
                found |= {f"{PREFIX}{secret.hash_of(self._key)}"} if secret else set()
        return found

    def _on_branches(self) -> Iterator[Occurrence]:
        """Lockfiles that are published on branches, as they were last fetched."""
        from reconciler.lockfile.state import read_published  # noqa: PLC0415 - files alone need no git

        for name, reading in self._environments:
            environment = reading.environment
            if environment is None or environment.lockfile_branch is None:
                continue
            try:
                file, lockfile = read_published(environment, environment.lockfile_branch)
            except ReconcilerError as error:
                self.unread += error.problems
                continue
            names = {self._key} | self._hashes()
            for section in SECTIONS if lockfile is not None else ():
                if not names.isdisjoint(getattr(lockfile, section)):
                    yield Occurrence(file, None, Kind.LOCKFILE, name, section)


def _declared(path: Path, reading: RosterReading, key: str) -> tuple[list[int], bool]:
    """The lines of a member file that declare a person, and whether it has other mistakes.

    In a file with mistakes, each line that holds the address may be an entry that could not be read.
    """
    own = {problem for problem in reading.problems if is_about(problem, key)}
    lines = {problem.location.line for problem in own if problem.location and problem.location.line}
    if declaration := reading.roster.members.get(key):
        lines.add(declaration.line)
    errors = {problem for problem in reading.problems if problem.severity is Severity.ERROR}
    if has_mistakes := bool(errors - own):
        with suppress(InvalidInput):
            texts = LINE_END.split(text_of(path, display_path(path)))
            lines |= {number for number, text in enumerate(texts, start=1) if _mentions(text, key)}
    return sorted(lines), has_mistakes


def _in_result(path: Path, key: str, hashes: AbstractSet[str]) -> Iterator[Occurrence]:
    """Where a file that Reconciler wrote mentions a person; nothing of any other file.

    Raises:
        OSError: it can't be read.
    """
    if not path.exists() or not stat.S_ISREG(path.stat().st_mode):
        return
    file = display_path(path)
    with path.open("rb") as opened:
        head = opened.peek(_HEAD)[:_HEAD]
        if head.startswith(_SQLITE):
            from reconciler.sandbox.store import is_data, mention_in  # noqa: PLC0415 - loads sqlite3

            if is_data(head) and (mention := mention_in(path, key)):
                owner = path.parent.parent.name if path.parent.name == WORKING_FOLDER else None
                yield Occurrence(file, None, Kind.SANDBOX, owner, mention)
            return
        kind, environment = _kind_of(path, head.decode(errors="replace"))
        for number, line in enumerate(opened if kind else (), start=1):
            text = line.decode(errors="replace")
            strings = (text,) if kind is Kind.REFUSED else _strings(text)
            if kind and any(string in hashes or _mentions(string, key) for string in strings):
                detail = _section(text, key, hashes) if kind is Kind.LOCKFILE else None
                yield Occurrence(file, number, kind, environment, detail)


def _kind_of(path: Path, head: str) -> tuple[Kind | None, str | None]:
    """What a file of ours is, by how it begins, and the environment that it is about."""
    if journal := _JOURNAL.match(head):
        return Kind.JOURNAL, _decoded(journal[1])
    if result := _RESULT.match(head):
        environment = _decoded(result[1]) if result[1] else None
        return _RESULTS.get(result[2], Kind.REPORT), environment
    if _REFUSED.match(head):
        return Kind.REFUSED, None
    # A damaged one is known by its name.
    return (Kind.LOCKFILE, path.parent.name) if path.name == LOCKFILE else (None, None)


def _strings(text: str) -> Iterator[str]:
    """The strings in a line of JSON, also a damaged one, and those in strings that quote JSON."""
    for found in _STRING.finditer(text):
        string = _decoded(found[0])
        yield string
        if string != found[0] and "\\" in string:
            yield from _strings(string)


def _decoded(written: str) -> str:
    try:
        return str(json.loads(written))
    except ValueError:
        return written


def _section(line: str, key: str, hashes: AbstractSet[str]) -> str | None:
    """The section of a lockfile in which this line is the person's entry; None if it is another line."""
    try:
        entries = json.loads("{" + line.strip().rstrip(",") + "}")
    except (ValueError, RecursionError):
        return None
    for name, entry in entries.items():
        if isinstance(entry, dict) and (name in hashes or _is(name, key)):
            known = {"by": "departed", "reason": "rejected", "outcome": "members"}
            return next((section for sign, section in known.items() if sign in entry), "unconfirmed")
    return None


def _mentions(text: str, key: str) -> bool:
    """Whether a text holds this person's address, by itself or among other words."""
    if "@" not in text:
        return False
    parts = (part for part in _BETWEEN_ADDRESSES.split(text) if "@" in part)
    return _is(text, key) or any(_is(part, key) or _is(part.strip(_AROUND_ADDRESSES), key) for part in parts)


def _is(address: str, key: str) -> bool:
    try:
        return identity(address) == key
    except InvalidAddress:
        return False
