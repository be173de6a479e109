"""A lockfile in which nothing is wrong, read in bulk: in half the time that a look at each entry takes.

Whatever isn't plainly right is left to `reconciler.lockfile.parser`, which decides, and says what is wrong.
"""

import json
from collections.abc import Iterable, Mapping
from itertools import chain, islice
from operator import eq, itemgetter
from typing import Any

from reconciler.identity import is_simple
from reconciler.lockfile.entry import (
    PLAIN_TYPES,
    TIME,
    AnEntry,
    Build,
    present,
    read_entry,
    rejected,
    unconfirmed,
)
from reconciler.lockfile.model import Lockfile, Outcome, Present
from reconciler.lockfile.parser import FORMAT
from reconciler.member import EMAIL_ADDRESS

_AT_ONCE = 200  # members
LARGE = 1_000_000  # bytes
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_PARTS = ("outcome", "pushed", "attributes")
"""What stands in the entry of nearly every member."""

_parts = itemgetter(*_PARTS)
_address = itemgetter(EMAIL_ADDRESS)


class _Unusual(Exception):
    """Something that needs a closer look."""


def read_quickly(data: bytes, *, environment: str, target: str) -> Lockfile | None:
    """The lockfile that these bytes hold, of this environment and target; None where that is in doubt."""
    try:
        return _lockfile(
            _document(data), data, {"format": FORMAT, "environment": environment, "target": target}
        )
    except (_Unusual, ValueError, RecursionError):
        return None


def _document(data: bytes) -> Any:
    if len(data) < LARGE:
        return json.loads(data.decode("utf-8"))
    import orjson  # noqa: PLC0415 - takes half the time, but not where loading it takes longer

    return orjson.loads(data)


def _lockfile(document: Any, data: bytes, header: Mapping[str, Any]) -> Lockfile:
    if not isinstance(document, dict) or type(document.get("format")) is not int:
        raise _Unusual
    texts = _Texts()
    texts.count(list(document))
    members = texts.members(document.pop("members", None))
    refused = texts.section(document.pop("rejected", {}), rejected)
    doubted = texts.section(document.pop("unconfirmed", {}), unconfirmed)
    texts.count(list(document.values()))
    everybody = {*members, *refused, *doubted}
    if document != header or len(everybody) != len(members) + len(refused) + len(doubted):
        raise _Unusual
    if texts.counted != _texts_in(data):
        raise _Unusual
    return Lockfile(header["environment"], header["target"], members, refused, doubted)


def _texts_in(data: bytes) -> int:
    """How many texts stand in a JSON file, keys included: each has two quotes that no backslash escapes."""
    if b"\\" in data:
        data = data.replace(rb"\\", b"").replace(rb"\"", b"")
    return data.count(b'"') // 2


class _Texts:
    """Reads sections, and counts the texts in what it has read, keys included.

    A key that stood twice is gone from what was decoded, and so is a text that stood in the file: that tells
    as much as a look at the keys of each object, in no time.
    """

    def __init__(self) -> None:
        self.counted = 0

    def members(self, section: Any) -> dict[str, Present]:
        if not isinstance(section, dict):
            raise _Unusual
        found: dict[str, Present] = {}
        items = iter(section.items())
        while some := dict(islice(items, _AT_ONCE)):
            found |= self._all_plain(some) or self.section(some, present)
        return found

    def section(self, section: Any, build: Build[AnEntry]) -> dict[str, AnEntry]:
        if not isinstance(section, dict):
            raise _Unusual
        found = {key: read_entry(build, key, entry) for key, entry in section.items()}
        self.count([section])
        sound = {key: entry for key, entry in found.items() if entry is not None}
        if len(sound) < len(found):
            raise _Unusual
        return sound

    def count(self, values: Iterable[Any]) -> None:
        for value in values:
            if isinstance(value, str):
                self.counted += 1
            elif isinstance(value, list):
                self.count(value)
            elif isinstance(value, dict):
                self.counted += len(value)
                self.count(value.values())

    def _all_plain(self, some: Mapping[str, Any]) -> dict[str, Present] | None:
        """Many entries at once, column by column; None if one of them is other than nearly all are."""
        try:
            outcomes, times, people = zip(*map(_parts, some.values()), strict=True)
            types = [*map(type, chain.from_iterable(map(dict.values, people)))]
            is_sound = (
                {*map(len, some.values())} == {len(_PARTS)}
                and PLAIN_TYPES.issuperset(zip(chain.from_iterable(people), types, strict=True))
                and all(map(TIME.fullmatch, {*times}))
                and all(map(eq, some, map(_address, people)))
                and all(map(is_simple, some))
            )
            found = dict(
                zip(some, map(Present, map(_OUTCOMES.__getitem__, outcomes), times, people), strict=True)
            )
        except (KeyError, TypeError):
            return None
        if not is_sound:
            return None
        keys_and_words = len(_PARTS) + 3  # of each entry: its identity, its keys, outcome and time
        self.counted += len(some) * keys_and_words + len(types) + types.count(str)
        return found
