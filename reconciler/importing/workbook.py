"""An `.xlsx` workbook → a sheet, as a person sees it, with number formats, merged cells and hidden rows."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.importing.sheet import (
    Cell,
    Choices,
    Damaged,
    Progress,
    Row,
    Sheet,
    header_index,
    no_header,
    title_note,
    trimmed,
    unreadable,
)
from reconciler.problems import counted

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_MOST_UNPACKED = 1024 * 1024 * 1024  # bytes; a workbook of a million rows takes less, a zip bomb more
_ZEROS = re.compile(r"0+")  # the number format of a postcode, such as 00000
_EXACT_DIGITS = 15  # a spreadsheet keeps no more of a number
_NO_VALUE = Damaged("a formula without a value: open the file in a spreadsheet program and save it again")


def read_workbook(path: Path, data: bytes, choices: Choices) -> Sheet:
    """Read one sheet of a workbook.

    Raises:
        InvalidInput: openpyxl is not installed, the workbook is damaged, or it is not clear which sheet.
    """
    workbook = _load(path, data, choices.progress, values=False)
    tables = {sheet.title: sheet for sheet in workbook.worksheets}
    name = _chosen(path, tables, choices)
    sheet = tables[name]
    values: Mapping[tuple[int, int], Any] = {}
    if any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row):
        # openpyxl reads either formulas or the values that were saved with them.
        values = {
            (cell.row, cell.column): cell.value
            for row in _load(path, data, choices.progress, values=True)[name].iter_rows()
            for cell in row
            if cell.value is not None
        }
    rows = list(_rows(sheet, values))
    index = header_index(rows, choices.knows)
    if index is None:
        raise no_header(path, holds_rows=bool(rows))
    notes = (*title_note(rows, index), *_notes(sheet, name, len(tables)))
    return Sheet(rows[index], rows[index + 1 :], notes, name=name if len(tables) > 1 else None)


class _Watched(io.BytesIO):
    """A workbook's bytes, which tells how many were read: openpyxl takes all of it in one call."""

    def __init__(self, data: bytes, progress: Progress, step: str) -> None:
        super().__init__(data)
        self._progress, self._step = progress, step
        self._done, self._total = 0, len(data)

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self._done = min(self._done + len(found), self._total)
        self._progress(self._step, self._done, self._total)
        return found


def _load(path: Path, data: bytes, progress: Progress, *, values: bool) -> Any:
    try:
        import openpyxl  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        hint = "Install it: pip install 'panel-reconciler[xlsx]'. Or save the sheet as CSV UTF-8."
        raise unreadable(path, "Reading workbooks needs the package openpyxl.", hint) from error
    source = _Watched(data, progress, "Reading values" if values else "Reading")
    try:
        too_large = _unpacked_size(data) > _MOST_UNPACKED
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that say nothing about values
            workbook = None if too_large else openpyxl.load_workbook(source, data_only=values)
    except Exception as error:
        hint = "Open it in a spreadsheet program, and save it again as .xlsx or as CSV UTF-8."
        raise unreadable(path, "The file is not a workbook (.xlsx), or it is damaged.", hint) from error
    if workbook is None:
        raise unreadable(path, "The workbook is too large.", "Save the sheet that you need as CSV UTF-8.")
    return workbook


def _unpacked_size(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _chosen(path: Path, tables: Mapping[str, "Worksheet"], choices: Choices) -> str:
    names = ", ".join(f'"{name}"' for name in tables)
    if choices.sheet is not None:
        if choices.sheet not in tables:
            raise unreadable(path, f'There is no sheet "{choices.sheet}".', f"The sheets are {names}.")
        return choices.sheet
    found = [name for name, sheet in tables.items() if _has_header(sheet, choices)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise no_header(path, holds_rows=any(sheet.max_row > 1 for sheet in tables.values()))
    several = ", ".join(f'"{name}"' for name in found)
    raise unreadable(path, f"More than one sheet holds people: {several}.", "Choose one: --sheet NAME.")


def _has_header(sheet: "Worksheet", choices: Choices) -> bool:
    first = [
        Row(number, [trimmed(str(value)) for value in values if value is not None])
        for number, values in enumerate(sheet.iter_rows(max_row=20, values_only=True), 1)
    ]
    return header_index(first, choices.knows) is not None


def _rows(sheet: "Worksheet", values: Mapping[tuple[int, int], Any]) -> Iterator[Row]:
    merged = _merged(sheet)
    for number, cells in enumerate(sheet.iter_rows(), 1):
        read = [_cell(merged.get((number, column), cell), values) for column, cell in enumerate(cells, 1)]
        if any(value != "" for value in read):
            yield Row(number, read)


def _merged(sheet: "Worksheet") -> dict[tuple[int, int], Any]:
    """The cell that holds the value, for every other cell of a merged range."""
    return {
        (row, column): sheet.cell(area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }


def _cell(cell: Any, values: Mapping[tuple[int, int], Any]) -> Cell:
    value = cell.value
    if cell.data_type == "f":
        value = values.get((cell.row, cell.column), _NO_VALUE)
    if cell.data_type == "e" or (cell.data_type == "f" and str(value).startswith("#")):
        return Damaged("the error of a formula: correct it in the spreadsheet program")
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    if isinstance(value, Damaged | date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, cell.number_format)
    return "" if value is None else trimmed(str(value))


def _number(value: float, number_format: str) -> Cell:
    if value != int(value):
        return repr(value)
    text = str(int(value))
    if len(text.lstrip("-")) > _EXACT_DIGITS:
        lost = "a number of more than 15 digits: the spreadsheet lost the last ones"
        return Damaged(f"{lost}. Format the column as text, and enter it again")
    return text.zfill(len(number_format)) if _ZEROS.fullmatch(number_format) else text


def _notes(sheet: "Worksheet", name: str, count: int) -> Iterator[str]:
    if count > 1:
        yield f'Only the sheet "{name}" was read.'
    hidden = sum(dimension.hidden for dimension in sheet.row_dimensions.values())
    if hidden:
        yield f"{counted(hidden, 'hidden row')} read too."
