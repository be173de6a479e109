"""The problems of one file, collected while it is read on."""

import re
from collections.abc import Iterable

from reconciler.excerpts import with_excerpts
from reconciler.problems import Location, Message, Problem

MOST_KEPT = 100_000
"""Problems of one file: more than anybody mends one by one, and no more than memory has room for."""


class Findings:
    """What was found wrong in one file, each thing once.

    The same node can be read many times over, through an alias or as a default; what is wrong with it
    is told once. `separator` is what was found to stand between the cells of a CSV file.
    """

    def __init__(self, file: str) -> None:
        """Take the file's path as it is shown."""
        self.file = file
        self.separator: str | None = None
        self._found: dict[Problem, None] = {}
        self._has_more = False

    def add(self, position: tuple[int, int] | None, message: Message, hint: Message = ()) -> None:
        """Note a problem at a line and column that count from 1, or of the file as a whole."""
        place = Location(self.file, *position) if position else Location(self.file)
        problem = Problem(tuple(message), tuple(hint), place)
        if len(self._found) < MOST_KEPT:
            self._found[problem] = None
        elif problem not in self._found:
            self._has_more = True

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Note problems that have their place already."""
        self._found.update(dict.fromkeys(problems))

    def quote(self, text: str, line_end: re.Pattern[str]) -> None:
        """Give each problem found so far its line, out of the text that was read.

        While the text is at hand: the file may be another by the time that its problems are shown.
        """
        if self._found:
            self._found = dict.fromkeys(with_excerpts(self._sorted(), text, line_end))

    def in_order(self) -> tuple[Problem, ...]:
        """All of them, by line and column; of more than are kept the first that were found, and a word."""
        return (*self._sorted(), self._more()) if self._has_more else tuple(self._sorted())

    def _sorted(self) -> list[Problem]:
        return sorted(self._found, key=_line_and_column)

    def _more(self) -> Problem:
        return Problem(
            (f"More is wrong in this file than the {MOST_KEPT:,} problems that are told.",),
            ("Mend the first of them: very many mistakes often have one cause.",),
            Location(self.file),
        )


def _line_and_column(problem: Problem) -> tuple[int, int]:
    place = problem.location
    return (place.line or 0, place.column or 0) if place else (0, 0)
