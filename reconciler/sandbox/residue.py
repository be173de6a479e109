"""Whether a sandbox's data file knows somebody, without touching it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from reconciler.sandbox.file_format import MARK

_HEADER = b"SQLite format 3\0"
_MARK_AT = 68  # where SQLite keeps the application's number: its page *Database File Format*, 1.3


def is_data(head: bytes) -> bool:
    """Whether a file that begins so is a sandbox's data."""
    return head.startswith(_HEADER) and head[_MARK_AT:].startswith(MARK.to_bytes(4, "big"))


def standing_in(path: Path, key: str) -> str | None:
    """`in the panel` or `deleted from it`; None for one whom it doesn't know.

    Raises:
        OSError: it can't be read.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            if _count(connection, "SELECT count(*) FROM member WHERE identity = ?", key):
                return "in the panel"
            # The first format didn't remember who was deleted.
            remembers = _count(connection, "SELECT count(*) FROM sqlite_master WHERE name = ?", "deleted")
            question = "SELECT count(*) FROM deleted WHERE identity = ?"
            return "deleted from it" if remembers and _count(connection, question, key) else None
    except sqlite3.Error as error:
        raise OSError(0, str(error)) from error


def _count(connection: sqlite3.Connection, question: str, given: str) -> int:
    return int(connection.execute(question, (given,)).fetchone()[0])
