"""The lockfile's format: bytes ↔ model. Knows no file.

One member a line, sorted, so that equal states are equal bytes and git shows and merges by member.
There is no counter, total or digest in it: git would merge two of those cleanly into a wrong one.

A file is read by msgspec, and trusted if writing what was read gives the same bytes: then no key is
repeated, no name unknown, nothing in another place. All others, such as one that was edited by hand or
written with other white space, are read by `reconciler.lockfile.parser`, which says what is wrong.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

import msgspec

from reconciler.environment.model import without_default_port
from reconciler.errors import InvalidInput
from reconciler.lockfile.model import FORMAT, SECTIONS, Entry, Lockfile, in_canonical_form, is_sound
from reconciler.lockfile.parser import Parser

_json = msgspec.json.Encoder().encode


def encode(lockfile: Lockfile) -> bytes:
    """The file's bytes; sections other than `members` are written only if they hold somebody."""
    header = {"format": FORMAT, "environment": lockfile.environment, "target": lockfile.target}
    pieces = [b"{\n", _json(header)[1:-1]]
    for name in SECTIONS:
        entries: Mapping[str, Entry] = getattr(lockfile, name)
        if entries or name == "members":
            lines = b",\n".join(_lines(entries))
            pieces += [b",\n", _json(name), b":{\n", lines, b"\n}" if lines else b"}"]
    return b"".join([*pieces, b"\n}\n"])


def _lines(entries: Mapping[str, Entry]) -> Iterator[bytes]:
    for key in sorted(entries):
        yield _json(key) + b":" + _json(in_canonical_form(entries[key]))


def digest(lockfile: Lockfile | None) -> str:
    """A name for the state that a lockfile records; no lockfile at all has one of its own."""
    if lockfile is None:
        return _sha256(b"")
    return lockfile.known_digest or _sha256(encode(lockfile))


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
    found = _decode_canonical(data)
    if found is not None and without_default_port(found.target) == found.target:
        return replace(found, known_digest=_sha256(data))
    found = found or Parser(file, data).lockfile()
    found = replace(found, target=without_default_port(found.target))
    return replace(found, known_digest=_sha256(encode(found)))


def is_same_state(one: bytes, other: bytes) -> bool:
    """Whether two files record the same, whatever their white space.

    One that can't be read is the same as itself alone.
    """
    try:
        return one == other or decode_any(one, file="") == decode_any(other, file="")
    except InvalidInput:
        return False


def _decode_canonical(data: bytes) -> Lockfile | None:
    """The lockfile in a file that we could have written ourselves; None for any other."""
    try:
        found = msgspec.json.decode(data, type=Lockfile)
    except (ValueError, RecursionError):
        return None
    sections = (found.members, found.rejected, found.unconfirmed)
    people = [*chain.from_iterable(sections)]
    entries: Iterator[Entry] = chain.from_iterable(section.values() for section in sections)
    is_fine = (
        bool(found.environment and found.target)
        and len({*people}) == len(people)
        and all(map(is_sound, people, entries))
    )
    return found if is_fine and encode(found) == data else None


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
