"""Text inside markdown, where a comment's page would act on it: mentions, markup, links, table cells.

Escaping with backslashes or entities would not do: GitHub looks for mentions and issue numbers in what
the markdown became, where these are gone. In a code span it looks for neither.
"""

import re
from collections.abc import Iterable

from reconciler.output.visible import readable, visible

# Words that no markdown means anything by; all others are put in code spans. Not among them: what GitHub
# would link, such as `www.…`, `GH-1` and the hexadecimal name of a commit.
_PLAIN = re.compile(
    r"""→|[("']*
        (?!www\.)(?![A-Za-z]+-[0-9])(?!(?=[a-f]*[0-9])[0-9a-f]{7,})
        (?:[^\W_]+(?:[-'._][^\W_]+)*)?
        [.,;:!?%)"'…]*""",
    re.VERBOSE | re.IGNORECASE,
)
_STOPS = ".,:!?"
_QUOTATION = re.compile(r"`([^`]+)`([.,;:)]*)")
_PARTS = re.compile(r"(`[^`]+`[.,;:)]*(?= |\Z)| +)")


def code(text: str) -> str:
    """The text as a code span, its fence longer than any run of backticks inside."""
    content = readable(text)
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    padding = " " if content.startswith("`") or content.endswith("`") else ""
    fence = "`" * (longest + 1)
    return f"{fence}{padding}{content}{padding}{fence}"


def prose(text: str) -> str:
    """The text as running words; any that could mean something to markdown becomes a code span.

    What is between backticks, as commands are in our own sentences, is one code span.
    """
    return joined(_part(part) for part in _PARTS.split(visible(text)))


def joined(parts: Iterable[str]) -> str:
    """The parts behind each other; two code spans that touched would be read as one."""
    text = ""
    for part in parts:
        text += " " + part if text.endswith("`") and part.startswith("`") else part
    return text


def link(address: str) -> str:
    """Where all of a shortened text can be read; an address without spaces, `<` and `>`."""
    return f"The whole of it: <{address}>"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table's lines."""
    headings = list(headings)
    return [_row(headings), _row("---" for _ in headings), *map(_row, rows)]


def details(summary: str, lines: Iterable[str]) -> list[str]:
    """Lines that are folded away under a summary of our own words."""
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]


def _row(cells: Iterable[str]) -> str:
    """A line of a table; a `|` in a cell would end it, also inside a code span."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _part(part: str) -> str:
    if not part.strip() or _PLAIN.fullmatch(part):
        return part
    if quotation := _QUOTATION.fullmatch(part):
        return code(quotation[1]) + quotation[2]
    content = part.rstrip(_STOPS) or part[0]
    return code(content) + part[len(content) :]
