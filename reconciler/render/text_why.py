"""One person explained, for a terminal: one screen of eighty columns."""

import re
from collections.abc import Iterator

from reconciler.explain import Explanation
from reconciler.problems import plain
from reconciler.render.showing import RenderOptions
from reconciler.render.visible import readable, visible
from reconciler.render.why_next import Commands
from reconciler.render.why_rows import Row, rows

_WIDTH = 80
_INDENT = 12
_WORDS = re.compile(r"`[^`]*`\S*|\S+")


def text_why(explanation: Explanation, commands: Commands, showing: RenderOptions) -> str:
    """Where they are declared, what is known, what apply would do and why, what to do next."""
    who = f"{readable(showing.address(explanation.key))} in {visible(explanation.environment)}"
    lines = [f"{who}, on {explanation.today}", ""]
    for row in rows(explanation, commands, showing):
        lines += _row(row)
    return "".join(f"{line}\n" for line in lines)


def _row(row: Row) -> Iterator[str]:
    label = row.label
    for line in row.lines:
        first, *rest = wrapped(visible(plain(line)), _WIDTH - _INDENT) or [""]
        yield f"{label:{_INDENT}}{first}"
        # A word that was in the middle of a line is the first of another, where it could be a command.
        yield from (f"{'':{_INDENT + 2}}{visible(more)}" for more in rest)
        label = ""


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines; a command between backticks stays whole, so that it can be copied."""
    lines: list[str] = []
    for word in _WORDS.findall(text):
        room = width if len(lines) <= 1 else width - 2  # further lines stand two columns deeper
        if lines and len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
