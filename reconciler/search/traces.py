"""Every place below folders where a person stands, by meaning and as text."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.files import display_path
from reconciler.search.declared import in_member_file
from reconciler.search.kinds import kind_of, section_of
from reconciler.search.lines import Scan, scan
from reconciler.search.lists import on_lists
from reconciler.search.model import Kind, Trace, Traces, in_order
from reconciler.search.panels import by_member_file, declaring, on_branches
from reconciler.search.spelling import Spelling
from reconciler.search.walk import Walk

if TYPE_CHECKING:
    from reconciler.problems import Problem


def traces_of(key: str, folders: Iterable[Path], panels: Path) -> Traces:
    """Search folders, or single files, for the bearer of an identity.

    `panels` is where the environments stand that say which files are whose; they are searched where they lie
    in the folders.
    """
    return _Search(key, folders, panels).traces()


class _Search:
    """One search; what it finds is gathered file by file."""

    def __init__(self, key: str, folders: Iterable[Path], panels: Path) -> None:
        self._spelling = Spelling(key)
        self._walk = Walk(folders)
        self._environments = declaring(panels)
        self._declare_for = by_member_file(self._environments)
        self._working_for = {
            display_path(panels / name / ".reconciler"): name for name, _ in self._environments
        }
        self._unread: list[Problem] = []
        self._not_text: list[str] = []

    def traces(self) -> Traces:
        key = self._spelling.key
        listed = set(on_lists(self._environments, key, self._unread))
        seen: set[str] = set()
        found: set[Trace] = set()
        for path in self._walk:
            seen.add(display_path(path))
            found |= set(self._in(path))
        found |= {trace for trace in listed if trace.file in seen}
        found |= set(on_branches(self._environments, key, self._unread))
        unread = tuple(dict.fromkeys((*self._walk.unread, *self._unread)))
        return Traces(
            key,
            in_order(_merged(found)),
            unread,
            tuple(self._not_text),
            tuple(self._walk.not_followed),
            tuple(self._walk.not_files),
        )

    def _in(self, path: Path) -> Iterator[Trace]:
        file = display_path(path)
        if any(self._spelling.is_in(name) for name in _names(path)):
            yield Trace(file, None, Kind.NAME)
        try:
            scanned = scan(path, self._spelling)
            if scanned is not None and not scanned.is_text:
                yield from self._in_other_than_text(path, file, scanned)
        except OSError as error:
            self._walk.note(path, error)
            return
        if scanned is None:
            self._walk.not_files.append(file)
        elif file in self._declare_for:
            yield from self._in_member_file(path, file, scanned)
        else:
            yield from self._in_text(file, scanned)

    def _in_member_file(self, path: Path, file: str, scanned: Scan) -> Iterator[Trace]:
        found = in_member_file(path, self._spelling, scanned)
        for line in found.declared:
            yield from (Trace(file, line, Kind.DECLARED, name) for name in self._declare_for[file])
        yield from (Trace(file, line, Kind.TEXT) for line in found.other)

    def _in_text(self, file: str, scanned: Scan) -> Iterator[Trace]:
        if not scanned.hits:
            return
        kind, environment = kind_of(scanned.head)
        for hit in scanned.hits:
            section = section_of(hit.text, self._spelling.key) if kind is Kind.LOCKFILE else None
            yield Trace(file, hit.line, kind, environment, section)

    def _in_other_than_text(self, path: Path, file: str, scanned: Scan) -> Iterator[Trace]:
        from reconciler.sandbox.store import is_data, mention_in  # noqa: PLC0415 - loads sqlite3

        if not is_data(scanned.head):
            self._not_text.append(file)
            return
        standing = mention_in(path, self._spelling.key)
        if standing is not None:
            yield Trace(file, None, Kind.SANDBOX, self._working_for.get(display_path(path.parent)), standing)


def _merged(found: set[Trace]) -> set[Trace]:
    """Without what is known by meaning and was found as text, too."""
    known = {(trace.file, trace.line) for trace in found if trace.kind is not Kind.TEXT}
    return {trace for trace in found if trace.kind is not Kind.TEXT or (trace.file, trace.line) not in known}


def _names(path: Path) -> Iterator[str]:
    """The file's name, and what is left of it without its endings."""
    yield path.name
    name = path.name
    while name != (name := Path(name).stem):
        yield name
