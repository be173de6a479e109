"""The lines that problems stand on, taken from the text while it is at hand."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.problems import Excerpt, Problem

_AROUND = 120
"""Characters kept on either side of the place: a file may be one line of many megabytes."""


def with_excerpts(problems: Iterable[Problem], text: str, line_end: re.Pattern[str]) -> Iterator[Problem]:
    """The same problems, each with its line; `problems` stand in the order of their lines.

    One without a column, or whose line the text doesn't have or holds nothing on, stays as it is.
    """
    lines = enumerate(_lines(text, line_end), start=1)
    number, (begin, end) = next(lines)
    for problem in problems:
        place = problem.location
        if place is None or place.line is None or place.column is None:
            yield problem
            continue
        while number < place.line and (following := next(lines, None)):
            number, (begin, end) = following
        at = begin + place.column - 1
        stands_here = number == place.line and begin < end and at <= end
        yield replace(problem, excerpt=_excerpt(text, begin, end, at)) if stands_here else problem


def _lines(text: str, line_end: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The indices between which each line stands, without its end."""
    begin = 0
    for found in line_end.finditer(text):
        yield begin, found.start()
        begin = found.end()
    yield begin, len(text)


def _excerpt(text: str, begin: int, end: int, at: int) -> Excerpt:
    first = max(begin, at - _AROUND)
    return Excerpt(text[first : min(end, at + _AROUND)], at - first)
