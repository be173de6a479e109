"""The people whom a new sandbox holds already, from a CSV file whose header has the API's field names."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.member import EMAIL_ADDRESS, FIELDS, NUMBER_FIELDS, PROFILE_FIELDS, Attributes
from reconciler.problems import Location, Problem, nearest
from reconciler.sandbox.schema import wrong_fields

_COLUMNS = tuple(field for field in FIELDS if field != PROFILE_FIELDS)


def read_seed(path: Path) -> list[Attributes]:
    """Everyone in the file; an empty cell means that the field isn't there.

    Raises:
        InvalidInput: the file can't be read, or somebody in it would not fit into the panel.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            problems = list(_wrong_columns(path, rows.fieldnames or ()))
            members = [] if problems else [(rows.line_num, _attributes(row)) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(_unreadable(path, error)) from error
    problems.extend(_wrong_members(path, members))
    if problems:
        raise InvalidInput(*problems)
    return [attributes for _, attributes in members]


def _attributes(row: Mapping[str | None, Any]) -> dict[str, Any]:
    """One row; a cell beyond the header has no name, and is kept under one that no field has."""
    return {field or "": _value(field, text) for field, text in row.items() if text}


def _value(field: str | None, text: str) -> Any:
    try:
        return int(text) if field in NUMBER_FIELDS else text.strip() if field == EMAIL_ADDRESS else text
    except ValueError:
        return text


def _wrong_columns(path: Path, names: Sequence[str]) -> Iterator[Problem]:
    for name in names:
        if name not in _COLUMNS:
            meant = nearest(name, _COLUMNS)
            hint = (f"Did you mean {meant}?",) if meant else ("The header holds the API's field names.",)
            yield Problem(
                (f"{name} is no field that a seed can hold.",), hint, Location(display_path(path), 1)
            )
    if EMAIL_ADDRESS not in names:
        yield Problem(
            (f"The column {EMAIL_ADDRESS} is missing.",),
            ("The first line is the header: emailAddress,firstName,…",),
            Location(display_path(path), 1),
        )


def _wrong_members(path: Path, members: Sequence[tuple[int, Attributes]]) -> Iterator[Problem]:
    for line, attributes in members:
        for field in wrong_fields(attributes):
            what = (
                f"{field} is missing or wrong."
                if field
                else "There are more cells than the header has names."
            )
            yield Problem(
                (what,), ("The sandbox takes what the API takes.",), Location(display_path(path), line)
            )


def _unreadable(path: Path, error: Exception) -> Problem:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return Problem(
        (f"The seed can't be read: {reason}.",), ("It is a CSV file in UTF-8.",), Location(display_path(path))
    )
