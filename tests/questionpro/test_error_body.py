"""The vendor's error bodies are read as they are printed, which is not JSON, and as JSON."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.questionpro.error_body import ErrorBody, find, read_error_body

BODIES = Path(__file__).parent / "bodies"

PRINTED = {
    "400": ErrorBody("BAD_REQUEST", "1000", "Invalid URL parameters"),
    "401": ErrorBody("UNAUTHORIZED", "1010", "Incorrect API Key"),
    "403": ErrorBody("FORBIDDEN", "1013", "The user does not have permission to access the resource"),
    "404": ErrorBody("NOT_FOUND", "1040", "The resource that you're trying to access doesn't exist"),
    "500": ErrorBody("INTERNAL_SERVER_ERROR", "1026", "We are not able to process your request"),
}


@pytest.mark.parametrize("status", PRINTED)
def test_a_body_as_printed_on_the_vendors_page_is_understood_though_it_is_no_json(status: str) -> None:
    text = (BODIES / f"{status}.txt").read_text(encoding="utf-8")
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    assert read_error_body(text) == PRINTED[status]


@pytest.mark.parametrize("identifier", ["1013", 1013])
def test_an_id_may_be_text_or_a_number(identifier: object) -> None:
    body = {"response": {"error": {"id": identifier, "name": "FORBIDDEN", "message": "No"}}}
    assert read_error_body(json.dumps(body)) == ErrorBody("FORBIDDEN", "1013", "No")


def test_keys_outside_the_error_are_not_taken_for_its_own() -> None:
    body = {"name": "not this", "message": "nor this", "response": {"error": {"message": "this"}}}
    assert read_error_body(json.dumps(body)) == ErrorBody(None, None, "this")


@pytest.mark.parametrize(
    "text", ["", "<html>", "[]", '{"message": {"text": 1}}', '{"message"', '"message": "']
)
def test_a_body_that_says_nothing_gives_nothing(text: str) -> None:
    assert read_error_body(text).message is None


@given(st.text(min_size=1, max_size=80))
def test_any_message_in_valid_json_is_found_on_one_line(message: str) -> None:
    found = find(json.dumps({"message": message}), "message")
    assert found == (" ".join(message.split()) or None)


@given(st.text())
def test_no_text_whatever_makes_the_search_fail(text: str) -> None:
    find(f'"message": "{text}"', "message")


def test_an_endless_message_is_cut() -> None:
    assert len(find(json.dumps({"message": "x\\" * 500_000}), "message") or "") == 300
