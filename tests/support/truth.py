"""The truth about a panel: each call that reached it, in a file that outlives whoever made the call."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from disk_room import UNLIMITED, room_for

Members: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Attributes by identity."""

US, OTHERS = "us", "others"


class Deed(StrEnum):
    """What the panel did about a call."""

    COUNTED = "counted"
    REFUSED = "refused"
    TOO_LARGE = "too large"
    NOTHING = "nothing"


class Call(NamedTuple):
    """One call: who made it, with whom, and what the panel did.

    `new` are those who got in by it. `is_told` says whether the caller was given the true answer.
    """

    by: str
    members: Members
    deed: Deed = Deed.NOTHING
    new: tuple[str, ...] = ()
    is_told: bool = False


class Truth:
    """What really happened; `calls` in order, `panel` with the call that put each person in.

    Several processes may note what happens, one after the other; `catch_up` reads what others noted.
    """

    def __init__(self, path: Path) -> None:
        """Begin with nobody, in a new file."""
        self._path = path
        self._path.touch()
        self._read = 0
        self.calls: list[Call] = []
        self.panel: dict[str, Call] = {}

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
            call = Call(*json.loads(line))
            self.calls.append(call)
            self.panel.update(dict.fromkeys(call.new, call))
        self._read = len(data)

    def absent(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Those who aren't in the panel."""
        return tuple(key for key in keys if key not in self.panel)

    def put_in_by(self, whom: str) -> frozenset[str]:
        """Everybody who is in the panel by a call of theirs."""
        return frozenset(key for key, call in self.panel.items() if call.by == whom)

    def ours(self) -> Iterator[Call]:
        """The calls that we made."""
        return (call for call in self.calls if call.by == US)
