"""A cell of a spreadsheet → the text that a member file holds, or the reason why there is none. Pure."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from reconciler.importing.sheet import Cell, Damaged
from reconciler.member import DATE_FIELDS, NUMBER_FIELDS, is_day
from reconciler.problems import Message, Value
from reconciler.roster.damage import damage
from reconciler.roster.fields import EXPIRES, WHOLE_NUMBER_HINT, whole_number

DATE_COLUMNS = DATE_FIELDS | {EXPIRES}
_DAYS = frozenset({"birthday", EXPIRES})  # without a time of day

_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?")
_THREE_NUMBERS = re.compile(r"(\d{1,4})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{1,4})\.?")
_TEXT_MARK = re.compile(r"'(?=[0-9+=@-])")  # how a spreadsheet marks a number as text
_LONG_YEAR = 4  # digits


class DateOrder(StrEnum):
    """The order of the parts of a date that is not written 1990-12-31."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


class RefusedCell(Exception):
    """The cell can't be taken; `reason` says why, its values apart."""

    def __init__(self, reason: Message) -> None:
        """Take the reason."""
        super().__init__()
        self.reason = reason


def text_of(field: str, cell: Cell, orders: Mapping[str, DateOrder]) -> str:
    """The text of a cell for a field, `""` for an empty cell.

    Args:
        field: the column's name in a member file, such as `birthday` or `profileFields[577]`.
        cell: what the sheet holds.
        orders: the order in which dates are written, by field, where that was declared.

    Raises:
        RefusedCell: the value is lost, or it can be read in two ways.
    """
    if isinstance(cell, Damaged):
        raise RefusedCell((f"{field}: {cell.reason}",))
    if isinstance(cell, date):
        return _of_date(field, cell)
    text = _TEXT_MARK.sub("", cell, count=1) if cell.startswith("'") else cell
    if not text:
        return ""
    if damaged := damage(text):
        message, hint = damaged
        raise RefusedCell((f"{field}: ", *message, " ", *hint))
    if field in NUMBER_FIELDS and whole_number(text) is None:
        raise RefusedCell((f"{field}: ", Value(text), f" is not a whole number. {WHOLE_NUMBER_HINT}"))
    if field in DATE_COLUMNS:
        return _date(field, text, orders.get(field))
    return text


def _of_date(field: str, value: date) -> str:
    if isinstance(value, datetime) and field not in _DAYS:
        return value.isoformat(timespec="seconds")
    return value.strftime("%Y-%m-%d")


def _date(field: str, text: str, order: DateOrder | None) -> str:
    if found := _ISO.fullmatch(text):
        if not is_day(found[1]):
            raise RefusedCell((f"{field}: ", Value(text), " is not a day of the calendar"))
        return found[1] if field in _DAYS else text
    parts = _THREE_NUMBERS.fullmatch(text)
    if parts is None:
        raise RefusedCell((f"{field}: ", Value(text), " is not a date. Write it as 1990-12-31"))
    days = {day for day in _readings(parts[1], parts[2], parts[3], order) if day is not None}
    if not days:
        raise RefusedCell((f"{field}: ", Value(text), f" is not a date{_as(order)}"))
    if len(days) > 1:
        hint = f"Say which: --dates {field}=dmy or --dates {field}=mdy"
        raise RefusedCell((f"{field}: ", Value(text), f" can be read as two dates. {hint}"))
    return days.pop().isoformat()


def _as(order: DateOrder | None) -> str:
    if order is None:
        return " with a year of four digits. Write it as 1990-12-31"
    return f" in the order {order}, with a year of four digits"


def _readings(one: str, two: str, three: str, order: DateOrder | None) -> list[date | None]:
    """All days that the numbers may mean; an order that was declared leaves one at most."""
    if len(one) == _LONG_YEAR:
        return [_day(one, two, three)] if order in (None, DateOrder.YMD) else []
    if len(three) != _LONG_YEAR or order is DateOrder.YMD:
        return []
    readings = {DateOrder.DMY: _day(three, two, one), DateOrder.MDY: _day(three, one, two)}
    return [readings[order]] if order is not None else [*readings.values()]


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
