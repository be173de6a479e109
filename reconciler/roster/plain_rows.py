"""Rows of a CSV file in which nothing is quoted or wrong, taken many at a time, which halves their time.

Whatever isn't plainly right is left to `reconciler.roster.csv_reader`, which goes row by row, and says what
is wrong.
"""

import csv
from collections.abc import Sequence
from itertools import chain, repeat
from operator import contains, itemgetter

from reconciler.member import EMAIL_ADDRESS, FIELDS
from reconciler.roster.csv_spoils import is_spoiled
from reconciler.roster.gathering import Gathering

AT_ONCE = 50_000  # characters


class PlainRows:
    """Takes the members of one file, all of whose columns hold text; `names` are their fields.

    `is_suspect` tells whether the file may hold what a spreadsheet spoiled.
    """

    def __init__(
        self, names: Sequence[str], separator: str, gathering: Gathering, *, is_suspect: bool
    ) -> None:
        """Nobody is taken yet."""
        self._width = len(names)
        self._address = names.index(EMAIL_ADDRESS)
        in_order = sorted(names, key=FIELDS.index)
        self._names = in_order
        # Cells that stand in the vendor's order already are taken as they are.
        self._order = itemgetter(*map(names.index, in_order)) if in_order != [*names] else None
        self._separator = separator
        self._is_suspect = is_suspect
        self._gathering = gathering

    def take(self, lines: str, first: int) -> bool:
        """Take everybody on these lines, the first of which has this number; False takes nobody."""
        rows = self._rows(lines.replace("\r\n", "\n").removesuffix("\n"))
        if rows is None:
            return False
        addresses = [*map(itemgetter(self._address), rows)]
        ordered = map(self._order, rows) if self._order else rows
        people = [*map(dict, map(zip, repeat(self._names), ordered))]
        if any(map(contains, rows, repeat(""))):
            people = [{name: cell for name, cell in person.items() if cell} for person in people]
        return self._gathering.take_all(addresses, people, first)

    def _rows(self, text: str) -> list[list[str]] | None:
        """The cells of each line; None where it takes a reader of CSV to know them."""
        lines = text.split("\n")
        if '"' in text or "\r" in text or max(map(len, lines)) > csv.field_size_limit():
            return None
        rows = [*map(str.split, lines, repeat(self._separator))]
        if {*map(len, rows)} != {self._width}:
            return None
        if self._is_suspect and any(map(is_spoiled, chain.from_iterable(rows))):
            return None
        return rows
