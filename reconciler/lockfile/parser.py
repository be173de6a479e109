"""A lockfile that is not in canonical form: read with care, or refused with what is wrong and a remedy.

People edit the file, git merges it by line, and older versions wrote it with other white space.
"""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NoReturn

import msgspec

from reconciler.errors import InvalidInput
from reconciler.lockfile.model import (
    FORMAT,
    SECTIONS,
    ARecord,
    Departed,
    Lockfile,
    Present,
    Rejected,
    Unconfirmed,
    in_two_sections,
    is_sound,
)
from reconciler.problems import Address, Location, Problem, with_excerpts

_KEYS = ("format", "environment", "target", *SECTIONS)
_RESTORE = "Restore the lockfile from git: `git log` shows its history. Only apply writes it."
_MERGE_AGAIN = (
    "Undo the merge (`git merge --abort`, or restore the file from the commit before it). Then merge again "
    "with Reconciler's merge driver: see docs/merging.md."
)
_LINE_END = re.compile("\n")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")
_MOST_CHARACTERS = 60
"""Of a text from the file, as much as a message shows."""


class Parser:
    """Reads one file; `file` is its path as problems show it. Its public methods raise InvalidInput."""

    def __init__(self, file: str, data: bytes) -> None:
        """Decode the text."""
        self._file = file
        try:
            self._text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self._refuse("The lockfile is not UTF-8 text.", line=data.count(b"\n", 0, error.start) + 1)

    def lockfile(self) -> Lockfile:
        """All that the file holds."""
        document = self._document()
        self._check_format(document)
        environment, target = (self._name(document, name) for name in ("environment", "target"))
        unknown = [name for name in document if name not in _KEYS]
        if unknown:
            self._refuse(
                f"The lockfile has an unknown key {_shown(unknown[0])}.", line=self._line(unknown[0])
            )
        if "members" not in document:
            self._refuse('The lockfile has no "members".')
        members = self._section(document, "members", Present)
        rejected = self._section(document, "rejected", Rejected)
        unconfirmed = self._section(document, "unconfirmed", Unconfirmed)
        departed = self._section(document, "departed", Departed)
        found = Lockfile(environment, target, members, rejected, unconfirmed, departed)
        if key := in_two_sections(found):
            self._refuse(
                "The lockfile holds one person in two sections: ",
                Address(key),
                line=self._line_of_second(key),
                hint=_MERGE_AGAIN,
            )
        return found

    def refuse_foreign(self, name: str, found: str, expected: str) -> NoReturn:
        """The file belongs to another environment or target; `name` is which of the two."""
        self._refuse(
            f"The lockfile belongs to {name} {_shown(found)}, not to {_shown(expected)}.",
            hint="It says nothing about this panel. Each environment needs its own lockfile: "
            "restore the right one from git, or move this one away if this panel starts anew.",
        )

    def _document(self) -> dict[str, Any]:
        try:
            document = json.loads(self._text, object_pairs_hook=self._without_repetition)
        except json.JSONDecodeError as error:
            self._refuse_syntax(error)
        except RecursionError:
            self._refuse("The lockfile is nested too deeply.")
        except ValueError:
            self._refuse("The lockfile holds a number that is too large.")
        if not isinstance(document, dict):
            self._refuse("The lockfile doesn't hold a JSON object.")
        return document

    def _without_repetition(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value] # adds, and says None
            self._refuse(
                "The lockfile holds one key twice: ",
                Address(twice),
                line=self._line_of_second(twice),
                hint=_MERGE_AGAIN,
            )
        return found

    def _refuse_syntax(self, error: json.JSONDecodeError) -> NoReturn:
        for number, line in enumerate(self._text.split("\n"), start=1):
            if line.startswith(_CONFLICT):
                self._refuse(
                    "The lockfile holds the markers of a merge conflict.",
                    line=number,
                    hint=_MERGE_AGAIN,
                )
        location = Location(self._file, error.lineno, error.colno)
        problem = Problem((f"The lockfile is not JSON: {error.msg}.",), (_RESTORE,), location)
        raise InvalidInput(*with_excerpts([problem], self._text, _LINE_END)) from error

    def _check_format(self, document: Mapping[str, Any]) -> None:
        found = document.get("format")
        if type(found) is not int or found != FORMAT:
            self._refuse(
                f"The lockfile's format is {_shown(found)}, and this version reads {FORMAT}.",
                hint="Use the version of Reconciler that wrote it, or a newer one.",
            )

    def _name(self, document: Mapping[str, Any], key: str) -> str:
        name = document.get(key)
        if type(name) is not str or not name:
            self._refuse(
                f"The lockfile's {key} is {_shown(name)}, which is not a name.", line=self._line(key)
            )
        return name

    def _section(self, document: Mapping[str, Any], name: str, kind: type[ARecord]) -> dict[str, ARecord]:
        section = document.get(name, {})
        if not isinstance(section, dict):
            self._refuse(f'"{name}" in the lockfile is not an object.', line=self._line(name))
        return {key: self._entry(name, kind, key, entry) for key, entry in section.items()}

    def _entry(self, section: str, kind: type[ARecord], key: str, entry: Any) -> ARecord:
        try:
            found = _converted(kind, key, entry)
        except ValueError as error:
            message = f'The entry under "{section}" is malformed{_field_at_fault(error)}: '
            self._refuse(message, Address(key), line=self._line(key))
        return found

    def _line(self, key: str) -> int | None:
        """The line of this key; None if it is spelled in another way, or found more than once."""
        match self._lines_of(key):
            case [line]:
                return line
        return None

    def _line_of_second(self, key: str) -> int | None:
        """The line on which a repeated key is found for the second time; None if that is unknown."""
        match self._lines_of(key):
            case [_, second]:
                return second
            case lines:  # a name that every entry has: an entry is on one line, which then has it twice
                return next((line for line, following in pairwise(lines) if line == following), None)

    def _lines_of(self, key: str) -> Sequence[int]:
        pattern = re.compile(re.escape(json.dumps(key, ensure_ascii=False)) + r"[ \t]*:")
        lines, line, begin = [], 1, 0
        for found in pattern.finditer(self._text):
            line += self._text.count("\n", begin, found.start())
            begin = found.start()
            lines.append(line)
        return lines

    def _refuse(self, *message: str | Address, line: int | None = None, hint: str = _RESTORE) -> NoReturn:
        raise InvalidInput(Problem(message, (hint,), Location(self._file, line)))


def _converted(kind: type[ARecord], key: str, entry: Any) -> ARecord:
    """The entry of this identity.

    Raises:
        ValueError: no version of ours writes such a one. Half of a surrogate pair, which is no text, too.
    """
    found = msgspec.convert(entry, kind)
    # What was passed over, such as an unknown name, is missing from what is written.
    if _in_one_form(found) != _in_one_form(entry) or not is_sound(key, found):
        raise ValueError(key)
    return found


def _in_one_form(value: Any) -> bytes:
    return msgspec.json.encode(value, order="sorted")


def _field_at_fault(error: ValueError) -> str:
    """The field that msgspec names, such as ` at attributes.referID`; a name of ours, never data."""
    found = re.search(r" - at `\$\.([A-Za-z0-9_.]+)", str(error))
    return f" at {found[1]}" if found else ""


def _shown(value: Any) -> str:
    """A value of the file as JSON, cut to a length that fits into a message."""
    text = json.dumps(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
