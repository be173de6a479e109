"""The sandbox's data, in one SQLite file: the members, who was deleted, and how many calls were spent.

No write-ahead log, so that copying or deleting the file is all there is to it. An answer is given after its
transaction is committed, and a commit is on disk: a process that is killed right after an answer has lost
nothing.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, Self

from reconciler.errors import InvalidInput
from reconciler.files import display_path, is_link, open_for_appending, reason
from reconciler.identity import InvalidAddress, identity
from reconciler.member import EMAIL_ADDRESS, PROFILE_FIELD_ID, PROFILE_FIELDS, Attributes
from reconciler.problems import Location, Problem

_FORMAT = 3
_MARK = 0x52434E53  # "RCNS", so that no other program's file is taken for ours
_CREATE = (
    """CREATE TABLE member (number INTEGER PRIMARY KEY, identity TEXT UNIQUE, attributes TEXT NOT NULL,
        created TEXT, unsubscribed TEXT)""",
    "CREATE TABLE deleted (identity TEXT PRIMARY KEY)",
    "CREATE TABLE spent (calls INTEGER NOT NULL)",
    "INSERT INTO spent VALUES (0)",
    f"PRAGMA application_id = {_MARK}",
    f"PRAGMA user_version = {_FORMAT}",
)
_SELECT = "SELECT number, identity, attributes, created, unsubscribed FROM member"
_PAGE = f"""{_SELECT} WHERE (?1 IS NULL OR number IN (SELECT value FROM json_each(?1)))
    AND (?2 = '' OR instr(lower(json_extract(attributes, '$.emailAddress')), lower(?2)))
    AND (?3 = '' OR coalesce(json_extract(attributes, '$.status'), 'New') = ?3)
    ORDER BY number LIMIT ?5 OFFSET ?4"""  # noqa: S608 - fixed texts
_HEADER = b"SQLite format 3\0"
_MARK_AT = 68  # where SQLite keeps the application's number: its page *Database File Format*, 1.3


class Membership(StrEnum):
    """What the panel knows of a person. UNKNOWN was never there."""

    UNKNOWN = "unknown"
    MEMBER = "member"
    UNSUBSCRIBED = "unsubscribed"
    BLOCKED = "blocked"
    DELETED = "deleted"


class Resident(NamedTuple):
    """A person who is in the panel.

    `number` is the panel's own id; `created` and `unsubscribed` are times in ISO 8601, None where there is
    none.
    """

    number: int
    key: str
    attributes: dict[str, Any]
    created: str | None
    unsubscribed: str | None

    @property
    def membership(self) -> Membership:
        """MEMBER, UNSUBSCRIBED or BLOCKED; a block outweighs all else."""
        if self.attributes.get("status") == "Blocked":
            return Membership.BLOCKED
        return Membership.UNSUBSCRIBED if self.unsubscribed else Membership.MEMBER


class Store:
    """The sandbox's memory. One process writes at a time; others may read meanwhile.

    What can't be read or written raises `sqlite3.Error`, a damaged row too; only `opened` translates it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take over an open connection to a prepared file; `opened` prepares one."""
        self._connection = connection

    @classmethod
    def opened(cls, path: Path | None, seed: Callable[[], Iterable[Attributes]] = tuple) -> Self:
        """Open the file, or a store in memory for None; a new one begins with the members that `seed` gives.

        Raises:
            InvalidInput: the file can't be opened, or is no sandbox's data.
        """
        with readable(path):
            if path is not None and (is_link(path) or not path.exists()):
                # For its owner alone: it names people, and SQLite would leave its mode to the umask.
                os.close(open_for_appending(path))
            # isolation_level=None: transactions begin and end only where this file says so.
            store = cls(sqlite3.connect(path or ":memory:", timeout=10, isolation_level=None))
            try:
                store._prepare(seed)
            except BaseException:
                store.close()
                raise
            return store

    def close(self) -> None:
        """Release the file."""
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

    def add(self, attributes: Attributes, *, first: bool = False) -> bool:
        """Add a member, last in the panel's order or `first`; False, and no change, for a known address.

        A deleted person who is added is a new member.
        """
        key = identity(attributes[EMAIL_ADDRESS])
        number = self._number("SELECT min(number) - 1 FROM member") if first else None
        cursor = self._connection.execute(
            "INSERT OR IGNORE INTO member (number, identity, attributes, created) VALUES (?, ?, ?, ?)",
            (number, key, _text(attributes), _now()),
        )
        if cursor.rowcount != 1:
            return False
        self._connection.execute("DELETE FROM deleted WHERE identity = ?", (key,))
        return True

    def update(self, attributes: Attributes) -> None:
        """Put these fields over those of a member; nothing, where the address isn't known.

        A profile field is a field like any other, known by its id. No call takes a field away: the vendor's
        page *communities/add-update-members* names none.
        """
        key = identity(attributes[EMAIL_ADDRESS])
        for resident in self._residents(f"{_SELECT} WHERE identity = ?", key):
            fields = {**resident.attributes, **attributes}
            if known := resident.attributes.get(PROFILE_FIELDS):
                items = [*known, *(attributes.get(PROFILE_FIELDS) or ())]
                fields[PROFILE_FIELDS] = list({item[PROFILE_FIELD_ID]: item for item in items}.values())
            self._connection.execute(
                "UPDATE member SET attributes = ? WHERE identity = ?", (_text(fields), key)
            )

    def delete(self, key: str) -> None:
        """Delete a member. The identity stays, so that a later call can say `already deleted`."""
        self._connection.execute("DELETE FROM member WHERE identity = ?", (key,))
        self._connection.execute("INSERT OR IGNORE INTO deleted VALUES (?)", (key,))

    def unsubscribe(self, key: str) -> None:
        """Note that a member wants no more mail; they stay in the panel, with all their fields."""
        self._connection.execute(
            "UPDATE member SET unsubscribed = coalesce(unsubscribed, ?) WHERE identity = ?", (_now(), key)
        )

    def membership(self, key: str) -> Membership:
        """What the panel knows of a person."""
        for resident in self._residents(f"{_SELECT} WHERE identity = ?", key):
            return resident.membership
        was_there = self._number("SELECT count(*) FROM deleted WHERE identity = ?", key)
        return Membership.DELETED if was_there else Membership.UNKNOWN

    def spend_call(self) -> None:
        """Count one call."""
        self._connection.execute("UPDATE spent SET calls = calls + 1")

    @property
    def calls(self) -> int:
        """How many calls were spent so far."""
        return self._number("SELECT calls FROM spent")

    @property
    def deleted(self) -> int:
        """How many people were deleted, and have not been added since."""
        return self._number("SELECT count(*) FROM deleted")

    def residents(self) -> list[Resident]:
        """Everyone, in the panel's order."""
        return self._residents(f"{_SELECT} ORDER BY number")

    def page(
        self, start: int, size: int, *, ids: list[int] | None, search: str | None, status: str | None
    ) -> list[Resident]:
        """Matching residents from `start` to `start + size`; None and an empty text match everyone."""
        return self._residents(
            _PAGE, None if ids is None else json.dumps(ids), search or "", status or "", start, size
        )

    def _prepare(self, seed: Callable[[], Iterable[Attributes]]) -> None:
        # What is deleted is overwritten: nothing of a deleted member stays in the file's free pages.
        self._connection.execute("PRAGMA secure_delete = ON").close()
        if self._found() == (_MARK, _FORMAT):
            return
        with self.transaction():
            if self._found()[1] == self._number("SELECT count(*) FROM sqlite_master") == 0:
                for statement in _CREATE:
                    self._connection.execute(statement)
                for attributes in seed():
                    self.add(attributes)
            elif self._found() != (_MARK, _FORMAT):
                raise sqlite3.DatabaseError("it belongs to another program, or to another version")

    def _found(self) -> tuple[int, int]:
        return self._number("PRAGMA application_id"), self._number("PRAGMA user_version")

    def _residents(self, question: str, *given: str | int | None) -> list[Resident]:
        with closing(self._connection.execute(question, given)) as rows:
            return [_resident(*row) for row in rows]

    def _number(self, question: str, *given: str) -> int:
        row = self._connection.execute(question, given).fetchone()
        if row is None or not isinstance(row[0], int):
            raise sqlite3.DatabaseError("a count in it is damaged")
        return row[0]


@contextmanager
def readable(path: Path | None) -> Iterator[None]:
    """The block uses the data in this file.

    Raises:
        InvalidInput: the file can't be opened or read, a row is damaged, or it is no sandbox's data.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        why = reason(error) if isinstance(error, OSError) else error
        raise InvalidInput(
            Problem(
                (f"The sandbox's data can't be used: {why}.",),
                ("If it is damaged, delete it; for an embedded sandbox: reconciler sandbox reset ENV.",),
                Location(display_path(path)) if path else None,
            )
        ) from error


def is_data(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a sandbox's data."""
    return head.startswith(_HEADER) and head[_MARK_AT:].startswith(_MARK.to_bytes(4, "big"))


def mention_in(path: Path, key: str) -> str | None:
    """`in the panel` or `deleted from it`; None for a person unknown to the data file. Writes nothing.

    Raises:
        OSError: the file can't be read.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            for table, mention in (("member", "in the panel"), ("deleted", "deleted from it")):
                found = connection.execute(f"SELECT count(*) FROM {table} WHERE identity = ?", (key,))  # noqa: S608 - two fixed names
                if found.fetchone()[0]:
                    return mention
    except sqlite3.Error as error:
        raise OSError(0, str(error)) from error
    return None


def _resident(number: int, key: str, fields: str, created: str | None, unsubscribed: str | None) -> Resident:
    """One row, checked: the file may have been edited by hand.

    Raises:
        sqlite3.DatabaseError: the row is damaged.
    """
    try:
        attributes = json.loads(fields)
        times = all(isinstance(time, str | None) for time in (created, unsubscribed))
        if times and identity(attributes[EMAIL_ADDRESS]) == key:
            _text(attributes).encode()
            return Resident(
                number, key, attributes, created and str(created), unsubscribed and str(unsubscribed)
            )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, InvalidAddress):
        pass
    raise sqlite3.DatabaseError(f"row {number} of the table member is damaged")


def _text(attributes: Attributes) -> str:
    return json.dumps(attributes, ensure_ascii=False, allow_nan=False)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
