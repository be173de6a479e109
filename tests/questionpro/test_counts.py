"""The documented answer is taken strictly where it proves something, and tolerantly elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.member import Removal
from reconciler.questionpro.answers import BrokenOff, NotDocumented, read_counts
from reconciler.questionpro.panel import Counted, CountedAway, Save, Withdraw

BODIES = Path(__file__).parent / "bodies"


def _body(added: Any, failed: Any) -> bytes:
    counts = {"membersAddedSuccessfully": added, "membersFailedToBeAdded": failed}
    return json.dumps({"response": counts}).encode()


@pytest.mark.parametrize(
    ("name", "counts"), [("new-emails", Counted(1, 0)), ("existing-emails", Counted(0, 1))]
)
def test_the_answers_printed_on_the_vendors_page_are_read(name: str, counts: Counted) -> None:
    assert read_counts((BODIES / f"{name}.json").read_bytes(), Save([])) == counts


@given(st.integers(0), st.integers(0))
def test_any_two_whole_numbers_from_zero_upwards_are_counts(added: int, failed: int) -> None:
    assert read_counts(_body(added, failed), Save([])) == Counted(added, failed)


def test_unknown_keys_at_any_depth_are_let_through() -> None:
    body = {
        "requestID": "r-1",
        "response": {"membersAddedSuccessfully": 2, "x": [], "membersFailedToBeAdded": 1},
        "more": {"deep": None},
    }
    assert read_counts(json.dumps(body).encode(), Save([])) == Counted(2, 1)


@pytest.mark.parametrize("wrong", ["1", "", 1.0, 0.5, True, False, None, [1], {"n": 1}])
def test_a_count_that_is_no_whole_number_proves_nothing(wrong: object) -> None:
    with pytest.raises(NotDocumented, match="membersFailedToBeAdded is not a whole number"):
        read_counts(_body(1, wrong), Save([]))


def test_a_negative_count_proves_nothing() -> None:
    with pytest.raises(NotDocumented, match="membersAddedSuccessfully is below zero"):
        read_counts(_body(-1, 2), Save([]))


def test_a_missing_count_proves_nothing() -> None:
    with pytest.raises(NotDocumented, match="membersFailedToBeAdded is missing"):
        read_counts(b'{"response": {"membersAddedSuccessfully": 1}}', Save([]))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "without content"),
        (b"  \n", "without content"),
        (b"<!DOCTYPE html><p>ada@example.org", "a web page"),
        (b"OK ada@example.org", "text that is not JSON"),
        (b"\xff\xfe", "text that is not JSON"),
        (b"[]", "the whole is not an object"),
        (b"null", "the whole is not an object"),
        (b"{}", "response is missing"),
        (b'{"response": []}', "response is not an object"),
        (b'{"response": {"error": {}}}', "membersAddedSuccessfully is missing"),
        (b"[" * 100_000, "not JSON"),
        (b'{"response": {}} trailing', "text that is not JSON"),
        (b'{"response": NaN}', "NaN, which is not a number"),
        (b'{"response": ' + b"9" * 5000 + b"}", "text that is not JSON"),
    ],
)
def test_another_answer_is_described_without_echoing_it(body: bytes, words: str) -> None:
    with pytest.raises(NotDocumented, match=words) as caught:
        read_counts(body, Save([]))
    assert "ada" not in str(caught.value)


@pytest.mark.parametrize("length", range(1, len(_body(1, 0)) - 1))
def test_json_that_stops_in_the_middle_is_told_from_other_nonsense(length: int) -> None:
    with pytest.raises(BrokenOff):
        read_counts(_body(1, 0)[:length], Save([]))


REMOVALS = [(Removal.DELETE, "Deleted"), (Removal.UNSUBSCRIBE, "Unsubscribed")]


def _away(word: str, **counts: object) -> bytes:
    names = {
        "done": f"members{word}Successfully",
        "unavailable": "membersUnavailable",
        "already": f"membersAlready{word}",
        "blocked": "membersBlocked",
    }
    return json.dumps({"response": {names[name]: count for name, count in counts.items()}}).encode()


@pytest.mark.parametrize(("by", "word"), REMOVALS)
def test_the_four_counts_of_a_removal_are_read(by: Removal, word: str) -> None:
    body = _away(word, done=4, unavailable=3, already=2, blocked=1)
    assert read_counts(body, Withdraw(by, [])) == CountedAway(4, 3, 2, 1)


@pytest.mark.parametrize(("by", "word"), REMOVALS)
@pytest.mark.parametrize("missing", ["done", "unavailable", "already", "blocked"])
def test_no_count_of_a_removal_may_be_missing(by: Removal, word: str, missing: str) -> None:
    counts = {name: 0 for name in ("done", "unavailable", "already", "blocked") if name != missing}
    with pytest.raises(NotDocumented, match="is missing"):
        read_counts(_away(word, **counts), Withdraw(by, []))


@pytest.mark.parametrize(("by", "word"), REMOVALS)
@pytest.mark.parametrize("wrong", [-1, "1", 1.0, None, True])
def test_a_count_of_a_removal_that_is_no_whole_number_from_zero_proves_nothing(
    by: Removal, word: str, wrong: object
) -> None:
    with pytest.raises(NotDocumented, match="membersBlocked"):
        read_counts(_away(word, done=0, unavailable=0, already=0, blocked=wrong), Withdraw(by, []))


def test_the_answer_to_one_call_is_no_answer_to_another() -> None:
    with pytest.raises(NotDocumented, match="membersUnsubscribedSuccessfully is missing"):
        read_counts(
            _away("Deleted", done=1, unavailable=0, already=0, blocked=0), Withdraw(Removal.UNSUBSCRIBE, [])
        )


COUNTS = '"membersAddedSuccessfully": 1, "membersFailedToBeAdded": 0'


@pytest.mark.parametrize(
    "body",
    [
        f'{{"response": {{{COUNTS}, "membersAddedSuccessfully": 1}}}}',
        f'{{"response": {{"membersFailedToBeAdded": 1, {COUNTS}}}}}',
        f'{{"response": {{{COUNTS}}}, "response": {{{COUNTS}}}}}',
        f'{{"response": {{{COUNTS}}}, "\\u0072esponse": {{{COUNTS}}}}}',
        f'{{"response": {{{COUNTS}}}, "more": [{{"a": 1, "a": 1}}]}}',
    ],
)
def test_a_key_that_stands_twice_proves_nothing_even_if_both_say_the_same(body: str) -> None:
    with pytest.raises(NotDocumented, match="is repeated"):
        read_counts(body.encode(), Save([]))
