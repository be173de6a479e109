"""A spreadsheet or an export as rows of cells, whichever kind of file it comes from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeAlias

from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Location, Problem
from reconciler.roster.csv_file import with_line_feeds

HEADER_WITHIN = 20  # rows; titles and notes above the header are shorter than that


class Damaged(NamedTuple):
    """A cell whose value is lost, such as the error of a formula. `reason` says why, without the value."""

    reason: str


Cell: TypeAlias = str | date | Damaged
"""Text is trimmed; a number is text as the sheet shows it; an empty cell is `""`."""


class Row(NamedTuple):
    """`number` is the row in the workbook, or the line of the text file on which the row begins."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its header and the rows below it that hold something.

    `notes` say what was done that you may not expect. `encoding` and `name` are what `import.yaml` remembers:
    how the text was decoded where that was declared, and which sheet of several was read.
    """

    header: Row
    rows: Sequence[Row]
    notes: tuple[str, ...] = ()
    encoding: str | None = None
    name: str | None = None


Progress: TypeAlias = Callable[[str, int, int], None]
"""Gets the current step, how far it is, and the total, a hundred times or more."""

PROGRESS_EACH = 1000  # rows


def untold(_step: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


class Choices(NamedTuple):
    """What the user, or `import.yaml`, says about a source. `knows` tells whether a heading is recognised."""

    knows: Callable[[str], bool]
    encoding: str | None = None
    sheet: str | None = None
    progress: Progress = untold


def unreadable(path: Path, message: str, hint: str, line: int | None = None) -> InvalidInput:
    """The error for a source that can't be read."""
    return InvalidInput(Problem((message,), (hint,), Location(display_path(path), line)))


def trimmed(text: str) -> str:
    """The text of a cell without white space around it, no-break spaces included."""
    return with_line_feeds(text).strip(" \t\n\v\f\u00a0\u2007\u202f\ufeff\u200b")


def header_index(rows: Sequence[Row], knows: Callable[[str], bool]) -> int | None:
    """The row with the most recognised headings; there may be titles above it."""
    counts = [sum(knows(str(cell)) for cell in row.cells) for row in rows[:HEADER_WITHIN]]
    best = max(counts, default=0)
    return counts.index(best) if best else None


def title_note(rows: Sequence[Row], index: int) -> tuple[str, ...]:
    """What to say about rows above the header."""
    if not index:
        return ()
    numbers = f"{rows[0].number}" if index == 1 else f"{rows[0].number} to {rows[index - 1].number}"
    return (
        f"The header is in row {rows[index].number}; row{'s' * (index > 1)} {numbers} above it left out.",
    )


def no_header(path: Path, *, holds_rows: bool) -> InvalidInput:
    """The error for a table without a heading that is recognised."""
    if not holds_rows:
        return unreadable(path, "There are no rows in it.", "Export it again.")
    hint = 'Name the column of the addresses: --map "YOUR HEADING=emailAddress".'
    return unreadable(path, "No row looks like a header: no heading is recognised.", hint)
