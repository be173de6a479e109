"""The sandbox's memory: on disk when it says so, and nobody else's file."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from people import members_of, person

from reconciler.errors import InvalidInput
from reconciler.sandbox.store import Membership, Store, is_data, mention_in


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "panel.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store.opened(path)) as opened:
        yield opened


def test_a_new_file_is_for_its_owner_alone_and_never_behind_a_link(tmp_path: Path) -> None:
    Store.opened(tmp_path / "data").close()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o600
    (tmp_path / "link").symlink_to("elsewhere")
    with pytest.raises(InvalidInput, match="symbolic link"):
        Store.opened(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_a_member_is_added_once(store: Store) -> None:
    with store.transaction():
        assert store.add(person("ada", firstName="Ada"))
        assert not store.add(person("ada", firstName="Augusta"))
    assert members_of(store) == {"ada@example.org": person("ada", firstName="Ada")}


def test_two_spellings_of_an_address_are_one_member(store: Store) -> None:
    with store.transaction():
        assert store.add({"emailAddress": "Ada@Bücher.example"})
        assert not store.add({"emailAddress": "ada@xn--bcher-kva.example"})
    assert list(members_of(store)) == ["ada@xn--bcher-kva.example"]


def test_what_was_committed_is_there_when_the_file_is_opened_again(store: Store, path: Path) -> None:
    with store.transaction():
        store.add(person("ada"))
        store.spend_call()
    with closing(Store.opened(path)) as again:
        assert list(members_of(again)) == ["ada@example.org"]
        assert again.calls == 1


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.add(person("ada"))
            store.spend_call()
            store.add({})

    with pytest.raises(KeyError):
        fail()
    assert members_of(store) == {}
    assert store.calls == 0


def test_a_new_store_begins_with_its_seed_and_an_old_one_does_not(path: Path) -> None:
    with closing(Store.opened(path, lambda: [person("ada")])) as first:
        assert list(members_of(first)) == ["ada@example.org"]
    with closing(Store.opened(path, lambda: [person("bob")])) as second:
        assert list(members_of(second)) == ["ada@example.org"]


def test_a_seed_that_fails_leaves_a_store_that_still_is_to_be_seeded(path: Path) -> None:
    def wrong() -> list[dict[str, str]]:
        raise InvalidInput

    with pytest.raises(InvalidInput):
        Store.opened(path, wrong)
    with closing(Store.opened(path, lambda: [person("ada")])) as store:
        assert list(members_of(store)) == ["ada@example.org"]


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
    with pytest.raises(InvalidInput, match="No such file or directory"):
        Store.opened(tmp_path / "no" / "such" / "folder.sqlite3")


def test_one_may_look_while_another_writes(store: Store, path: Path) -> None:
    with store.transaction():
        store.add(person("ada"))
    with store.transaction():
        store.add(person("bob"))
        with closing(Store.opened(path)) as looking:
            assert list(members_of(looking)) == ["ada@example.org"]


def test_who_is_deleted_is_forgotten_but_for_their_identity(store: Store, path: Path) -> None:
    with store.transaction():
        store.add(person("ada", firstName="Augusta", city="Marylebone"))
    assert b"Marylebone" in path.read_bytes()
    with store.transaction():
        store.delete("ada@example.org")
    assert b"Marylebone" not in path.read_bytes()
    assert members_of(store) == {}
    assert store.deleted == 1


def test_who_is_deleted_and_added_again_is_deleted_no_more(store: Store) -> None:
    with store.transaction():
        store.add(person("ada"))
        store.delete("ada@example.org")
        store.add(person("ada"))
    assert store.deleted == 0
    assert store.membership("ada@example.org") is Membership.MEMBER


def test_everyone_is_told_with_how_they_stand(store: Store) -> None:
    with store.transaction():
        store.add(person("ada"))
        store.add(person("eve", status="Blocked"))
        store.unsubscribe("ada@example.org")
    assert [(each.key, each.attributes, each.membership) for each in store.residents()] == [
        ("ada@example.org", person("ada"), Membership.UNSUBSCRIBED),
        ("eve@example.org", person("eve", status="Blocked"), Membership.BLOCKED),
    ]


def test_an_update_of_an_unknown_member_adds_nobody(store: Store) -> None:
    with store.transaction():
        store.update(person("ada"))
    assert members_of(store) == {}


def _updated(stored: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    with closing(Store.opened(None)) as store:
        store.add(stored)
        store.update(sent)
        return members_of(store)["ada@example.org"]


def _profile(*fields: tuple[int, Any]) -> dict[str, Any]:
    return {"profileFields": [{"profileFieldId": number, "value": value} for number, value in fields]}


@pytest.mark.parametrize(
    ("stored", "sent", "expected"),
    [
        (
            {"city": "London", "firstName": "Ada"},
            {"city": "", "custom1": "x"},
            {"city": "", "firstName": "Ada", "custom1": "x"},
        ),
        (_profile((1, "a"), (2, "b")), _profile((2, "c"), (3, "d")), _profile((1, "a"), (2, "c"), (3, "d"))),
        (_profile((1, "a")), {"profileFields": []}, _profile((1, "a"))),
        (_profile((1, "a")), {"profileFields": None}, _profile((1, "a"))),
        ({}, _profile((1, "a")), _profile((1, "a"))),
    ],
)
def test_sent_fields_win_and_the_others_stay_also_of_the_profile(
    stored: dict[str, Any], sent: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert _updated(person("ada", **stored), person("ada", **sent)) == person("ada", **expected)


@pytest.mark.parametrize(
    ("status", "is_unsubscribed", "membership"),
    [
        ("Blocked", False, Membership.BLOCKED),
        ("Blocked", True, Membership.BLOCKED),
        ("Active", False, Membership.MEMBER),
        ("Active", True, Membership.UNSUBSCRIBED),
        ("blocked", False, Membership.MEMBER),
    ],
)
def test_a_block_outweighs_and_is_written_in_one_way(
    store: Store, status: str, membership: Membership, *, is_unsubscribed: bool
) -> None:
    store.add(person("ada", status=status))
    if is_unsubscribed:
        store.unsubscribe("ada@example.org")
    assert store.membership("ada@example.org") is membership


def test_who_is_in_the_panel_who_was_deleted_and_who_never_was(tmp_path: Path) -> None:
    path = tmp_path / "a b#?.sqlite3"
    store = Store.opened(path)
    for name in ("ada", "bob"):
        store.add({"emailAddress": f"{name}@example.org"})
    store.delete("bob@example.org")
    store.close()
    before = path.read_bytes()
    assert is_data(before)
    found = [mention_in(path, f"{name}@example.org") for name in ("ada", "bob", "eve")]
    assert found == ["in the panel", "deleted from it", None]
    assert path.read_bytes() == before


def test_data_that_is_damaged_can_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    store = Store.opened(path)
    store.close()
    path.write_bytes(path.read_bytes()[:100] + b"x" * 4000)
    assert is_data(path.read_bytes())
    with pytest.raises(OSError, match=r"malformed|not a database"):
        mention_in(path, "ada@example.org")


def test_another_programs_data_is_not_ours() -> None:
    assert not is_data(b"SQLite format 3\0" + bytes(84))
