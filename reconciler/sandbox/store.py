"""What the sandbox holds, in SQLite: the members, and how many calls were spent.

One file, without a write-ahead log, so that copying or deleting that file is all there is to it. A
call's answer is given after its transaction is committed, and a commit is on disk: a process that is
killed right after an answer has lost nothing.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from reconciler.errors import InvalidInput
from reconciler.identity import identity
from reconciler.member import EMAIL_ADDRESS, Attributes
from reconciler.problem import Place, Problem
from reconciler.shown_path import shown

_FORMAT = 1
_APPLICATION_ID = 0x52434E53  # "RCNS", so that no other program's file is taken for ours
_TABLES = (
    "CREATE TABLE member (number INTEGER PRIMARY KEY, identity TEXT UNIQUE, attributes TEXT NOT NULL)",
    "CREATE TABLE spent (calls INTEGER NOT NULL)",
    "INSERT INTO spent VALUES (0)",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_FORMAT}",
)
_IN_MEMORY = ":memory:"


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
        """Add a member; False, and no change, where the address is known."""
        row = (identity(attributes[EMAIL_ADDRESS]), json.dumps(attributes, ensure_ascii=False))
        cursor = self._connection.execute(
            "INSERT OR IGNORE INTO member (identity, attributes) VALUES (?, ?)", row
        )
        return cursor.rowcount == 1

    def spend_call(self) -> None:
        """Count one call."""
        self._connection.execute("UPDATE spent SET calls = calls + 1")

    @property
    def calls(self) -> int:
        """How many calls were spent so far."""
        return int(self._one("SELECT calls FROM spent"))

    def members(self) -> dict[str, dict[str, Any]]:
        """Everyone, by identity, in the order in which they came."""
        rows = self._connection.execute("SELECT identity, attributes FROM member ORDER BY number")
        with closing(rows):
            return {key: json.loads(attributes) for key, attributes in rows}

    def _prepare(self, seed: Callable[[], Iterable[Attributes]]) -> None:
        if self._is_prepared():
            return
        with self.transaction():
            if self._is_new():
                for statement in _TABLES:
                    self._connection.execute(statement)
                for attributes in seed():
                    self.add(attributes)
            elif not self._is_prepared():
                raise sqlite3.DatabaseError("it belongs to another program, or to another version")

    def _is_prepared(self) -> bool:
        found = (self._one("PRAGMA application_id"), self._one("PRAGMA user_version"))
        return found == (_APPLICATION_ID, _FORMAT)

    def _is_new(self) -> bool:
        return not self._one("PRAGMA user_version") and not self._one("SELECT count(*) FROM sqlite_master")

    def _one(self, question: str) -> Any:
        return self._connection.execute(question).fetchone()[0]


def _unusable(path: Path | None, reason: sqlite3.Error) -> InvalidInput:
    return InvalidInput(
        Problem(
            (f"The sandbox's data can't be used: {reason}.",),
            ("If it is damaged, delete it; for an embedded sandbox: reconciler sandbox reset ENV.",),
            Place(shown(path)) if path else None,
        )
    )
