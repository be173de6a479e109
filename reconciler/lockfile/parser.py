"""The lockfile's bytes → its sections, or the one clear problem of a file that can't be read."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from itertools import chain
from typing import Any, NoReturn

from reconciler.errors import InvalidInput
from reconciler.excerpts import with_excerpts
from reconciler.lockfile.entry import AnEntry, read_entry
from reconciler.problems import Address, Location, Problem

FORMAT = 1  # written, and the only one read
SECTIONS = ("members", "rejected", "unconfirmed")

_KEYS = ("format", "environment", "target", *SECTIONS)
_RESTORE = "Restore it from git (git log shows its history), or mend the line by hand."
_LINE_END = re.compile("\n")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")


class Parser:
    """Reads one file, whose path as it is shown in problems is `file`. Its methods raise InvalidInput."""

    def __init__(self, file: str) -> None:
        """Nothing is read yet."""
        self.file = file

    def document(self, data: bytes) -> dict[str, Any]:
        """The one JSON object; no key stands in any object twice, as git may merge them."""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self._refuse("The lockfile is not UTF-8 text.", line=data.count(b"\n", 0, error.start) + 1)
        try:
            document = json.loads(text, object_pairs_hook=self._unique)
        except json.JSONDecodeError as error:
            self._refuse_syntax(text, error)
        except (ValueError, RecursionError) as error:
            what = "nested too deeply" if isinstance(error, RecursionError) else "full of too large a number"
            self._refuse(f"The lockfile is {what} to be one.")
        if not isinstance(document, dict):
            self._refuse("The lockfile doesn't hold a JSON object.")
        return document

    def belonging(self, document: Mapping[str, Any]) -> tuple[str, str]:
        """The environment and the target that a file in our format says it is about."""
        self._check_format(document)
        environment, target = (self._text(document, name) for name in ("environment", "target"))
        return environment, target

    def check_header(self, document: Mapping[str, Any], environment: str, target: str) -> None:
        """It is in our format, and about this environment and address."""
        self._check_format(document)
        for name, expected in (("environment", environment), ("target", target)):
            if document.get(name) != expected:
                self._refuse(
                    f"The lockfile belongs to {name} {json.dumps(document.get(name))}, not to "
                    f"{json.dumps(expected)}.",
                    hint="It says nothing about this panel. Give each environment a lockfile of its own: "
                    "restore the right one from git, or move this one away if this panel starts anew.",
                )
        unknown = [name for name in document if name not in _KEYS]
        if unknown:
            self._refuse(f"The lockfile has an unknown key {json.dumps(unknown[0])}.")
        if "members" not in document:
            self._refuse('The lockfile has no "members".')

    def section(
        self, document: Mapping[str, Any], name: str, build: Callable[[dict[str, Any]], AnEntry]
    ) -> dict[str, AnEntry]:
        """One section's entries by identity; nobody where the file doesn't have the section."""
        section = document.get(name, {})
        if not isinstance(section, dict):
            self._refuse(f'"{name}" in the lockfile is not an object.')
        entries = {key: read_entry(build, key, entry) for key, entry in section.items()}
        sound = {key: entry for key, entry in entries.items() if entry is not None}
        if len(sound) < len(entries):
            malformed = next(key for key, entry in entries.items() if entry is None)
            self._refuse(f'The entry under "{name}" is malformed: ', Address(malformed))
        return sound

    def check_nobody_stands_twice(self, *sections: Collection[str]) -> None:
        """Nobody is in two sections, as git may merge them."""
        for key in chain.from_iterable(sections[1:]):
            if sum(key in section for section in sections) > 1:
                self._refuse(
                    "The lockfile holds one person in two sections: ",
                    Address(key),
                    hint='Keep the line under "members" if there is one, and delete the other.',
                )

    def _check_format(self, document: Mapping[str, Any]) -> None:
        found = document.get("format")
        if type(found) is not int or found != FORMAT:
            self._refuse(
                f"The lockfile's format is {json.dumps(found)}, and this version reads {FORMAT}.",
                hint="Use the version of Reconciler that wrote it, or a newer one.",
            )

    def _text(self, document: Mapping[str, Any], name: str) -> str:
        text = document.get(name)
        if type(text) is not str or not text:
            self._refuse(f"The lockfile's {name} is {json.dumps(text)}, and not a name.")
        return text

    def _unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            self._refuse("The lockfile holds one key twice: ", Address(twice), hint="Keep one of the two.")
        return found

    def _refuse_syntax(self, text: str, error: json.JSONDecodeError) -> NoReturn:
        for number, line in enumerate(text.split("\n"), start=1):
            if line.startswith(_CONFLICT):
                self._refuse(
                    "The lockfile holds the marks of a merge conflict.",
                    line=number,
                    hint="Keep the lines of both sides, one for each member, and delete the marks.",
                )
        place = Location(self.file, error.lineno, error.colno)
        problem = Problem((f"The lockfile is not JSON: {error.msg}.",), (_RESTORE,), place)
        raise InvalidInput(*with_excerpts([problem], text, _LINE_END)) from error

    def _refuse(
        self,
        *message: str | Address,
        line: int | None = None,
        column: int | None = None,
        hint: str = _RESTORE,
    ) -> NoReturn:
        raise InvalidInput(Problem(message, (hint,), Location(self.file, line, column)))
