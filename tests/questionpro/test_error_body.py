"""The vendor's error bodies are read as they are printed, which is not JSON, and as JSON."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.questionpro.answers import Access, HttpAnswer, find, read_answer
from reconciler.questionpro.panel import Refused, Save

BODIES = Path(__file__).parent / "bodies"

PRINTED = {
    "400": "Invalid URL parameters",
    "401": "Incorrect API Key",
    "403": "The user does not have permission to access the resource",
    "404": "The resource that you're trying to access doesn't exist",
    "500": "We are not able to process your request",
}


def message(text: str) -> str:
    """What is taken for the message of an error body."""
    answer = read_answer(HttpAnswer(400, {}, text.encode()), Save([]), Access("https://x", "the variable K"))
    assert isinstance(answer, Refused)
    return answer.reason


@pytest.mark.parametrize("status", PRINTED)
def test_a_body_as_printed_on_the_vendors_page_is_understood_though_it_is_no_json(status: str) -> None:
    text = (BODIES / f"{status}.txt").read_text(encoding="utf-8")
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    assert message(text) == PRINTED[status]


@pytest.mark.parametrize("identifier", ["r-7", 1013])
def test_a_value_may_be_text_or_a_number(identifier: object) -> None:
    assert find(json.dumps({"requestID": identifier}), "requestID") == str(identifier)


def test_half_of_a_surrogate_pair_becomes_a_question_mark_since_no_file_can_hold_it() -> None:
    body = '{"response": {"error": {"message": "odd \\ud83c name"}}}'
    assert message(body) == "odd ? name"


def test_keys_outside_the_error_are_not_taken_for_its_own() -> None:
    body = {"name": "not this", "message": "nor this", "response": {"error": {"message": "this"}}}
    assert message(json.dumps(body)) == "this"


@pytest.mark.parametrize(
    "text", ["", "<html>", "[]", '{"message": {"text": 1}}', '{"message"', '"message": "']
)
def test_a_body_that_says_nothing_gives_nothing(text: str) -> None:
    assert message(text) == "HTTP 400 without a reason"


@given(st.text(min_size=1, max_size=80))
def test_any_message_in_valid_json_is_found_on_one_line(said: str) -> None:
    assert find(json.dumps({"message": said}), "message") == (" ".join(said.split())[:300] or None)


@given(st.text())
def test_no_text_whatever_makes_the_search_fail(text: str) -> None:
    find(f'"message": "{text}"', "message")


def test_an_endless_message_is_cut() -> None:
    assert len(find(json.dumps({"message": "x\\" * 500_000}), "message") or "") == 300
