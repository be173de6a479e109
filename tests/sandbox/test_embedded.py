"""An embedded environment's panel: created on first use, looked at without a trace, forgotten on demand."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from people import environment_of, person

from reconciler.environment.model import Api, Environment
from reconciler.errors import DiskFailure, InvalidInput
from reconciler.sandbox.embedded import contents, forget, open_embedded
from reconciler.sandbox.standing import Standing


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return environment_of(folder=tmp_path, target="embedded", api=Api(call_allowance=9))


def _seed(environment: Environment) -> None:
    (environment.folder / "sandbox-seed.csv").write_text("emailAddress\nada@example.org\n", encoding="utf-8")


def _add(environment: Environment, name: str) -> None:
    with closing(open_embedded(environment)) as store, store.transaction():
        store.add(person(name))


def test_the_first_use_creates_the_panel_in_the_git_ignored_folder(environment: Environment) -> None:
    _add(environment, "bob")
    assert {path.name for path in environment.working_folder.iterdir()} == {".gitignore", "sandbox.sqlite3"}
    assert (environment.working_folder / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_new_panel_holds_the_seed(environment: Environment) -> None:
    _seed(environment)
    _add(environment, "bob")
    assert list(contents(environment).members) == ["ada@example.org", "bob@example.org"]


def test_looking_at_a_panel_that_was_never_used_shows_its_seed_and_creates_nothing(
    environment: Environment,
) -> None:
    _seed(environment)
    found = contents(environment)
    assert list(found.members) == ["ada@example.org"]
    assert (found.calls, found.allowance) == (0, 9)
    assert not environment.working_folder.exists()


def test_forgetting_goes_back_to_the_seed(environment: Environment) -> None:
    _seed(environment)
    _add(environment, "bob")
    forget(environment)
    assert list(contents(environment).members) == ["ada@example.org"]
    assert not (environment.working_folder / "sandbox.sqlite3").exists()


def test_forgetting_twice_is_the_same_as_once(environment: Environment) -> None:
    forget(environment)
    forget(environment)
    assert contents(environment).members == {}


def test_forgetting_mends_data_that_cannot_be_read(environment: Environment) -> None:
    _add(environment, "bob")
    (environment.working_folder / "sandbox.sqlite3").write_bytes(b"rubbish " * 200)
    (environment.working_folder / "sandbox.sqlite3-journal").write_bytes(b"rubbish")
    with pytest.raises(InvalidInput):
        contents(environment)
    forget(environment)
    _add(environment, "cleo")
    assert list(contents(environment).members) == ["cleo@example.org"]


def test_a_wrong_seed_is_said_and_leaves_no_half_made_panel(environment: Environment) -> None:
    (environment.folder / "sandbox-seed.csv").write_text("emailAddress\nada@\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"sandbox-seed\.csv:2"):
        open_embedded(environment)
    _seed(environment)
    _add(environment, "bob")
    assert list(contents(environment).members) == ["ada@example.org", "bob@example.org"]


def test_a_folder_that_cannot_be_made_is_said(environment: Environment) -> None:
    (environment.folder / "blocked").write_text("", encoding="utf-8")
    with pytest.raises(DiskFailure):
        open_embedded(replace(environment, folder=environment.folder / "blocked"))


def test_members_keep_all_their_fields(environment: Environment) -> None:
    ada = person("ada", city="Tromsø", profileFields=[{"profileFieldId": 1, "value": [2, "x"]}])
    with closing(open_embedded(environment)) as store, store.transaction():
        store.add(ada)
    assert json.dumps(contents(environment).members["ada@example.org"]) == json.dumps(ada)


def test_who_has_the_status_blocked_in_the_seed_is_blocked(environment: Environment) -> None:
    (environment.folder / "sandbox-seed.csv").write_text(
        "emailAddress,status\nada@example.org,\neve@example.org,Blocked\n", encoding="utf-8"
    )
    assert contents(environment).standings == {
        "ada@example.org": Standing.MEMBER,
        "eve@example.org": Standing.BLOCKED,
    }


def test_it_tells_how_many_were_deleted(environment: Environment) -> None:
    _seed(environment)
    with closing(open_embedded(environment)) as store, store.transaction():
        store.delete("ada@example.org")
    found = contents(environment)
    assert (found.members, found.standings, found.deleted) == ({}, {}, 1)
