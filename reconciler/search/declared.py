"""Where member files declare a person, also in files that have mistakes."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from reconciler.identity import InvalidAddress, identity
from reconciler.problems import Address, Problem
from reconciler.roster.reader import RosterReading, read_roster
from reconciler.search.lines import Scan, scan
from reconciler.search.spelling import Spelling


class InMemberFile(NamedTuple):
    """Where a person stands in a member file, by line.

    `declared` are entries that declare them. `other` are further lines that hold the address: in a file with
    mistakes that may be an entry too, which could not be read. `has_mistakes` tells whether it is one; that
    it declares this person twice is none.
    """

    declared: tuple[int, ...] = ()
    other: tuple[int, ...] = ()
    has_mistakes: bool = False


def in_member_file(path: Path, spelling: Spelling, scanned: Scan | None) -> InMemberFile:
    """Look through one member file, whose text was looked at already.

    It is read only where that may tell more than its text, since reading a large one takes its time.
    """
    if scanned is None or not (scanned.hits or scanned.has_escapes or not scanned.is_text):
        return InMemberFile()
    reading = read_roster([path])
    declared = sorted(_declared(reading, spelling.key))
    starts = sorted({declaration.line for declaration in reading.roster.members.values()} | set(declared))
    other = _other([hit.line for hit in scanned.hits], declared, starts)
    has_mistakes = any(not is_about(problem, spelling.key) for problem in reading.problems)
    return InMemberFile(tuple(declared), tuple(other), has_mistakes)


def lines_to_take_out(files: Iterable[Path], key: str) -> list[tuple[Path, int]]:
    """The entries of these member files that declare a person; in one with mistakes, all that may.

    A file that can't be read is left out: whoever reads the roster is told of it.
    """
    spelling = Spelling(key)
    places = []
    for path in files:
        try:
            scanned = scan(path, spelling)
        except OSError:
            continue
        found = in_member_file(path, spelling, scanned)
        lines = {*found.declared, *(found.other if found.has_mistakes else ())}
        places += [(path, line) for line in sorted(lines)]
    return places


def is_about(problem: Problem, key: str) -> bool:
    """Whether a problem is about this person, as *declared twice* is."""
    return any(isinstance(part, Address) and _identity(part.text) == key for part in problem.message)


def _declared(reading: RosterReading, key: str) -> set[int]:
    declaration = reading.roster.members.get(key)
    again = (problem.location for problem in reading.problems if is_about(problem, key))
    lines = {place.line for place in again if place and place.line}
    return lines | ({declaration.line} if declaration else set())


def _other(hits: list[int], declared: list[int], starts: list[int]) -> list[int]:
    """The lines but for those that hold the address of an entry: the first of each entry."""
    left = list(hits)
    for line in declared:
        end = next((start for start in starts if start > line), None)
        own = [hit for hit in left if hit >= line and (end is None or hit < end)]
        if own:
            left.remove(own[0])
    return left


def _identity(address: str) -> str | None:
    try:
        return identity(address)
    except InvalidAddress:
        return None
