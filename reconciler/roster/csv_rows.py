"""CSV text → rows of cells that know where they stand.

Source of the form: RFC 4180; and, since spreadsheets write them, semicolons and tabs as separators.
"""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from reconciler.document.findings import Findings

SEPARATORS = (",", ";", "\t")
_REASONS = {
    "field larger": ("A cell here is longer than any value may be.", "Is a quote left open?"),
    "unexpected end": (
        "A quote that opens here is never closed.",
        'Close it; within quotes, " is written twice.',
    ),
    "expected after": ("Text follows after a closing quote.", 'Within quotes, " is written twice.'),
}


class Row(NamedTuple):
    """One row: its cells, the line on which it begins, and its text as it stands in the file."""

    cells: list[str]
    line: int
    text: str
    separator: str

    def position(self, index: int) -> tuple[int, int]:
        """The line and column, from 1, at which a cell begins; beyond the last cell, the row's end."""
        if '"' not in self.text:
            return self.line, sum(map(len, self.cells[:index])) + min(index, len(self.cells)) + 1
        before = self.text[: _start(self.text, index, self.separator)]
        lines = before.splitlines(keepends=True)
        if before.endswith(("\n", "\r")):
            lines.append("")
        return self.line + max(len(lines) - 1, 0), len(lines[-1] if lines else "") + 1


def rows(text: str, separator: str, findings: Findings) -> Iterator[Row]:
    """The rows, without those that hold nothing; ends, with a finding, where the text is no CSV."""
    lines = _Remembered(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        lines.taken.clear()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            findings.add((line, 1), *_words(str(error)))
            return
        if cells is None:
            return
        if any(cell and not cell.isspace() for cell in cells):
            yield Row(cells, line, "".join(lines.taken), separator)


class _Remembered:
    """Lines, and those among them that the present row took."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken.append(line)
        return line


def _start(text: str, index: int, separator: str) -> int:
    """The index of the character at which a cell begins."""
    cell, in_quotes = 0, False
    for at, character in enumerate(text):
        if cell == index:
            return at
        if character == '"':
            in_quotes = not in_quotes
        elif character == separator and not in_quotes:
            cell += 1
    return len(text)


def _words(reason: str) -> tuple[tuple[str], tuple[str]]:
    for known, (message, hint) in _REASONS.items():
        if known in reason:
            return (message,), (hint,)
    return (f"This is not valid CSV: {reason}.",), ("Export the file anew.",)
