"""CSV text → rows of cells that know where they stand.

Source of the form: RFC 4180; and, since spreadsheets write them, other separators and a line that names it.
"""

import csv
import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from reconciler.document.content import LINE_END
from reconciler.document.findings import Findings

SEPARATORS = (",", ";", "\t", "|")
SEPARATOR_LINE = re.compile(r"\"?sep=([,;\t|])\"?[,;\t|]*(?=[\r\n]|\Z)", re.IGNORECASE)
"""What some spreadsheets write above the header, for themselves; `,,` behind it is another's addition."""

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
        """The line and column, from 1, at which a cell begins."""
        line, column = _starts(self.text, self.separator)[index]
        return self.line + line, column


def rows(text: str, separator: str, findings: Findings) -> Iterator[Row]:
    """The rows, without those that hold nothing; ends, with a finding, where the text is no CSV."""
    found = Rows(text, separator, findings)
    for line, cells in found:
        yield found.row(line, cells)


class Rows:
    """The rows of a text, as pairs of a line and cells, without those that hold nothing.

    They end, with a finding, where the text is no CSV. Where a cell stands is seldom asked, so that `row`
    finds it out.
    """

    def __init__(self, text: str, separator: str, findings: Findings) -> None:
        """Take the text, and where its problems are noted."""
        self._lines = list(io.StringIO(text, newline=""))
        self._reader = csv.reader(self._lines, delimiter=separator, strict=True)
        self._separator = separator
        self._findings = findings
        if SEPARATOR_LINE.match(text):
            self._lines[0] = "\n"  # a row that holds nothing

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Each row begins on a line, counted from 1."""
        line = self._reader.line_num + 1
        try:
            for cells in self._reader:
                if any(map(str.strip, cells)):
                    yield line, cells
                line = self._reader.line_num + 1
        except csv.Error as error:
            self._findings.add((line, 1), *_words(str(error)))

    def row(self, line: int, cells: list[str]) -> Row:
        """The row that was handed out last."""
        text = "".join(self._lines[line - 1 : self._reader.line_num])
        return Row(cells, line, text, self._separator)


@lru_cache(maxsize=1)
def _starts(text: str, separator: str) -> list[tuple[int, int]]:
    """Where each cell of a row begins: lines from 0, columns from 1.

    Found once for all cells of a row, since there may be something wrong with each of very many. A quote
    within a cell that doesn't begin with one is an ordinary character.
    """
    start, line, line_start, in_quotes = 0, 0, 0, False
    starts = [(0, 1)]
    for sign in re.finditer(f'["{re.escape(separator)}]|{LINE_END.pattern}', text):
        if sign[0] == '"':
            in_quotes = not in_quotes and text[start] == '"'
        elif sign[0] != separator:
            line, line_start = line + 1, sign.end()
        elif not in_quotes:
            start = sign.end()
            starts.append((line, start - line_start + 1))
    return starts


def _words(reason: str) -> tuple[tuple[str], tuple[str]]:
    for known, (message, hint) in _REASONS.items():
        if known in reason:
            return (message,), (hint,)
    return (f"This is not valid CSV: {reason}.",), ("Export the file anew.",)
