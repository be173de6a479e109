"""The lockfile's format: bytes ↔ model. Knows no file.

One member a line, sorted, so that equal states are equal bytes and git shows and merges by member.
There is no counter, total or digest in it: git would merge two of those cleanly into a wrong one.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from reconciler.errors import InvalidInput
from reconciler.lockfile.model import Lockfile, Outcome, Present, Rejected, Unconfirmed
from reconciler.member import EMAIL_ADDRESS, FIELDS, PROFILE_FIELD_ID, PROFILE_FIELDS, in_vendor_order
from reconciler.problem import Address, Place, Problem, Words

FORMAT = 1  # written, and the only one read

_RESTORE = "Restore it from git (git log shows its history), or mend the line by hand."
_KNOWN_FIELDS = frozenset(FIELDS)
_SCALARS = frozenset({str, int})
_SECTIONS = ("members", "rejected", "unconfirmed")
_HEADER = ("format", "environment", "target")


def encode(lockfile: Lockfile) -> bytes:
    """The file's bytes; the sections `rejected` and `unconfirmed` stand only where they hold somebody."""
    header = {"format": FORMAT, "environment": lockfile.environment, "target": lockfile.target}
    sections = [f'"members": {_section(lockfile.members)}']
    sections += [
        f'"{name}": {_section(getattr(lockfile, name))}' for name in _SECTIONS[1:] if getattr(lockfile, name)
    ]
    text = "{\n" + ",\n".join([_json(header)[1:-1], *sections]) + "\n}\n"
    # A lone surrogate can only come from a JSON escape, and this writes it back as one.
    return text.encode("utf-8", "backslashreplace")


def digest(lockfile: Lockfile | None) -> str:
    """A name for the state that a lockfile records; no lockfile at all has one of its own."""
    if lockfile is None:
        return _sha256(b"")
    return lockfile.digest_on_disk or _sha256(encode(lockfile))


def decode(data: bytes, *, environment: str, target: str, file: str) -> Lockfile:
    """The lockfile that these bytes hold.

    Args:
        data: the whole file.
        environment: the environment that it must belong to.
        target: the address that it must belong to.
        file: its path as it is shown in problems.

    Raises:
        InvalidInput: it can't be read, has another format, or belongs elsewhere. Never an empty state.
    """
    reader = _Reader(file)
    document = reader.document(data)
    reader.check_header(document, environment, target)
    lockfile = Lockfile(
        environment,
        target,
        members=dict(reader.entries(document, "members", _present)),
        rejected=dict(reader.entries(document, "rejected", _rejected)),
        unconfirmed=dict(reader.entries(document, "unconfirmed", _unconfirmed)),
        digest_on_disk=_sha256(data),
    )
    reader.check_nobody_stands_twice(lockfile, data)
    return lockfile


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _section(entries: Mapping[str, Present | Rejected | Unconfirmed]) -> str:
    lines = [_json({key: _entry(entries[key])})[1:-1] for key in sorted(entries)]
    return "{\n" + ",\n".join(lines) + ("\n}" if lines else "}")


def _entry(entry: Present | Rejected | Unconfirmed) -> dict[str, Any]:
    return entry._asdict() | {"attributes": in_vendor_order(entry.attributes)}


def _present(entry: dict[str, Any]) -> Present:
    return Present(Outcome(entry["outcome"]), entry["pushed"], _attributes(entry))


def _rejected(entry: dict[str, Any]) -> Rejected:
    return Rejected(entry["reason"], entry["pushed"], _attributes(entry))


def _unconfirmed(entry: dict[str, Any]) -> Unconfirmed:
    return Unconfirmed(entry["pushed"], _attributes(entry))


def _attributes(entry: dict[str, Any]) -> dict[str, Any]:
    attributes: dict[str, Any] = entry["attributes"]
    if not (attributes.keys() <= _KNOWN_FIELDS and isinstance(attributes[EMAIL_ADDRESS], str)):
        raise ValueError("attributes")
    plain = attributes
    if PROFILE_FIELDS in attributes:
        plain = {field: value for field, value in attributes.items() if field != PROFILE_FIELDS}
        if not all(
            item.keys() == {PROFILE_FIELD_ID, "value"} and type(item[PROFILE_FIELD_ID]) is int
            for item in attributes[PROFILE_FIELDS]
        ):
            raise ValueError("profile fields")
    if not set(map(type, plain.values())) <= _SCALARS:
        raise ValueError("values")
    return attributes


class _Reader:
    """Turns whatever a lockfile may hold by accident into one clear problem."""

    def __init__(self, file: str) -> None:
        self.file = file

    def document(self, data: bytes) -> dict[str, Any]:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.refuse("The lockfile is not UTF-8 text.", line=data.count(b"\n", 0, error.start) + 1)
        try:
            document = json.loads(text)
        except json.JSONDecodeError as error:
            self.refuse_syntax(text, error)
        except RecursionError:
            self.refuse("The lockfile is nested too deeply to be one.")
        if not isinstance(document, dict):
            self.refuse("The lockfile doesn't hold a JSON object.")
        return document

    def refuse_syntax(self, text: str, error: json.JSONDecodeError) -> NoReturn:
        for number, line in enumerate(text.split("\n"), start=1):
            if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
                self.refuse(
                    "The lockfile holds the marks of a merge conflict.",
                    line=number,
                    hint="Keep the lines of both sides, one for each member, and delete the marks.",
                )
        self.refuse(f"The lockfile is not JSON: {error.msg}.", line=error.lineno, column=error.colno)

    def check_header(self, document: dict[str, Any], environment: str, target: str) -> None:
        if document.get("format") != FORMAT or isinstance(document["format"], bool):
            self.refuse(
                f"The lockfile's format is {_json(document.get('format'))}, and this version reads {FORMAT}.",
                hint="Use the version of Reconciler that wrote it, or a newer one.",
            )
        for name, expected in (("environment", environment), ("target", target)):
            found = document.get(name)
            if found != expected:
                self.refuse(
                    f"The lockfile belongs to {name} {_json(found)}, not to {_json(expected)}.",
                    hint="It says nothing about this panel. Give each environment a lockfile of its own: "
                    "restore the right one from git, or move this one away if this panel starts anew.",
                )
        unknown = [name for name in document if name not in {*_HEADER, *_SECTIONS}]
        if unknown or not isinstance(document.get("members"), dict):
            what = f"an unknown key {_json(unknown[0])}" if unknown else 'no "members"'
            self.refuse(f"The lockfile has {what}.")

    def entries(
        self, document: dict[str, Any], section: str, build: Callable[[dict[str, Any]], Any]
    ) -> Iterator[tuple[str, Any]]:
        entries = document.get(section, {})
        if not isinstance(entries, dict):
            self.refuse(f'"{section}" in the lockfile is not an object.')
        for key, entry in entries.items():
            try:
                built = build(entry)
                complete = len(built) == len(entry) and isinstance(built.pushed, str)
            except (KeyError, TypeError, ValueError, AttributeError):
                complete = False
            if not complete:
                self.refuse(f'The entry under "{section}" is malformed: ', Address(key))
            yield key, built

    def check_nobody_stands_twice(self, lockfile: Lockfile, data: bytes) -> None:
        sections = [getattr(lockfile, name) for name in _SECTIONS]
        written = [section for section in sections if section]
        if not lockfile.members:
            written.append(lockfile.members)
        # Two lines with one key, as git may merge them, are one entry to a JSON reader. A file of ours has
        # a line for each entry, so only where the lines don't add up are the keys looked at one by one.
        if data.count(b"\n") != 3 + sum(2 + len(section) for section in written) or data.count(b"\r"):
            json.loads(data, object_pairs_hook=self.unique)
        for key in (*lockfile.rejected, *lockfile.unconfirmed):
            if sum(key in section for section in sections) > 1:
                self.refuse(
                    "The lockfile holds one person in two sections: ",
                    Address(key),
                    hint='Keep the line under "members" if there is one, and delete the other.',
                )

    def unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value] # add returns None, which is what lets `or` go on
            self.refuse(
                "The lockfile holds one key twice: ", Address(twice), hint="Keep one of the two lines."
            )
        return found

    def refuse(
        self,
        *message: str | Address,
        line: int | None = None,
        column: int | None = None,
        hint: str = _RESTORE,
    ) -> NoReturn:
        words: Words = message
        raise InvalidInput(Problem(words, (hint,), Place(self.file, line, column)))
