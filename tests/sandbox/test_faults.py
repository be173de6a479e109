"""Each fault of each call over a real socket, as the real client sees it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest
from people import person
from socket_vendor import SocketVendor
from world import KEY

from reconciler.credential import Credential
from reconciler.member import Removal
from reconciler.questionpro.client import QuestionProPanel
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    CountedAway,
    Denied,
    Lost,
    Refused,
    Reply,
    Request,
    Save,
    Throttled,
    TooLarge,
    Unusable,
    Withdraw,
)
from reconciler.sandbox.faults import FAULTS, parse_faults

_NEVER_END = ("trickle", "silence")
_SECONDS = 1.5  # the deadline for faults that never end
_PATIENCE = 60

ANSWERS: Mapping[str, type[Answer]] = {
    "ok": Counted,
    "reset-before": Lost,
    "reset-after": Lost,
    "cut": Lost,
    "trickle": Lost,
    "silence": Lost,
    "500": Lost,
    "500-before": Lost,
    "502": Lost,
    "503": Lost,
    "429": Throttled,
    "429-retry-after": Throttled,
    "429-retry-date": Throttled,
    "allowance": AllowanceUsedUp,
    "400": Refused,
    "401": Denied,
    "403": Denied,
    "404": Denied,
    "413": TooLarge,
    "redirect": Denied,
    "login-page": Unusable,
    "wrong-counts": Counted,
    "negative-counts": Unusable,
    "missing-counts": Unusable,
    "text-counts": Unusable,
    "extra-keys": Counted,
    "gzip": Counted,
    "huge": Unusable,
}


class _Way(NamedTuple):
    """One of the calls, about one member, and the answers where they were new to it, known, and too many."""

    request: Callable[[str], Request]
    new: Answer
    known: Answer
    too_many: Answer


def _withdraw(by: Removal) -> _Way:
    def request(kind: str) -> Request:
        return Withdraw(by, [f"m{kind}@example.org"])

    return _Way(request, CountedAway(1, 0, 0, 0), CountedAway(0, 0, 1, 0), CountedAway(2, 0, 0, 0))


_WAYS = {
    "add": _Way(lambda kind: Save([person(f"m{kind}")]), Counted(1, 0), Counted(0, 1), Counted(2, 0)),
    "unsubscribe": _withdraw(Removal.UNSUBSCRIBE),
    "delete": _withdraw(Removal.DELETE),
}


class _Seen(NamedTuple):
    """How calls went, by the kind of their fault; and the same calls made again, afterwards."""

    way: _Way
    first: dict[str, Reply]
    again: dict[str, Reply]
    log: list[str]


@pytest.fixture(scope="module", params=_WAYS)
def seen(request: pytest.FixtureRequest) -> _Seen:
    """One call for each kind of fault, each about its own member; then all of them without faults."""
    holds = [] if request.param == "add" else [person(f"m{kind}") for kind in FAULTS]
    with SocketVendor(*FAULTS, holds=holds) as vendor:
        way = _WAYS[request.param]
        return _Seen(way, *asyncio.run(_call_twice(vendor.base_url, way)), vendor.calls)


async def _call_twice(address: str, way: _Way) -> tuple[dict[str, Reply], dict[str, Reply]]:
    key = Credential(KEY, "the variable KEY")
    async with (
        QuestionProPanel(address, key, _SECONDS) as hasty,
        QuestionProPanel(address, key, _PATIENCE) as patient,
    ):
        first = {
            kind: await (hasty if kind in _NEVER_END else patient).send(way.request(kind)) for kind in FAULTS
        }
        return first, {kind: await patient.send(way.request(kind)) for kind in FAULTS}


def test_each_fault_has_an_answer_that_is_expected() -> None:
    assert list(ANSWERS) == list(FAULTS)


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_client_takes_each_fault_for_what_it_is(seen: _Seen, kind: str) -> None:
    reply = seen.first[kind]
    expected = type(seen.way.new) if ANSWERS[kind] is Counted else ANSWERS[kind]
    assert isinstance(reply.answer, expected)
    assert reply.sent


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_panel_acts_before_the_fault_just_where_it_says_so(seen: _Seen, kind: str) -> None:
    assert seen.again[kind].answer == (seen.way.known if FAULTS[kind].acts else seen.way.new)


@pytest.mark.parametrize("kind", _NEVER_END)
def test_a_fault_that_never_ends_lasts_until_the_clients_deadline(seen: _Seen, kind: str) -> None:
    reply = seen.first[kind]
    assert reply.answer == Lost(f"no complete answer within {_SECONDS:g} s")
    assert reply.duration >= _SECONDS


@pytest.mark.parametrize("kind", ["reset-before", "reset-after"])
def test_a_reset_is_one(seen: _Seen, kind: str) -> None:
    assert seen.first[kind].answer == Lost("the connection broke (Connection reset by peer)")


def test_each_answer_has_its_status(seen: _Seen) -> None:
    assert seen.first["cut"].status == 200
    for kind in FAULTS:
        assert not kind[:3].isdigit() or seen.first[kind].status == int(kind[:3])


@pytest.mark.parametrize("kind", ["429-retry-after", "429-retry-date"])
def test_the_time_to_wait_comes_in_both_forms(seen: _Seen, kind: str) -> None:
    answer: Any = seen.first[kind].answer
    assert 1 < answer.retry_after <= 3


def test_counts_are_right_or_falsified_as_the_fault_says(seen: _Seen) -> None:
    assert {seen.first[kind].answer for kind in ("ok", "gzip", "extra-keys")} == {seen.way.new}
    assert seen.first["wrong-counts"].answer == seen.way.too_many


def test_each_call_leaves_a_line_of_what_really_happened_without_key_or_personal_data(seen: _Seen) -> None:
    assert len(seen.log) == 2 * len(FAULTS)
    assert [line.rpartition("fault=")[2] for line in seen.log[1 : len(FAULTS)]] == list(FAULTS)[1:]
    (line,) = (line for line in seen.log if line.endswith("fault=wrong-counts"))
    assert "ed=1 " in line
    words = "\n".join(seen.log)
    assert KEY not in words
    assert "example.org" not in words


def test_faults_come_in_their_order_each_as_often_as_it_says() -> None:
    kinds = [fault.kind for fault in parse_faults(["503:2", "ok", "reset-after"])]
    assert kinds == ["503", "503", "ok", "reset-after"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rest-after", "Did you mean reset-after?"),
        ("", "is no fault"),
        ("earthquake", "help lists them all"),
        *((text, f"'{text}' has no number of calls") for text in ("503:", "503:-1", "503:0", "503:two")),
    ],
)
def test_a_fault_that_is_none_is_explained(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_faults([text])
