"""The sandbox takes what the vendor's page shows, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from people import people

from reconciler.member import FIELDS, PROFILE_FIELDS
from reconciler.sandbox.bodies import WrongBody, read_addresses, read_batch, wrong_fields

SAMPLE = Path(__file__).parent.parent / "questionpro" / "bodies" / "sample-request.json"


def _sample() -> dict[str, Any]:
    (member,) = json.loads(SAMPLE.read_text(encoding="utf-8"))
    return {**member, "emailAddress": "ada@example.org"}


def _refusal(body: object) -> WrongBody:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(WrongBody) as caught:
        read_batch(raw)
    return caught.value


def _profile(value: object) -> dict[str, Any]:
    return {"emailAddress": "ada@example.org", "profileFields": [{"profileFieldId": 577, "value": value}]}


def test_the_sample_of_the_vendors_page_is_taken_whole() -> None:
    assert read_batch(json.dumps([_sample()]).encode()) == [_sample()]


def test_the_sample_and_the_fields_that_can_be_declared_are_the_same_in_the_same_order() -> None:
    assert tuple(_sample()) == FIELDS


@given(people())
def test_whatever_can_be_declared_is_taken_as_it_is(attributes: dict[str, Any]) -> None:
    assert read_batch(json.dumps([attributes]).encode()) == [attributes]


@pytest.mark.parametrize("body", [b"", b"{", b"[{]", b"emailAddress=ada", b"\xff", b'["\xed\xa0\x80"]'])
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    assert not _refusal(body).is_json


@pytest.mark.parametrize(
    "body", [{}, [], "text", None, 1, [[]], ["ada@example.org"], [None], {"emailAddress": "a@b.cd"}]
)
def test_what_is_no_list_of_members_is_of_the_wrong_schema(body: object) -> None:
    assert _refusal(body).is_json


@pytest.mark.parametrize("field", [*FIELDS])
def test_a_field_of_the_wrong_type_is_refused(field: str) -> None:
    wrong: object = "text" if isinstance(_sample()[field], int) or field == PROFILE_FIELDS else 7
    assert _refusal([_sample() | {field: wrong}]).is_json


@pytest.mark.parametrize("field", [field for field, value in _sample().items() if value is not None])
def test_null_is_refused_where_the_sample_has_none(field: str) -> None:
    assert _refusal([_sample() | {field: None}]).is_json


@pytest.mark.parametrize("wrong", [True, 1.0, 1.5, "1"])
def test_a_number_is_a_whole_number(wrong: object) -> None:
    assert _refusal([_sample() | {"referID": wrong}]).is_json


@pytest.mark.parametrize(
    "field", ["firstname", "email", "refer_id", "referId", "password", "email_address", ""]
)
def test_a_field_that_the_page_does_not_know_is_refused(field: str) -> None:
    assert _refusal([_sample() | {field: "x"}]).is_json


def test_a_member_without_an_address_is_refused() -> None:
    assert _refusal([{"firstName": "Ada"}]).is_json


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "@example.org", "ada@example", "a b@example.org", " ada@example.org"]
)
def test_a_malformed_address_is_refused(address: str) -> None:
    assert _refusal([{"emailAddress": address}]).is_json


def test_one_wrong_member_refuses_the_batch_without_saying_which() -> None:
    refusal = _refusal([_sample(), {"emailAddress": "bob@", "firstName": "Bob"}])
    assert "bob" not in str(refusal).lower()


@pytest.mark.parametrize("value", ["text", "", "2026-11-23", [1, 2], ["a", 3], [], {"city": "Oslo"}, {}])
def test_a_profile_field_holds_text_a_list_or_a_postal_address(value: object) -> None:
    assert read_batch(json.dumps([_profile(value)]).encode()) == [_profile(value)]


@pytest.mark.parametrize("value", [None, 1, True, [None], [1.5], [[1]], {"planet": "Earth"}, {"city": 1}])
def test_a_profile_field_holds_nothing_else(value: object) -> None:
    assert _refusal([_profile(value)]).is_json


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"profileFieldId": 1},
        {"value": "x"},
        {"profileFieldId": "1", "value": "x"},
        {"profileFieldId": 1, "value": "x", "more": 1},
    ],
)
def test_a_profile_field_has_its_two_keys(item: object) -> None:
    assert _refusal([{"emailAddress": "ada@example.org", "profileFields": [item]}]).is_json


def test_the_wrong_fields_of_a_member_can_be_named() -> None:
    assert wrong_fields(_sample()) == []
    assert wrong_fields({"emailAddress": "ada", "referID": "x", "colour": "red"}) == [
        "emailAddress",
        "referID",
        "colour",
    ]


def test_addresses_are_taken_as_they_are_sent() -> None:
    assert read_addresses(b'["Ada@Example.org", "ada@example.org"]') == ["Ada@Example.org", "ada@example.org"]


@pytest.mark.parametrize(
    "body",
    [
        "ada@example.org",
        [],
        {},
        {"emailAddress": "ada@example.org"},
        [{"emailAddress": "ada@example.org"}],
        ["ada"],
        [""],
        [" ada@example.org"],
        [None],
        [7],
        [["ada@example.org"]],
        ["ada@example.org", "bob@"],
    ],
)
def test_what_is_no_list_of_addresses_is_of_a_wrong_schema(body: object) -> None:
    with pytest.raises(WrongBody) as caught:
        read_addresses(json.dumps(body).encode())
    assert caught.value.is_json


@pytest.mark.parametrize("body", [b"", b"ada@example.org", b'["ada@example.org"'])
def test_addresses_that_are_no_json_are_said_to_be_none(body: bytes) -> None:
    with pytest.raises(WrongBody) as caught:
        read_addresses(body)
    assert not caught.value.is_json
