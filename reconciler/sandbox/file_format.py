"""The format of the sandbox's data file: its tables, and how a file of an earlier format gets to it.

Format 1 knew members alone; format 2 knows who unsubscribed, and who was deleted.
"""

import sqlite3

_FORMAT = 2
MARK = 0x52434E53  # "RCNS", so that no other program's file is taken for ours
_FORMAT_1 = (
    "CREATE TABLE member (number INTEGER PRIMARY KEY, identity TEXT UNIQUE, attributes TEXT NOT NULL)",
    "CREATE TABLE spent (calls INTEGER NOT NULL)",
    "INSERT INTO spent VALUES (0)",
    f"PRAGMA application_id = {MARK}",
)
_FROM_1_TO_2 = (
    "ALTER TABLE member ADD COLUMN is_unsubscribed INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE deleted (identity TEXT PRIMARY KEY)",
    f"PRAGMA user_version = {_FORMAT}",
)


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether the file is ours, and of the format that we write."""
    return _found(connection) == (MARK, _FORMAT)


def make_current(connection: sqlite3.Connection) -> bool:
    """Bring a file to the format that we write, within the caller's transaction; whether it was a new one.

    Raises:
        sqlite3.DatabaseError: the file isn't ours, or of a later format.
    """
    is_new = _is_new(connection)
    if is_new:
        _run(connection, *_FORMAT_1, *_FROM_1_TO_2)
    elif _found(connection) == (MARK, 1):
        _run(connection, *_FROM_1_TO_2)
    elif not is_current(connection):
        raise sqlite3.DatabaseError("it belongs to another program, or to another version")
    return is_new


def _run(connection: sqlite3.Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(statement)


def _found(connection: sqlite3.Connection) -> tuple[int, int]:
    return _one(connection, "PRAGMA application_id"), _one(connection, "PRAGMA user_version")


def _is_new(connection: sqlite3.Connection) -> bool:
    return not _one(connection, "PRAGMA user_version") and not _one(
        connection, "SELECT count(*) FROM sqlite_master"
    )


def _one(connection: sqlite3.Connection, question: str) -> int:
    return int(connection.execute(question).fetchone()[0])
