"""The problems of one file, collected while it is read on."""

from collections.abc import Iterable

from reconciler.problem import Place, Problem, Words


class Findings:
    """What was found wrong in one file, each thing once.

    The same node can be read many times over, through an alias or as a default; what is wrong with it
    is told once.
    """

    def __init__(self, file: str) -> None:
        """Take the file's path as it is shown."""
        self.file = file
        self._found: dict[Problem, None] = {}

    def add(self, position: tuple[int, int] | None, message: Words, hint: Words = ()) -> None:
        """Note a problem at a line and column that count from 1, or of the file as a whole."""
        place = Place(self.file, *position) if position else Place(self.file)
        self._found[Problem(tuple(message), tuple(hint), place)] = None

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Note problems that have their place already."""
        self._found.update(dict.fromkeys(problems))

    def in_order(self) -> tuple[Problem, ...]:
        """All of them, by line and column."""
        return tuple(sorted(self._found, key=_line_and_column))


def _line_and_column(problem: Problem) -> tuple[int, int]:
    place = problem.place
    return (place.line or 0, place.column or 0) if place else (0, 0)
