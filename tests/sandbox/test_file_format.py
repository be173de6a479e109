"""A data file of format 1 goes on working: it is brought to today's format when it is opened."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from people import person

from reconciler.errors import InvalidInput
from reconciler.sandbox.standing import Standing
from reconciler.sandbox.store import Store

ADA = person("ada", city="Tromsø")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file as the first format had it: Ada is in the panel, and it took three calls."""
    path = tmp_path / "panel.sqlite3"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(
            "CREATE TABLE member"
            " (number INTEGER PRIMARY KEY, identity TEXT UNIQUE, attributes TEXT NOT NULL);"
            "CREATE TABLE spent (calls INTEGER NOT NULL);"
            "INSERT INTO spent VALUES (3);"
            "PRAGMA application_id = 0x52434E53;"
            "PRAGMA user_version = 1;"
        )
        file.execute(
            "INSERT INTO member (identity, attributes) VALUES (?, ?)", ("ada@example.org", json.dumps(ADA))
        )
        file.commit()
    return path


def _version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        return int(file.execute("PRAGMA user_version").fetchone()[0])


def test_an_old_file_keeps_its_members_and_its_calls(old: Path) -> None:
    with closing(Store.opened(old)) as store:
        assert store.members() == {"ada@example.org": ADA}
        assert store.calls == 3
        assert store.standing("ada@example.org") is Standing.MEMBER
    assert _version(old) == 2


def test_an_old_file_is_not_seeded_again(old: Path) -> None:
    with closing(Store.opened(old, lambda: [person("bob")])) as store:
        assert list(store.members()) == ["ada@example.org"]


def test_the_members_of_an_old_file_can_be_unsubscribed_and_deleted(old: Path) -> None:
    with closing(Store.opened(old)) as store, store.transaction():
        store.unsubscribe("ada@example.org")
        assert store.standing("ada@example.org") is Standing.UNSUBSCRIBED
        store.delete("ada@example.org")
    with closing(Store.opened(old)) as again:
        assert again.standing("ada@example.org") is Standing.DELETED


def test_an_old_file_that_cannot_be_brought_up_stays_as_it_is(old: Path) -> None:
    with closing(sqlite3.connect(old)) as file:
        file.execute("CREATE TABLE deleted (theirs)")
        file.commit()
    before = old.read_bytes()
    with pytest.raises(InvalidInput, match="deleted already exists"):
        Store.opened(old)
    assert old.read_bytes() == before
