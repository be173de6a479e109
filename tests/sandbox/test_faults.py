"""Each fault, over a real socket from a real process, as the real client sees it."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

import pytest
from people import person
from world import KEY, Sandbox

from reconciler.credential import Credential
from reconciler.questionpro.client import QuestionProPanel
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    Denied,
    Lost,
    Refused,
    Reply,
    Save,
    Throttled,
    TooLarge,
    Unusable,
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


class _Seen(NamedTuple):
    """How calls went, by the kind of their fault; and the same members sent again, afterwards."""

    first: dict[str, Reply]
    again: dict[str, Reply]
    log: list[str]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> _Seen:
    """One call for each kind of fault to one server, then all the same calls without faults."""
    faults = [text for kind in FAULTS for text in ("--fault", kind)]
    with Sandbox(tmp_path_factory.mktemp("faults"), *faults) as sandbox:
        first, again = asyncio.run(_call_twice(sandbox.base_url))
        return _Seen(first, again, sandbox.log().splitlines())


async def _call_twice(address: str) -> tuple[dict[str, Reply], dict[str, Reply]]:
    key = Credential(KEY, "the variable KEY")
    async with (
        QuestionProPanel(address, key, _SECONDS) as hasty,
        QuestionProPanel(address, key, _PATIENCE) as patient,
    ):
        first = {
            kind: await (hasty if kind in _NEVER_END else patient).send(Save([person(f"m{kind}")]))
            for kind in FAULTS
        }
        again = {kind: await patient.send(Save([person(f"m{kind}")])) for kind in FAULTS}
    return first, again


def test_each_fault_has_an_answer_that_is_expected() -> None:
    assert list(ANSWERS) == list(FAULTS)


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_client_takes_each_fault_for_what_it_is(seen: _Seen, kind: str) -> None:
    reply = seen.first[kind]
    assert isinstance(reply.answer, ANSWERS[kind])
    assert reply.sent


@pytest.mark.parametrize("kind", ANSWERS)
def test_members_were_added_before_the_fault_just_where_it_says_so(seen: _Seen, kind: str) -> None:
    assert seen.again[kind].answer == (Counted(0, 1) if FAULTS[kind].acts else Counted(1, 0))


@pytest.mark.parametrize("kind", _NEVER_END)
def test_a_fault_that_never_ends_lasts_until_the_clients_deadline(seen: _Seen, kind: str) -> None:
    reply = seen.first[kind]
    assert reply.answer == Lost(f"no complete answer within {_SECONDS:g} s")
    assert reply.duration >= _SECONDS


@pytest.mark.parametrize("kind", ["reset-before", "reset-after"])
def test_a_reset_is_one(seen: _Seen, kind: str) -> None:
    assert seen.first[kind].answer == Lost("the connection broke (Connection reset by peer)")


def test_a_cut_answer_began_well(seen: _Seen) -> None:
    assert seen.first["cut"].status == 200


@pytest.mark.parametrize("kind", ["429-retry-after", "429-retry-date"])
def test_the_time_to_wait_is_told_in_both_forms(seen: _Seen, kind: str) -> None:
    answer = seen.first[kind].answer
    assert isinstance(answer, Throttled)
    assert answer.retry_after is not None
    assert 1 < answer.retry_after <= 3


def test_counts_that_are_wrong_say_one_too_many(seen: _Seen) -> None:
    assert seen.first["wrong-counts"].answer == Counted(2, 0)


def test_counts_among_unknown_keys_are_right(seen: _Seen) -> None:
    assert seen.first["extra-keys"].answer == Counted(1, 0)


def test_each_call_leaves_a_line_without_key_or_personal_data(seen: _Seen) -> None:
    assert len(seen.log) == 2 * len(FAULTS)
    assert [line.rpartition("fault=")[2] for line in seen.log[1 : len(FAULTS)]] == list(FAULTS)[1:]
    assert seen.log[-1].endswith(" 200 added=0 failed=1")
    words = "\n".join(seen.log)
    assert KEY not in words
    assert "example.org" not in words


def test_faults_come_in_their_order_each_as_often_as_it_says() -> None:
    assert [fault.kind for fault in parse_faults(["503:2", "ok", "reset-after"])] == [
        "503",
        "503",
        "ok",
        "reset-after",
    ]


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
