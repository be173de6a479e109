"""The canonical form of a member file in CSV."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from reconciler.member import EMAIL_ADDRESS, FIELDS
from reconciler.roster.csv_header import separator_of

_ROW_END = "\r\n"  # so that the writer puts quotes around either of them; it stands in no file
_NAMED_SEPARATOR = re.compile("sep=.", re.IGNORECASE)  # the line that Excel takes for a setting
_COLUMN = re.compile(r"(\w+)(?:\[(\d+)\])?")


def canonical_csv(text: str) -> str:
    """The canonical form of a file that was read without a problem; it keeps its separator.

    Columns stand in the vendor's order, profile fields by their number; quotes only where a cell needs them;
    rows that hold nothing are left out.
    """
    separator = separator_of(text)
    above, header, people = _parts(text, separator)
    names = [name.strip() for name in header]
    order = sorted(range(len(names)), key=lambda index: _rank(names[index]))
    address = names.index(EMAIL_ADDRESS)
    cells = (_trimmed(person, address) for person in people)
    return above + _written(([row[index] for index in order] for row in (names, *cells)), separator)


def _parts(text: str, separator: str) -> tuple[str, list[str], list[list[str]]]:
    """The line that names the separator, if any, the header, and the other rows that hold something."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = [cells for cells in reader if any(cell and not cell.isspace() for cell in cells)]
    first = separator.join(rows[0]).strip()
    if _NAMED_SEPARATOR.fullmatch(first):
        return f"{first}\n", rows[1], rows[2:]
    return "", rows[0], rows[1:]


def _rank(name: str) -> tuple[int, int]:
    found = _COLUMN.fullmatch(name)
    if found is None or found[1] not in FIELDS:
        return len(FIELDS), 0  # ours, behind all that is sent
    return FIELDS.index(found[1]), int(found[2] or 0)


def _trimmed(cells: Sequence[str], address: int) -> list[str]:
    """The cells; around an address spaces mean nothing."""
    return [cell.strip() if index == address else cell for index, cell in enumerate(cells)]


def _written(lines: Iterable[Sequence[str]], separator: str) -> str:
    written = []
    for line in lines:
        row = io.StringIO()
        csv.writer(row, delimiter=separator, lineterminator=_ROW_END).writerow(line)
        written.append(row.getvalue().removesuffix(_ROW_END) + "\n")
    return "".join(written)
