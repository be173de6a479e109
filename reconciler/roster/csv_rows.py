"""CSV text → rows of cells that know where they stand.

Source of the form: RFC 4180; and, since spreadsheets write them, other separators and a line that names it.
"""

import csv
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


class Rows:
    """The rows of a text, as pairs of a line and cells, without those that hold nothing.

    They end, with a finding, where the text is no CSV. Where a cell stands is seldom asked, so that `row`
    finds it out. Between two rows one may look `ahead` at whole lines as they stand, and `skip` them.
    `at` is the index up to which the text is read, `passed` counts the lines up to there.
    """

    def __init__(self, text: str, separator: str, findings: Findings) -> None:
        """Take the text, and where its problems are noted."""
        named = SEPARATOR_LINE.match(text)
        self.at, self.passed = (_line_end(text, named.end()), 1) if named else (0, 0)
        self._text = text
        self._row_at = self.at
        self._separator = separator
        self._findings = findings
        self._is_readable = True

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Each row begins on a line, counted from 1."""
        line, self._row_at = self.passed + 1, self.at
        try:
            for cells in csv.reader(self._lines(), delimiter=self._separator, strict=True):
                if any(map(str.strip, cells)):
                    yield line, cells
                line, self._row_at = self.passed + 1, self.at
        except csv.Error as error:
            self._is_readable = False
            self._findings.add((line, 1), *_words(str(error)))

    def row(self, line: int, cells: list[str]) -> Row:
        """The row that was handed out last."""
        return Row(cells, line, self._text[self._row_at : self.at], self._separator)

    def ahead(self, most: int) -> str:
        """The lines that come next, of so many characters or few more; none behind what is no CSV."""
        if not self._is_readable:
            return ""
        end = self._text.find("\n", self.at + most)
        return self._text[self.at : end + 1 if end >= 0 else None]

    def skip(self, lines: str) -> None:
        """Pass over such lines, which end with LF, after CR or not."""
        self.at += len(lines)
        self.passed += lines.count("\n")

    def _lines(self) -> Iterator[str]:
        text = self._text
        has_returns = "\r" in text
        while self.at < len(text):
            begin = self.at
            self.at = _line_end(text, begin) if has_returns else (text.find("\n", begin) + 1 or len(text))
            self.passed += 1
            yield text[begin : self.at]


def _line_end(text: str, index: int) -> int:
    """Where the line ends that holds this place, its line end included."""
    found = LINE_END.search(text, index)
    return found.end() if found else len(text)


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
