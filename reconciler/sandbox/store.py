"""What the sandbox holds, in SQLite: the members, who was deleted, and how many calls were spent.

One file, without a write-ahead log, so that copying or deleting that file is all there is to it. A
call's answer is given after its transaction is committed, and a commit is on disk: a process that is
killed right after an answer has lost nothing.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.identity import identity
from reconciler.member import EMAIL_ADDRESS, Attributes
from reconciler.problems import Location, Problem
from reconciler.sandbox.file_format import is_current, make_current
from reconciler.sandbox.standing import Standing, standing_of
from reconciler.sandbox.update import updated

_IN_MEMORY = ":memory:"
_SELECT = "SELECT identity, attributes, is_unsubscribed FROM member"


class Resident(NamedTuple):
    """Somebody who is in the panel."""

    key: str
    attributes: dict[str, Any]
    standing: Standing


class Store:
    """The sandbox's memory. One process writes; others may read meanwhile."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take over an open connection to a prepared file; `opened` prepares one."""
        self._connection = connection

    @classmethod
    def opened(cls, path: Path | None, seed: Callable[[], Iterable[Attributes]] = tuple) -> Self:
        """Open the file, or a store in memory for None; a new one begins with the members that `seed` gives.

        Raises:
            InvalidInput: the file can't be opened, or is no sandbox's data.
        """
        try:
            # isolation_level=None: transactions begin and end only where this file says so.
            store = cls(sqlite3.connect(path or _IN_MEMORY, timeout=10, isolation_level=None))
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        try:
            store._prepare(seed)
        except BaseException as error:
            store.close()
            if isinstance(error, sqlite3.Error):
                raise _unusable(path, error) from error
            raise
        return store

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: committed at the end of the block, undone where it raises."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def add(self, attributes: Attributes) -> bool:
        """Add a member; False, and no change, where the address is known. Who was deleted is new again."""
        key = identity(attributes[EMAIL_ADDRESS])
        cursor = self._connection.execute(
            "INSERT OR IGNORE INTO member (identity, attributes) VALUES (?, ?)", (key, _text(attributes))
        )
        if cursor.rowcount != 1:
            return False
        self._connection.execute("DELETE FROM deleted WHERE identity = ?", (key,))
        return True

    def update(self, attributes: Attributes) -> None:
        """Put these fields over those of a member; nothing, where the address isn't known."""
        key = identity(attributes[EMAIL_ADDRESS])
        for resident in self._residents(f"{_SELECT} WHERE identity = ?", key):
            self._connection.execute(
                "UPDATE member SET attributes = ? WHERE identity = ?",
                (_text(updated(resident.attributes, attributes)), key),
            )

    def delete(self, key: str) -> None:
        """Forget a member but for the identity, by which it is known later that there was one."""
        self._connection.execute("DELETE FROM member WHERE identity = ?", (key,))
        self._connection.execute("INSERT OR IGNORE INTO deleted VALUES (?)", (key,))

    def unsubscribe(self, key: str) -> None:
        """Note that a member wants no more mail; they stay in the panel, with all their fields."""
        self._connection.execute("UPDATE member SET is_unsubscribed = 1 WHERE identity = ?", (key,))

    def standing(self, key: str) -> Standing:
        """How somebody stands with this panel."""
        for resident in self._residents(f"{_SELECT} WHERE identity = ?", key):
            return resident.standing
        was_there = self._one("SELECT count(*) FROM deleted WHERE identity = ?", key)
        return Standing.DELETED if was_there else Standing.UNKNOWN

    def spend_call(self) -> None:
        """Count one call."""
        self._connection.execute("UPDATE spent SET calls = calls + 1")

    @property
    def calls(self) -> int:
        """How many calls were spent so far."""
        return int(self._one("SELECT calls FROM spent"))

    @property
    def deleted(self) -> int:
        """How many people were deleted, and have not been added since."""
        return int(self._one("SELECT count(*) FROM deleted"))

    def residents(self) -> list[Resident]:
        """Everyone, in the order in which they came."""
        return self._residents(f"{_SELECT} ORDER BY number")

    def members(self) -> dict[str, dict[str, Any]]:
        """Everyone's fields, by identity, in the order in which they came."""
        return {resident.key: resident.attributes for resident in self.residents()}

    def _prepare(self, seed: Callable[[], Iterable[Attributes]]) -> None:
        # What is deleted is overwritten: whoever asked to be forgotten isn't left in the file's free pages.
        self._connection.execute("PRAGMA secure_delete = ON").close()
        if is_current(self._connection):
            return
        with self.transaction():
            if make_current(self._connection):
                for attributes in seed():
                    self.add(attributes)

    def _residents(self, question: str, *given: str) -> list[Resident]:
        with closing(self._connection.execute(question, given)) as rows:
            return [_resident(*row) for row in rows]

    def _one(self, question: str, *given: str) -> Any:
        return self._connection.execute(question, given).fetchone()[0]


def _resident(key: str, fields: str, is_unsubscribed: int) -> Resident:
    attributes = json.loads(fields)
    return Resident(key, attributes, standing_of(attributes, is_unsubscribed=bool(is_unsubscribed)))


def _text(attributes: Attributes) -> str:
    return json.dumps(attributes, ensure_ascii=False)


def _unusable(path: Path | None, reason: sqlite3.Error) -> InvalidInput:
    return InvalidInput(
        Problem(
            (f"The sandbox's data can't be used: {reason}.",),
            ("If it is damaged, delete it; for an embedded sandbox: reconciler sandbox reset ENV.",),
            Location(display_path(path)) if path else None,
        )
    )
