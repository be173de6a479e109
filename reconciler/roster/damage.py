"""Cells that a spreadsheet damaged before it wrote the file: the original value is lost."""

import re
from typing import NamedTuple

from reconciler.problems import Message, Value

_MARKS = ("E+", "E-", "#", "Err:")
_IN_YAML = "A YAML file can hold such a text."


class _Damage(NamedTuple):
    """What a spreadsheet writes in place of a value, why, and how to get the value back."""

    pattern: re.Pattern[str]
    message: str
    hint: str


_KINDS = (
    _Damage(
        re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]\d{2,3}"),
        " is a long number as a spreadsheet shortens it: its last digits are lost.",
        f"Format the column as text, enter the number again, and export again. {_IN_YAML}",
    ),
    _Damage(
        re.compile("#{3,}"),
        " is what a spreadsheet shows if a column is too narrow: the value is lost.",
        f"Widen the column, or format it as text, and export again. {_IN_YAML}",
    ),
    _Damage(
        re.compile(r"#(?:[A-ZÀ-Þ_]{2,}(?:/[A-Z0-9])?[!?]|N/A|NV|GETTING_DATA)|Err:\d{3}"),
        " is what a spreadsheet shows if a formula fails.",
        f"Fix the formula, or replace it by its value, and export again. {_IN_YAML}",
    ),
)


def may_be_damaged(text: str) -> bool:
    """Whether a text may hold damage at all; asked once for a whole file, before its cells are looked at."""
    return any(mark in text for mark in _MARKS)


def damage(cell: str) -> tuple[Message, Message] | None:
    """Message and hint for a damaged cell, or None."""
    text = cell.strip()
    for found in _KINDS:
        if found.pattern.fullmatch(text):
            return (Value(f'"{text}"'), found.message), (found.hint,)
    return None
