"""The truth about a panel: each call that reached it, in a file that outlives the caller."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from mortal import UNLIMITED, room_for

Members: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Attributes by identity; of members to remove, the address alone."""

US, OTHERS = "us", "others"
SAVE, UNSUBSCRIBE, DELETE = "save", "unsubscribe", "delete"


class Deed(StrEnum):
    """What the panel did about a call."""

    COUNTED = "counted"
    REFUSED = "refused"
    TOO_LARGE = "too large"
    NOTHING = "nothing"


class Call(NamedTuple):
    """One call: who made it, about whom, what it `asks`, and what the panel did.

    `new` are those who got in by it, `updated` those whose fields it replaced, `gone` those whom it took
    away, `blocked` those whom it left as they are. `updates` tells whether the account updates known members
    at that time. `is_told` says whether the caller was given the true answer, `in_doubt` whether the answer
    left it open what was done. `number` counts from 0.
    """

    by: str
    members: Members
    deed: Deed = Deed.NOTHING
    asks: str = SAVE
    new: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    updates: bool = False
    is_told: bool = False
    in_doubt: bool = False
    number: int = -1

    @property
    def answers(self) -> bool:
        """Whether the caller was told counts that say something about each member."""
        return self.is_told and self.deed == Deed.COUNTED and len(self.blocked) in (0, len(self.members))

    @property
    def refuses_one(self) -> bool:
        """Whether the caller was told that a single member is refused."""
        return self.is_told and self.deed in {Deed.REFUSED, Deed.TOO_LARGE} and len(self.members) == 1


class Truth:
    """What really happened; `calls` in order, `panel` with the call that put each person in.

    `unsubscribed` are those in the panel who get no mail, `fields` what the panel says of each. `blocked` and
    `stubborn` are those whom it won't take away: it counts the first as blocked, and refuses a batch with
    one of the second. Several processes may note what happens, one after the other; `catch_up` reads what
    others noted.
    """

    def __init__(self, path: Path) -> None:
        """Begin with nobody, in a new file."""
        self._path = path
        self._path.touch()
        self._read = 0
        self.calls: list[Call] = []
        self.panel: dict[str, Call] = {}
        self.fields: dict[str, Mapping[str, Any]] = {}
        self.unsubscribed: set[str] = set()
        self.blocked: frozenset[str] = frozenset()
        self.stubborn: frozenset[str] = frozenset()

    def note(self, call: Call) -> None:
        """Add a call. The vendor's disk has room, however little ours has."""
        line = json.dumps(call).encode() + b"\n"
        with room_for(UNLIMITED):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            os.write(descriptor, line)
            os.close(descriptor)
        self.catch_up()

    def catch_up(self) -> None:
        """Read what was noted since, by whomever."""
        data = self._path.read_bytes()
        for line in data[self._read :].splitlines():
            self._happens(Call(*json.loads(line))._replace(number=len(self.calls)))
        self._read = len(data)

    def _happens(self, call: Call) -> None:
        self.calls.append(call)
        self.panel.update(dict.fromkeys(call.new, call))
        self.fields.update({key: call.members[key] for key in (*call.new, *call.updated)})
        if call.asks == UNSUBSCRIBE:
            self.unsubscribed.update(call.gone)
        else:
            self.unsubscribed.difference_update(call.gone)
            for key in call.gone:
                del self.panel[key], self.fields[key]

    def absent(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Those who aren't in the panel."""
        return tuple(key for key in keys if key not in self.panel)

    def to_take(self, keys: Iterable[str], asks: str) -> tuple[str, ...]:
        """Those who still have to be unsubscribed or deleted."""
        is_done = self.unsubscribed if asks == UNSUBSCRIBE else ()
        return tuple(key for key in keys if key in self.panel and key not in is_done)

    def ours(self) -> Iterator[Call]:
        """The calls that we made."""
        return (call for call in self.calls if call.by == US)

    def everyone(self) -> frozenset[str]:
        """Everyone who was in a call."""
        return frozenset(key for call in self.calls for key in call.members)
