"""A page of members: what is read of it, what is left out, and what is no page."""

import asyncio
import json
from typing import Any

import pytest
from people import person
from socket_vendor import SocketVendor
from world import KEY

from reconciler.credential import Credential
from reconciler.member import FIELDS
from reconciler.questionpro.answers import Access, HttpAnswer
from reconciler.questionpro.client import QuestionProPanel
from reconciler.questionpro.pages import read_page
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Denied,
    Lost,
    Page,
    ReadPage,
    Refused,
    Reply,
    Throttled,
    Unusable,
)

_PATIENCE = 60
ACCESS = Access("https://api.example.org", "the variable KEY", Credential(KEY, "x").hide_in)


def _read(body: Any, status: int = 200, *, complete: bool = True) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    came = HttpAnswer(status, {"content-length": "1"}, raw, complete=complete)
    return read_page(came, ReadPage(1), ACCESS)


def _page(*members: dict[str, Any]) -> dict[str, Any]:
    return {"response": [*members], "pagination": {"totalItems": 0}, "requestID": "r"}


def _members(*members: dict[str, Any]) -> list[Any]:
    answer = _read(_page(*members))
    assert isinstance(answer, Page), answer
    return [*answer.members]


def test_a_member_has_the_fields_that_are_not_null() -> None:
    listed = {**dict.fromkeys(FIELDS), **person("ada", firstName="", referID=0), "state": None}
    assert _members(listed) == [person("ada", firstName="", referID=0)]


def test_an_empty_page_is_a_page() -> None:
    assert _read(_page()) == Page(())


def test_keys_that_nobody_knows_are_left_out() -> None:
    value = {"city": "Oslo", "planet": "Earth"}
    listed = person(
        "ada",
        panelMemberId=7,
        state="MA",
        password="x",
        profileFields=[{"profileFieldId": 1, "value": value, "label": "y"}],
    )
    assert _members(listed) == [
        person("ada", profileFields=[{"profileFieldId": 1, "value": {"city": "Oslo"}}])
    ]


def test_a_number_where_text_belongs_is_its_text_and_the_other_way_round() -> None:
    (member,) = _members(person("ada", zipCode=2134, referID="7"))
    assert (member["zipCode"], member["referID"]) == ("2134", 7)


def test_a_member_may_have_no_address() -> None:
    assert _members({"firstName": "Ada", "emailAddress": None}) == [{"firstName": "Ada"}]


def test_half_of_a_character_does_not_lose_the_page() -> None:
    answer = _read(b'{"response": [{"emailAddress": "ada@example.org", "firstName": "Ada \\ud83c"}]}')
    assert answer == Page((person("ada", firstName="Ada ?"),))


@pytest.mark.parametrize("spelt", [KEY, KEY.upper(), "".join(f"\\u{ord(letter):04x}" for letter in KEY)])
def test_no_field_of_a_page_holds_the_key(spelt: str) -> None:
    answer = _read(f'{{"response": [{{"emailAddress": "a@example.org", "city": "in {spelt}"}}]}}'.encode())
    assert answer == Page(({"emailAddress": "a@example.org", "city": "in (the key)"},))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>log in</html>",
        b"nonsense",
        [],
        {},
        {"response": None},
        {"response": {}},
        {"response": ["ada@example.org"]},
        _page(person("ada", firstName=["Ada"])),
        _page(person("ada", firstName=True)),
        _page(person("ada", referID="many")),
        _page(person("ada", profileFields="x")),
        _page(person("ada", profileFields=[{"value": "x"}])),
        _page(person("ada", city="x" * 10_001)),
        _page(*[person("ada")] * 1001),
        b'{"response": [], "response": []}',
        b'{"response": [{"emailAddress": "a@b.org", "emailAddress": "c@d.org"}]}',
        b'{"response": ' + b"[" * 100_000,
        b'{"response": [{"referID": ' + b"9" * 5000 + b"}]}",
    ],
    ids=lambda body: str(body)[:40],
)
def test_what_is_no_page_of_members_is_not_used(body: Any) -> None:
    answer = _read(body)
    assert isinstance(answer, Unusable)
    assert "example.org" not in answer.reason
    assert len(answer.reason) < 200


def test_a_page_that_breaks_off_is_lost_and_one_that_never_ends_is_not_used() -> None:
    assert isinstance(_read(b'{"response": [{"emailAddress": "ada@exa'), Lost)
    assert isinstance(_read(b"", complete=False), Unusable)


def test_a_key_that_may_not_list_may_add_all_the_same() -> None:
    answer = _read({"response": {"error": {"message": "No"}}}, 403)
    assert isinstance(answer, Denied)
    assert "right to list" in answer.remedy
    assert "it may still work" in answer.remedy


def test_an_account_without_the_call_is_told_what_to_check() -> None:
    answer = _read({}, 404)
    assert isinstance(answer, Denied)
    assert "the call to list members" in answer.remedy


async def _replies(address: str, *requests: ReadPage) -> list[Reply]:
    async with QuestionProPanel(address, Credential(KEY, "the variable KEY"), _PATIENCE) as panel:
        return [await panel.read(request) for request in requests]


def _names(reply: Reply) -> list[str]:
    assert isinstance(reply.answer, Page)
    return [member["emailAddress"].partition("@")[0] for member in reply.answer.members]


def test_the_client_reads_pages_of_a_hundred_and_searches() -> None:
    with SocketVendor(holds=[person(f"m{number}") for number in range(150)]) as vendor:
        replies = asyncio.run(
            _replies(vendor.base_url, ReadPage(1), ReadPage(2), ReadPage(3), ReadPage(1, "M149@example.org"))
        )
    assert [len(_names(reply)) for reply in replies] == [100, 50, 0, 1]
    assert _names(replies[-1]) == ["m149"]
    assert all(reply.sent and reply.status == 200 for reply in replies)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("503", Lost),
        ("reset-after", Lost),
        ("429", Throttled),
        ("allowance", AllowanceUsedUp),
        ("400", Refused),
        ("403", Denied),
        ("redirect", Denied),
        ("login-page", Unusable),
        ("gzip", Page),
        ("huge", Page),
    ],
)
def test_each_fault_is_taken_for_what_it_is(fault: str, kind: type[Answer]) -> None:
    with SocketVendor(fault, holds=[person("ada")]) as vendor:
        (reply,) = asyncio.run(_replies(vendor.base_url, ReadPage(1)))
    assert isinstance(reply.answer, kind)
