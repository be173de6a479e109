"""The lockfile's format: bytes ↔ model. Knows no file.

One member a line, sorted, so that equal states are equal bytes and git shows and merges by member.
There is no counter, total or digest in it: git would merge two of those cleanly into a wrong one.

A file is read by msgspec, and trusted if writing what was read gives the same bytes, line ends aside: then
no key is repeated, no name unknown, nothing in another place. All others, such as one that was edited by
hand or written with other white space, are read by `reconciler.lockfile.parser`, which says what is wrong.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import msgspec

from reconciler.errors import InvalidInput
from reconciler.hosts import without_default_port
from reconciler.lockfile.model import (
    FORMAT,
    SECTIONS,
    AnEntry,
    Departed,
    Lockfile,
    Present,
    Rejected,
    Unconfirmed,
    in_canonical_form,
    in_two_sections,
    is_sound,
)
from reconciler.lockfile.parser import Parser

_json = msgspec.json.Encoder().encode


class _Document(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """The whole file; its keys are the fields, in this order. Sections of nobody are left out."""

    format: Literal[1]
    environment: str
    target: str
    members: dict[str, Present]
    rejected: dict[str, Rejected] = {}
    unconfirmed: dict[str, Unconfirmed] = {}
    departed: dict[str, Departed] = {}


def encode(lockfile: Lockfile) -> bytes:
    """The file's bytes."""
    document = _document(lockfile)
    header = {"format": FORMAT, "environment": document.environment, "target": document.target}
    pieces = [b"{\n", _json(header)[1:-1]]
    for name in SECTIONS:
        entries = getattr(document, name)
        if entries or name == "members":
            lines = b",\n".join([_json(key) + b":" + _json(entry) for key, entry in entries.items()])
            pieces += [b",\n", _json(name), b":{\n", lines, b"\n}" if lines else b"}"]
    return b"".join([*pieces, b"\n}\n"])


def _document(lockfile: Lockfile) -> _Document:
    """All of it in one order, so that equal states are equal bytes."""
    return _Document(
        FORMAT,
        lockfile.environment,
        lockfile.target,
        _in_order(lockfile.members),
        _in_order(lockfile.rejected),
        _in_order(lockfile.unconfirmed),
        dict(sorted(lockfile.departed.items())),
    )


def _in_order(entries: Mapping[str, AnEntry]) -> dict[str, AnEntry]:
    return {key: in_canonical_form(entries[key]) for key in sorted(entries)}


def digest(lockfile: Lockfile | None) -> str:
    """A name for the state that a lockfile records; no lockfile at all has one of its own."""
    if lockfile is None:
        return _sha256(b"")
    return lockfile.known_digest or _sha256(_json(_document(lockfile)))


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
    found = decode_any(data, file=file)
    for name, expected in (("environment", environment), ("target", target)):
        if (belongs_to := getattr(found, name)) != expected:
            Parser(file, data).refuse_foreign(name, belongs_to, expected)
    return found


def decode_any(data: bytes, *, file: str) -> Lockfile:
    """The lockfile that these bytes hold, of whichever environment and target they say that it is.

    For those who compare lockfiles with each other; who knows what it must belong to asks `decode`.

    Args:
        data: the whole file.
        file: its path as it is shown in problems.

    Raises:
        InvalidInput: it can't be read, or has another format. Never an empty state.
    """
    found = _decode_canonical(data) or Parser(file, data).lockfile()
    target = without_default_port(found.target)
    return found if target == found.target else replace(found, target=target, known_digest=None)


def is_same_state(one: bytes, other: bytes) -> bool:
    """Whether two files record the same, apart from white space.

    One that can't be read is the same as itself alone.
    """
    try:
        return one == other or decode_any(one, file="") == decode_any(other, file="")
    except InvalidInput:
        return False


def _decode_canonical(data: bytes) -> Lockfile | None:
    """The lockfile in a file that we could have written ourselves; None for any other."""
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (ValueError, RecursionError):
        return None
    sections = (document.members, document.rejected, document.unconfirmed, document.departed)
    found = Lockfile(document.environment, document.target, *sections)
    compact = _json(_document(found))
    is_canonical = compact == data.replace(b"\n", b"")  # in texts a line end is an escape
    is_fine = (
        bool(found.environment and found.target)
        and not in_two_sections(found)
        and all(is_sound(key, entry) for section in sections for key, entry in section.items())
    )
    return replace(found, known_digest=_sha256(compact)) if is_canonical and is_fine else None


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
