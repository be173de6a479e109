"""The lockfile's format: bytes ↔ model. Knows no file.

One member a line, sorted, so that equal states are equal bytes and git shows and merges by member.
There is no counter, total or digest in it: git would merge two of those cleanly into a wrong one.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from reconciler.lockfile.entry import fields_of, present, rejected, unconfirmed
from reconciler.lockfile.foreseen import read_foreseen
from reconciler.lockfile.model import Entry, Lockfile
from reconciler.lockfile.parser import FORMAT, SECTIONS, Parser
from reconciler.lockfile.plain_lines import PlainLines
from reconciler.lockfile.quick_reading import LARGE, read_quickly
from reconciler.member import canonical
from reconciler.roster.model import Declaration

_AT_ONCE = 200  # lines


def encode(lockfile: Lockfile) -> bytes:
    """The file's bytes; the sections `rejected` and `unconfirmed` stand only where they hold somebody."""
    header = {"format": FORMAT, "environment": lockfile.environment, "target": lockfile.target}
    pieces = ["{\n", _json(header)[1:-1], ',\n"members": ', *_section(lockfile.members)]
    for name in SECTIONS[1:]:
        if entries := getattr(lockfile, name):
            pieces += [f',\n"{name}": ', *_section(entries)]
    text = "".join([*pieces, "\n}\n"])
    # A lone surrogate can only come from a JSON escape, and this writes it back as one.
    return text.encode("utf-8", "backslashreplace")


def digest(lockfile: Lockfile | None) -> str:
    """A name for the state that a lockfile records; no lockfile at all has one of its own."""
    if lockfile is None:
        return _sha256(b"")
    return lockfile.digest_on_disk or _sha256(encode(lockfile))


def decode(
    data: bytes,
    *,
    environment: str,
    target: str,
    file: str,
    declared: Mapping[str, Declaration] | None = None,
) -> Lockfile:
    """The lockfile that these bytes hold.

    Args:
        data: the whole file.
        environment: the environment that it must belong to.
        target: the address that it must belong to.
        file: its path as it is shown in problems.
        declared: the roster's members, where they are at hand: what is read is the same, and sooner.

    Raises:
        InvalidInput: it can't be read, has another format, or belongs elsewhere. Never an empty state.
    """
    read = partial(read_quickly, environment=environment, target=target)
    foreseen = read_foreseen(data, declared, read) if declared and len(data) >= LARGE else None
    quickly = foreseen or read(data)
    if quickly is not None:
        return replace(quickly, digest_on_disk=_sha256(data))
    parser = Parser(file)
    return _lockfile(parser, parser.document(data), data, environment, target)


def decode_any(data: bytes, *, file: str) -> Lockfile:
    """The lockfile that these bytes hold, of whichever environment and target they say that it is.

    For those who compare lockfiles with each other; who knows what it must belong to asks `decode`.

    Args:
        data: the whole file.
        file: its path as it is shown in problems.

    Raises:
        InvalidInput: it can't be read, or has another format. Never an empty state.
    """
    parser = Parser(file)
    document = parser.document(data)
    return _lockfile(parser, document, data, *parser.belonging(document))


def _lockfile(
    parser: Parser, document: Mapping[str, Any], data: bytes, environment: str, target: str
) -> Lockfile:
    parser.check_header(document, environment, target)
    members = parser.section(document, "members", present)
    refused = parser.section(document, "rejected", rejected)
    doubted = parser.section(document, "unconfirmed", unconfirmed)
    parser.check_nobody_stands_twice(members, refused, doubted)
    return Lockfile(environment, target, members, refused, doubted, digest_on_disk=_sha256(data))


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


_json = json.JSONEncoder(ensure_ascii=False).encode  # made once: `json.dumps` makes one for each line


def _section(entries: Mapping[str, Entry]) -> Iterator[str]:
    yield "{\n"
    for number, lines in enumerate(_lines(entries)):
        yield ",\n" if number else ""
        yield ",\n".join(lines)
    yield "\n}" if entries else "}"


def _lines(entries: Mapping[str, Entry]) -> Iterator[Sequence[str]]:
    keys, plain = sorted(entries), PlainLines()
    for begin in range(0, len(keys), _AT_ONCE):
        some = keys[begin : begin + _AT_ONCE]
        yield plain.of(some, [entries[key] for key in some]) or [
            _json({key: _entry(entries[key])})[1:-1] for key in some
        ]


def _entry(entry: Entry) -> dict[str, Any]:
    fields = fields_of(entry) | {"attributes": canonical(entry.attributes)}
    note = fields.get("undelivered")
    if note is not None and "attributes" in note:
        note["attributes"] = canonical(note["attributes"])
    return fields
