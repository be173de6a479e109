"""Cells that a spreadsheet spoiled before it wrote the file: what stood there once is gone."""

import re
from typing import NamedTuple

from reconciler.problems import Message, Value

_MARKS = ("E+", "E-", "#", "Err:")
_IN_YAML = "A YAML file can say it as it stands."


class _Spoil(NamedTuple):
    """What a spreadsheet writes in place of a value, what that says, and how to get the value back."""

    pattern: re.Pattern[str]
    message: str
    hint: str


_SPOILS = (
    _Spoil(
        re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]\d{2,3}"),
        " is what a spreadsheet makes of a long number, and its digits are lost.",
        f"Format the column as text, enter the number again, and export again. {_IN_YAML}",
    ),
    _Spoil(
        re.compile("#{3,}"),
        " is what a spreadsheet shows where a column is too narrow, and the value is lost.",
        f"Widen the column, or format it as text, and export again. {_IN_YAML}",
    ),
    _Spoil(
        re.compile(r"#(?:[A-ZÀ-Þ_]{2,}(?:/[A-Z0-9])?[!?]|N/A|NV|GETTING_DATA)|Err:\d{3}"),
        " is a spreadsheet's word for a formula that failed.",
        f"Mend the formula, or put its value in its place, and export again. {_IN_YAML}",
    ),
)


def may_hold_spoils(text: str) -> bool:
    """Whether it is worth looking at the cells of a file one by one; asked once, of all its text."""
    return any(mark[-1] in text and mark in text for mark in _MARKS)  # one sign is found in no time


def is_spoiled(cell: str) -> bool:
    """Whether a spreadsheet wrote this in place of a value."""
    return may_hold_spoils(cell) and spoil(cell) is not None


def spoil(cell: str) -> tuple[Message, Message] | None:
    """Message and hint for a spoiled cell, or None."""
    text = cell.strip()
    for found in _SPOILS:
        if found.pattern.fullmatch(text):
            return (Value(f'"{text}"'), found.message), (found.hint,)
    return None
