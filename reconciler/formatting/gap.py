"""What stands between two things that YAML reads: comments, blank lines, and signs such as `-` and `:`."""

import re
from typing import NamedTuple

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_BREAKS = frozenset("\n\r\x85\u2028\u2029")


class Line(NamedTuple):
    """A line of its own: a comment, or "" for a blank one; `column` counts from 0.

    `is_inside` where a sign such as `-` stands between it and what came before.
    """

    text: str
    column: int
    is_inside: bool


class Gap(NamedTuple):
    """The comment behind what came before, the lines of their own, and the column of what follows."""

    behind: str | None
    lines: tuple[Line, ...]
    column: int


def gap_between(text: str, end: int, start: int) -> Gap:
    """The gap from `end`, where something ended, to `start`, where the next thing begins."""
    whole = text[end:start]
    if "#" not in whole and len(_BREAK.findall(whole)) < 2:  # noqa: PLR2004 - one break is no blank line
        return Gap(None, (), -1)
    first, *others = _BREAK.split(whole)
    behind = None
    if end == 0 or text[end - 1] in _BREAKS:
        others.insert(0, first)
    else:
        behind = _comment(first)
    return Gap(behind, tuple(_lines(others)), _column(others, text, start))


def _lines(lines: list[str]) -> "list[Line]":
    found = []
    is_inside = False
    for number, line in enumerate(lines):
        before, sign, _ = line.partition("#")
        is_inside = is_inside or bool(before.strip())
        if sign:
            found.append(Line(_comment(line) or "", len(before), is_inside))
        elif not line.strip() and number < len(lines) - 1:
            found.append(Line("", 0, is_inside))
    return found


def _comment(line: str) -> str | None:
    """The comment at the line's end, without spaces behind it."""
    _, sign, rest = line.partition("#")
    return f"#{rest.rstrip()}" if sign else None


def _column(lines: list[str], text: str, start: int) -> int:
    """Where the line of what follows begins; -1 at the end of the text."""
    for line in lines:
        bare = line.partition("#")[0]
        if bare.strip():
            return len(bare) - len(bare.lstrip())
    return len(lines[-1]) if lines and start < len(text) else -1
