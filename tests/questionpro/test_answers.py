"""What each answer means: the vendor's pages and the contract's table, row by row."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.questionpro.answers import Access, HttpAnswer, find, read_answer, seconds_to_wait
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    Denied,
    Lost,
    Refused,
    Save,
    Throttled,
    TooLarge,
    Unusable,
)

BODIES = Path(__file__).parent / "bodies"
ACCESS = Access("https://api.questionpro.eu/a/api/v2", "the variable PANEL_KEY")
NOW = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)
NEW = (BODIES / "new-emails.json").read_bytes()


def _read(status: int, body: bytes | str = b"", **headers: str) -> Answer:
    packed = body.encode() if isinstance(body, str) else body
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_answer(
        HttpAnswer(status, {"content-length": str(len(packed)), **names}, packed), Save([]), ACCESS, NOW
    )


def _printed(status: int) -> bytes:
    return (BODIES / f"{status}.txt").read_bytes()


def _error(message: str, identifier: str = "1013") -> str:
    return f'{{"response": {{"error": {{"id": "{identifier}", "message": "{message}"}}}}}}'


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_any_success_with_the_documented_json_counts(status: int) -> None:
    assert _read(status, NEW) == Counted(1, 0)


@pytest.mark.parametrize("status", [200, 204])
def test_a_success_without_the_documented_json_is_unusable(status: int) -> None:
    assert isinstance(_read(status), Unusable)


def test_a_success_that_was_not_read_to_its_end_is_unusable() -> None:
    assert isinstance(read_answer(HttpAnswer(200, {}, NEW, complete=False), Save([]), ACCESS, NOW), Unusable)


def test_an_answer_that_nothing_but_a_closed_connection_ended_may_have_been_cut() -> None:
    assert isinstance(read_answer(HttpAnswer(200, {}, NEW[:30]), Save([]), ACCESS, NOW), Lost)


def test_an_answer_whose_length_was_announced_was_meant_so() -> None:
    assert isinstance(_read(200, NEW[:30]), Unusable)


def test_a_400_refuses_the_batch_in_the_apis_own_words() -> None:
    assert _read(400, _printed(400)) == Refused("Invalid URL parameters")


@pytest.mark.parametrize(
    "body", ["", "<html>", "{}", "[]", '{"message": {"text": 1}}', '{"message"', '"message": "']
)
def test_a_400_without_a_message_is_a_refusal_all_the_same(body: str) -> None:
    assert _read(400, body) == Refused("HTTP 400 without a reason")


def test_a_413_says_that_the_batch_is_too_large() -> None:
    assert _read(413, "<html>nginx</html>") == TooLarge("HTTP 413: the batch is too large")


@pytest.mark.parametrize(
    "message",
    [
        "API call limit exceeded. Please contact your account representative",
        "api CALL  limit exceeded",
        "Please contact your account representative.",
    ],
)
@pytest.mark.parametrize("identifier", ["1013", "7"])
def test_a_429_that_speaks_of_the_call_limit_is_the_end_of_the_allowance(
    message: str, identifier: str
) -> None:
    assert _read(429, _error(message, identifier), retry_after="1") == AllowanceUsedUp(
        f"HTTP 429: {' '.join(message.split())}"
    )


def test_a_429_with_id_1013_and_another_message_is_only_too_fast() -> None:
    assert _read(429, _error("Slow down")) == Throttled("HTTP 429: Slow down", None)


def test_the_allowance_is_recognised_in_a_body_of_plain_text() -> None:
    assert isinstance(_read(429, "API call limit exceeded"), AllowanceUsedUp)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("86400", 86400), ("Mon, 23 Nov 2026 09:00:09 GMT", 9), ("Mon, 23 Nov 2020 09:00:00 GMT", 0)],
)
@pytest.mark.parametrize("status", [408, 429, 503])
def test_the_time_to_wait_is_kept_whole(status: int, header: str, seconds: float) -> None:
    answer = _read(status, retry_after=header)
    assert isinstance(answer, Throttled | Lost)
    assert answer.retry_after == seconds


def test_a_time_to_wait_that_is_nonsense_is_none() -> None:
    assert _read(429, retry_after="later") == Throttled("HTTP 429: too many calls in a short time", None)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_denial_repeats_the_apis_message_and_names_what_to_check(status: int) -> None:
    answer = _read(status, _printed(status))
    assert isinstance(answer, Denied)
    assert answer.reason.startswith(f"HTTP {status}: ")
    assert ("base_url" if status == 404 else "the variable PANEL_KEY") in answer.remedy


def test_a_403_is_no_used_up_allowance_whatever_it_says() -> None:
    assert isinstance(_read(403, _error("API call limit exceeded")), Denied)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_is_a_denial_that_names_the_other_host_alone(status: int) -> None:
    answer = _read(status, location="https://user:pw@login.example.com/sso?session=s3cret")
    assert isinstance(answer, Denied)
    assert "to login.example.com," in answer.reason
    assert "s3cret" not in answer.reason
    assert "pw" not in answer.reason


@pytest.mark.parametrize("headers", [{}, {"location": "/login"}, {"location": "http://[::"}])
def test_a_redirect_to_nowhere_is_a_denial_too(headers: Mapping[str, str]) -> None:
    assert isinstance(_read(302, **headers), Denied)


@pytest.mark.parametrize("status", [408, 500, 501, 502, 503, 504, 599])
def test_a_server_error_or_its_time_out_leaves_open_what_was_done(status: int) -> None:
    assert isinstance(_read(status, "<html>"), Lost)


def test_a_server_error_repeats_the_apis_message() -> None:
    assert _read(500, _printed(500)) == Lost("HTTP 500: We are not able to process your request")


@pytest.mark.parametrize("status", [101, 402, 405, 409, 418, 422, 600, 999])
def test_a_status_that_no_page_knows_is_unusable(status: int) -> None:
    assert isinstance(_read(status, NEW), Unusable)


@given(st.integers(100, 999), st.binary(max_size=60), st.text(max_size=20))
def test_every_answer_whatever_has_a_meaning(status: int, body: bytes, header: str) -> None:
    assert isinstance(_read(status, body, retry_after=header, location=header, date=header), Answer)


# The vendor's error bodies, which are no JSON as they are printed

PRINTED = {
    "400": "Invalid URL parameters",
    "401": "Incorrect API Key",
    "403": "The user does not have permission to access the resource",
    "404": "The resource that you're trying to access doesn't exist",
    "500": "We are not able to process your request",
}


def message(text: str) -> str:
    """What is taken for the message of an error body."""
    answer = _read(400, text)
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


@given(st.text(min_size=1, max_size=80))
def test_any_message_in_valid_json_is_found_on_one_line(said: str) -> None:
    assert find(json.dumps({"message": said}), "message") == (" ".join(said.split())[:300] or None)


@given(st.text())
def test_no_text_whatever_makes_the_search_fail(text: str) -> None:
    find(f'"message": "{text}"', "message")


def test_an_endless_message_is_cut() -> None:
    assert len(find(json.dumps({"message": "x\\" * 500_000}), "message") or "") == 300


# Retry-After, in both of its forms


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0), ("7", 7), (" 120 ", 120), ("1.5", 1.5), ("86400", 86400), ("31536000", 31536000)],
)
def test_seconds_are_taken_as_they_are_however_many(header: str, seconds: float) -> None:
    assert seconds_to_wait(header, None, NOW) == seconds


@pytest.mark.parametrize(
    ("header", "date", "seconds"),
    [
        ("Mon, 23 Nov 2026 09:02:00 GMT", None, 120),
        ("Mon, 23 Nov 2026 08:00:00 GMT", None, 0),
        ("Mon, 23 Nov 2026 07:00:30 GMT", "Mon, 23 Nov 2026 07:00:00 GMT", 30),
        ("Mon, 23 Nov 2026 09:00:30 GMT", "noon", 30),
    ],
)
def test_a_date_is_compared_with_the_servers_own_clock_where_it_can_be_read(
    header: str, date: str | None, seconds: float
) -> None:
    assert seconds_to_wait(header, date, NOW) == seconds


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "soon",
        "-5",
        "1e3",
        "٣",
        "Mon, 99 Nov 2026 09:00:00 GMT",
        "0x10",
        "Mon, 01 Jan 2024 00:00:00 +99999999999999",
        "Mon, 01 Jan 99999999 00:00:00 GMT",
        "Mon, 01 Jan 2024 99:99:99 GMT",
        "Mon, 23 Nov 2026 09:00:00 " + "G" * 100_000,
        "\x00",
    ],
)
def test_nonsense_names_no_time(header: str | None) -> None:
    assert seconds_to_wait(header, None, NOW) is None


@pytest.mark.parametrize("header", ["9" * 20, "9" * 400, "9" * 100_000, "1" * 90 + ".5"])
def test_a_number_of_any_length_is_a_wait_of_many_years(header: str) -> None:
    assert seconds_to_wait(header, None, NOW) == 1e9


@pytest.mark.parametrize("zone", ["+2359", "-2359"])
@pytest.mark.parametrize("day", ["Mon, 01 Jan 0001 00:00:00", "Fri, 31 Dec 9999 23:59:59"])
def test_the_ends_of_the_calendar_are_times_or_nonsense(day: str, zone: str) -> None:
    assert (seconds_to_wait(f"{day} {zone}", None, NOW) or 0) >= 0
    assert (seconds_to_wait("Mon, 23 Nov 2026 09:00:30 GMT", f"{day} {zone}", NOW) or 0) >= 0
