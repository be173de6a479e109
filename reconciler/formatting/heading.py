"""Comments about more than the one thing below them: headings of groups, the top of a file."""

import re
from collections.abc import Sequence

_DIRECTIVE = re.compile(r"#+[ \t]*reconciler:[ \t]*sorted")


def heading_of(lines: Sequence[str]) -> list[str]:
    """Of the lines above something, those up to the last blank line that has a comment above it."""
    ends = [number for number, line in enumerate(lines) if not line and any(lines[:number])]
    return list(lines[: ends[-1] + 1]) if ends else []


def top_of(lines: Sequence[str]) -> list[str]:
    """Of the lines above the first key of a file, those that are about the whole file."""
    directives = [number for number, line in enumerate(lines) if _DIRECTIVE.fullmatch(line)]
    end = directives[-1] + 1 if directives else 0
    return max(heading_of(lines), list(lines[:end]), key=len)


def asks_to_be_sorted(lines: Sequence[str]) -> bool:
    """Whether `# reconciler: sorted` stands among the lines above the first key of a file."""
    return any(_DIRECTIVE.fullmatch(line) for line in lines)
