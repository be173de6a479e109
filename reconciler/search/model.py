"""What a search for a person comes to. Pure."""

from enum import StrEnum
from typing import NamedTuple

from reconciler.problems import Problem


class Kind(StrEnum):
    """What a place is."""

    DECLARED = "declared"
    LOCKFILE = "lockfile"
    SUPPRESSED = "suppression list"
    PLAN = "saved plan"
    REPORT = "report"
    JOURNAL = "journal"
    SANDBOX = "sandbox data"
    NAME = "name"
    TEXT = "text"


class Trace(NamedTuple):
    """One place where somebody stands.

    `line` counts from 1, None where the file as a whole is meant. `environment` is None where none is known.
    `detail` is the lockfile's section, or how they stand on a suppression list; never personal data.
    """

    file: str
    line: int | None
    kind: Kind
    environment: str | None = None
    detail: str | None = None


class Traces(NamedTuple):
    """Every place that was found, by file and line, and what was not searched.

    `unread` tells what should have been searched and could not be. `not_text` are files such as spreadsheets
    and archives; `not_followed` are links to folders that lie elsewhere; `not_files` are pipes, sockets and
    devices.
    """

    key: str
    places: tuple[Trace, ...]
    unread: tuple[Problem, ...] = ()
    not_text: tuple[str, ...] = ()
    not_followed: tuple[str, ...] = ()
    not_files: tuple[str, ...] = ()


def in_order(places: set[Trace]) -> tuple[Trace, ...]:
    """By file and line, what concerns a whole file first."""
    return tuple(sorted(places, key=lambda place: (place.file, place.line or 0, place.kind, str(place[3:]))))
