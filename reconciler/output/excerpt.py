"""A line of a file with a caret below the location, for a terminal or a log."""

import unicodedata
from collections.abc import Iterable

from reconciler.output.visible import visible
from reconciler.problems import Excerpt

_MOST_COLUMNS = 76
_MOST_BEFORE = 40
"""Columns shown of a long line: before the location at most these, of all at most those."""

_WIDE = frozenset("WF")
_DRAWN_ONTO_OTHERS = frozenset({"Mn", "Me"})


def excerpt_lines(excerpt: Excerpt, line: int) -> tuple[str, str]:
    """The line behind its number, and below it the caret. Visible; masking is the caller's business."""
    before, after = _around(excerpt)
    margin = f"{line} | "
    # Behind the margin nothing is taken for the beginning of a workflow command.
    quoted = visible(margin + before + after)
    caret = " " * (width(visible(margin + before)) - len(margin)) + "^"
    return quoted.rstrip(), f"{' ' * len(str(line))} | {caret}"


def width(text: str) -> int:
    """The columns that a terminal needs for visible text."""
    return len(text) if text.isascii() else sum(map(_width, text))


def padded(text: str, columns: int) -> str:
    """The text with blanks up to so many columns."""
    return text + " " * (columns - width(text))


def _width(character: str) -> int:
    """Source: Unicode Standard Annex 11, *East Asian Width*; its ambiguous characters count as narrow."""
    if unicodedata.category(character) in _DRAWN_ONTO_OTHERS or "\u1160" <= character <= "\u11ff":
        return 0  # so are the vowels and finals of Hangul that is written in parts
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def _around(excerpt: Excerpt) -> tuple[str, str]:
    """What is shown before the location, and from there on: all, or as much as there is room for."""
    shown = [visible(character) for character in excerpt.text]
    before, after = shown[: excerpt.at], shown[excerpt.at :]
    if width("".join(shown)) > _MOST_COLUMNS:
        kept = _fitting(reversed(before), _MOST_BEFORE)
        before = ["…" if kept < len(before) else "", *before[len(before) - kept :]]
        kept = _fitting(after, _MOST_COLUMNS - width("".join(before)))
        after = [*after[:kept], "…" if kept < len(after) else ""]
    return "".join(before), "".join(after)


def _fitting(shown: Iterable[str], room: int) -> int:
    """How many of these characters, from the first on, there is room for."""
    count = 0
    for character in shown:
        room -= width(character)
        if room < 0:
            break
        count += 1
    return count
