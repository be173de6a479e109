"""An embedded environment's panel: created on first use, looked at without a trace, forgotten on demand."""

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from people import environment_of, person

from reconciler.environment.model import Api, Environment, OnChange, Policy
from reconciler.errors import DiskFailure, InvalidInput
from reconciler.questionpro.client import QuestionProPanel
from reconciler.questionpro.panel import AllowanceUsedUp, Answer, Counted, Save
from reconciler.sandbox.embedded import EMBEDDED_ADDRESS, contents, embedded_transport, forget, open_embedded
from reconciler.sandbox.store import Membership


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return environment_of(folder=tmp_path, target="embedded", api=Api(call_allowance=9))


def _seed(environment: Environment) -> None:
    (environment.folder / "sandbox-seed.csv").write_text("emailAddress\nada@example.org\n", encoding="utf-8")


def _add(environment: Environment, name: str) -> None:
    with closing(open_embedded(environment)) as store, store.transaction():
        store.add(person(name))


def _holds(environment: Environment) -> list[str]:
    return [resident.key for resident in contents(environment).residents]


def test_the_first_use_creates_the_panel_in_the_git_ignored_folder(environment: Environment) -> None:
    _add(environment, "bob")
    assert {path.name for path in environment.working_folder.iterdir()} == {".gitignore", "sandbox.sqlite3"}
    assert (environment.working_folder / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_new_panel_holds_the_seed(environment: Environment) -> None:
    _seed(environment)
    _add(environment, "bob")
    assert _holds(environment) == ["ada@example.org", "bob@example.org"]


def test_looking_at_a_panel_that_was_never_used_shows_its_seed_and_creates_nothing(
    environment: Environment,
) -> None:
    _seed(environment)
    found = contents(environment)
    assert [resident.key for resident in found.residents] == ["ada@example.org"]
    assert found.calls == 0
    assert not environment.working_folder.exists()


def test_forgetting_goes_back_to_the_seed(environment: Environment) -> None:
    _seed(environment)
    _add(environment, "bob")
    forget(environment)
    assert _holds(environment) == ["ada@example.org"]
    assert not (environment.working_folder / "sandbox.sqlite3").exists()


def test_forgetting_mends_data_that_cannot_be_read(environment: Environment) -> None:
    _add(environment, "bob")
    (environment.working_folder / "sandbox.sqlite3").write_bytes(b"rubbish " * 200)
    (environment.working_folder / "sandbox.sqlite3-journal").write_bytes(b"rubbish")
    with pytest.raises(InvalidInput):
        contents(environment)
    forget(environment)
    _add(environment, "cleo")
    assert _holds(environment) == ["cleo@example.org"]


def test_a_wrong_seed_is_said_and_leaves_no_half_made_panel(environment: Environment) -> None:
    (environment.folder / "sandbox-seed.csv").write_text("emailAddress\nada@\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"sandbox-seed\.csv:2"):
        open_embedded(environment)
    _seed(environment)
    _add(environment, "bob")
    assert _holds(environment) == ["ada@example.org", "bob@example.org"]


def test_a_folder_that_cannot_be_made_is_said(environment: Environment) -> None:
    (environment.folder / "blocked").write_text("", encoding="utf-8")
    with pytest.raises(DiskFailure):
        open_embedded(replace(environment, folder=environment.folder / "blocked"))


def test_who_has_the_status_blocked_in_the_seed_is_blocked(environment: Environment) -> None:
    (environment.folder / "sandbox-seed.csv").write_text(
        "emailAddress,status\nada@example.org,\neve@example.org,Blocked\n", encoding="utf-8"
    )
    assert {resident.key: resident.membership for resident in contents(environment).residents} == {
        "ada@example.org": Membership.MEMBER,
        "eve@example.org": Membership.BLOCKED,
    }


def test_it_tells_how_many_were_deleted(environment: Environment) -> None:
    _seed(environment)
    with closing(open_embedded(environment)) as store, store.transaction():
        store.delete("ada@example.org")
    found = contents(environment)
    assert (found.residents, found.deleted) == ([], 1)


def _answers(environment: Environment, *batches: list[dict[str, object]]) -> list[Answer]:
    async def run() -> list[Answer]:
        transport = embedded_transport(environment)
        async with QuestionProPanel(EMBEDDED_ADDRESS, None, 5, transport=transport) as panel:
            replies = [await panel.send(Save(batch)) for batch in batches]
        assert all(reply.sent for reply in replies)
        return [reply.answer for reply in replies]

    return asyncio.run(run())


def test_batches_are_counted_and_remembered_from_run_to_run(environment: Environment) -> None:
    assert _answers(environment, [person("ada"), person("bob")]) == [Counted(2, 0)]
    assert _answers(environment, [person("bob"), person("cleo")]) == [Counted(1, 1)]


def test_the_environments_allowance_is_all_that_there_is(environment: Environment) -> None:
    environment = replace(environment, api=Api(call_allowance=3))
    answers = _answers(environment, *([person("ada")] for _ in range(4)))
    assert [type(answer) for answer in answers] == [Counted, Counted, Counted, AllowanceUsedUp]


def test_data_that_cannot_be_used_is_said_before_anything_is_sent(environment: Environment) -> None:
    environment.working_folder.mkdir()
    (environment.working_folder / "sandbox.sqlite3").write_bytes(b"rubbish " * 200)
    with pytest.raises(InvalidInput, match="sandbox reset"):
        embedded_transport(environment)


def test_known_members_are_updated_just_where_the_policy_says_that_they_are(environment: Environment) -> None:
    assert _answers(environment, [person("ada")], [person("ada")]) == [Counted(1, 0), Counted(0, 1)]
    updating = replace(environment, policy=Policy(on_change=OnChange.RESUBMIT))
    assert _answers(updating, [person("ada", city="Oslo")]) == [Counted(1, 0)]
