"""The real client, in process, on the embedded panel: no network and no key."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from people import environment_of, person

from reconciler.environment.model import Api, Environment, OnChange, Policy
from reconciler.errors import InvalidInput
from reconciler.panel import AllowanceUsedUp, Answer, Counted, Refused, Save
from reconciler.questionpro.client import QuestionProPanel
from reconciler.sandbox.transport import EMBEDDED_ADDRESS, embedded_transport


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return environment_of(folder=tmp_path, target="embedded", api=Api(call_allowance=3))


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


def test_a_field_that_the_page_does_not_know_is_refused(environment: Environment) -> None:
    (answer,) = _answers(environment, [person("ada", colour="red")])
    assert isinstance(answer, Refused)


def test_the_environments_allowance_is_all_that_there_is(environment: Environment) -> None:
    answers = _answers(environment, *([person("ada")] for _ in range(4)))
    assert [type(answer) for answer in answers] == [Counted, Counted, Counted, AllowanceUsedUp]


def test_data_that_cannot_be_used_is_said_before_anything_is_sent(environment: Environment) -> None:
    environment.working_folder.mkdir()
    (environment.working_folder / "sandbox.sqlite3").write_bytes(b"rubbish " * 200)
    with pytest.raises(InvalidInput, match="sandbox reset"):
        embedded_transport(environment)


def test_members_are_unsubscribed_and_deleted_in_process(environment: Environment) -> None:
    async def run() -> list[object]:
        transport = embedded_transport(environment)
        async with httpx.AsyncClient(base_url=EMBEDDED_ADDRESS, transport=transport) as client:
            await client.post("/micropanel/members", json=[person("ada")])
            answers = [
                await client.post("/micropanel/members/unsubscribe", json=["ada@example.org"]),
                await client.request("DELETE", "/micropanel/members", json=["ada@example.org"]),
            ]
        return [answer.json()["response"] for answer in answers]

    unsubscribed, deleted = asyncio.run(run())
    assert unsubscribed == {
        "membersUnsubscribedSuccessfully": 1,
        "membersUnavailable": 0,
        "membersAlreadyUnsubscribed": 0,
        "membersBlocked": 0,
    }
    assert deleted == {
        "membersDeletedSuccessfully": 1,
        "membersUnavailable": 0,
        "membersAlreadyDeleted": 0,
        "membersBlocked": 0,
    }


def test_known_members_are_updated_just_where_the_policy_says_that_they_are(environment: Environment) -> None:
    assert _answers(environment, [person("ada")], [person("ada")]) == [Counted(1, 0), Counted(0, 1)]
    updating = replace(environment, policy=Policy(on_change=OnChange.RESUBMIT))
    assert _answers(updating, [person("ada", city="Oslo")]) == [Counted(1, 0)]
