"""The sandbox's memory: on disk when it says so, and nobody else's file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from people import person

from reconciler.errors import InvalidInput
from reconciler.sandbox.standing import Standing
from reconciler.sandbox.store import Resident, Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "panel.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store.opened(path)) as opened:
        yield opened


def test_a_member_is_added_once(store: Store) -> None:
    with store.transaction():
        assert store.add(person("ada", firstName="Ada"))
        assert not store.add(person("ada", firstName="Augusta"))
    assert store.members() == {"ada@example.org": person("ada", firstName="Ada")}


def test_two_spellings_of_an_address_are_one_member(store: Store) -> None:
    with store.transaction():
        assert store.add({"emailAddress": "Ada@Bücher.example"})
        assert not store.add({"emailAddress": "ada@xn--bcher-kva.example"})
    assert list(store.members()) == ["ada@xn--bcher-kva.example"]


def test_what_was_committed_is_there_when_the_file_is_opened_again(store: Store, path: Path) -> None:
    with store.transaction():
        store.add(person("ada"))
        store.spend_call()
    with closing(Store.opened(path)) as again:
        assert list(again.members()) == ["ada@example.org"]
        assert again.calls == 1


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.add(person("ada"))
            store.spend_call()
            store.add({})

    with pytest.raises(KeyError):
        fail()
    assert store.members() == {}
    assert store.calls == 0


def test_members_come_in_the_order_in_which_they_were_added(store: Store) -> None:
    names = ["cleo", "ada", "bob"]
    with store.transaction():
        for name in names:
            store.add(person(name))
    assert list(store.members()) == [f"{name}@example.org" for name in names]


def test_a_new_store_begins_with_its_seed_and_an_old_one_does_not(path: Path) -> None:
    with closing(Store.opened(path, lambda: [person("ada")])) as first:
        assert list(first.members()) == ["ada@example.org"]
    with closing(Store.opened(path, lambda: [person("bob")])) as second:
        assert list(second.members()) == ["ada@example.org"]


def test_a_seed_that_fails_leaves_a_store_that_still_is_to_be_seeded(path: Path) -> None:
    def wrong() -> list[dict[str, str]]:
        raise InvalidInput

    with pytest.raises(InvalidInput):
        Store.opened(path, wrong)
    with closing(Store.opened(path, lambda: [person("ada")])) as store:
        assert list(store.members()) == ["ada@example.org"]


def test_a_store_in_memory_needs_no_file(tmp_path: Path) -> None:
    with closing(Store.opened(None)) as store, store.transaction():
        assert store.add(person("ada"))
    assert not list(tmp_path.iterdir())


def test_another_programs_database_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.commit()
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match="another program"):
        Store.opened(path)
    assert path.read_bytes() == before


def test_data_of_another_version_is_refused(store: Store, path: Path) -> None:
    store.close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(InvalidInput, match="another version"):
        Store.opened(path)


@pytest.mark.parametrize(
    "content", [b"not a database at all, but text " * 40, b"SQLite format 3\0" + b"x" * 600]
)
def test_a_damaged_file_is_named_with_the_way_out(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"sandbox reset") as caught:
        Store.opened(path)
    assert caught.value.problems[0].location is not None


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="unable to open"):
        Store.opened(tmp_path / "no" / "such" / "folder.sqlite3")


def test_one_may_look_while_another_writes(store: Store, path: Path) -> None:
    with store.transaction():
        store.add(person("ada"))
    with store.transaction():
        store.add(person("bob"))
        with closing(Store.opened(path)) as looking:
            assert list(looking.members()) == ["ada@example.org"]


def test_who_is_deleted_is_forgotten_but_for_their_identity(store: Store, path: Path) -> None:
    with store.transaction():
        store.add(person("ada", firstName="Augusta", city="Marylebone"))
    assert b"Marylebone" in path.read_bytes()
    with store.transaction():
        store.delete("ada@example.org")
    assert b"Marylebone" not in path.read_bytes()
    assert store.members() == {}
    assert store.deleted == 1


def test_who_is_deleted_and_added_again_is_deleted_no_more(store: Store) -> None:
    with store.transaction():
        store.add(person("ada"))
        store.delete("ada@example.org")
        store.add(person("ada"))
    assert store.deleted == 0
    assert store.standing("ada@example.org") is Standing.MEMBER


def test_somebody_who_never_was_there_is_unknown(store: Store) -> None:
    assert store.standing("ada@example.org") is Standing.UNKNOWN


def test_everyone_is_told_with_how_they_stand(store: Store) -> None:
    with store.transaction():
        store.add(person("ada"))
        store.add(person("eve", status="Blocked"))
        store.unsubscribe("ada@example.org")
    assert store.residents() == [
        Resident("ada@example.org", person("ada"), Standing.UNSUBSCRIBED),
        Resident("eve@example.org", person("eve", status="Blocked"), Standing.BLOCKED),
    ]


def test_an_update_of_somebody_unknown_adds_nobody(store: Store) -> None:
    with store.transaction():
        store.update(person("ada"))
    assert store.members() == {}
