"""Answers made wrong on purpose, whatever they count."""

import json

import pytest

from reconciler.sandbox import alterations
from reconciler.sandbox.counts import OF_ADDING, OF_DELETING, OF_UNSUBSCRIBING, Count
from reconciler.sandbox.messages import SandboxAnswer
from reconciler.sandbox.vendor_errors import UNAUTHORIZED

NAMES = pytest.mark.parametrize("names", [OF_ADDING, OF_DELETING, OF_UNSUBSCRIBING])
FALSIFYING = (
    alterations.wrong_counts,
    alterations.negative_counts,
    alterations.missing_counts,
    alterations.text_counts,
    alterations.extra_keys,
)


def _altered(names: tuple[Count, ...], alteration: alterations.Alteration) -> dict[str, object]:
    """The counts 1, 2, … after the alteration."""
    answer = SandboxAnswer.counted({name: number for number, name in enumerate(names, 1)})
    found: dict[str, object] = json.loads(alteration(answer, "/").body)["response"]
    return found


@NAMES
def test_wrong_counts_say_one_too_many(names: tuple[Count, ...]) -> None:
    found = _altered(names, alterations.wrong_counts)
    assert list(found.items()) == [(names[0], 2), *((name, n) for n, name in enumerate(names[1:], 2))]


@NAMES
def test_negative_counts_have_the_right_sum(names: tuple[Count, ...]) -> None:
    numbers = [int(str(number)) for number in _altered(names, alterations.negative_counts).values()]
    assert min(numbers) == -1
    assert sum(numbers) == sum(range(1, len(names) + 1))


@NAMES
def test_missing_counts_leave_the_first(names: tuple[Count, ...]) -> None:
    assert _altered(names, alterations.missing_counts) == {names[0]: 1}


@NAMES
def test_text_counts_are_right_and_text(names: tuple[Count, ...]) -> None:
    found = _altered(names, alterations.text_counts)
    assert list(found.values()) == [str(number) for number in range(1, len(names) + 1)]


@NAMES
def test_extra_keys_stand_around_right_counts(names: tuple[Count, ...]) -> None:
    found = _altered(names, alterations.extra_keys)
    assert set(found) > set(names)
    assert [found[name] for name in names] == list(range(1, len(names) + 1))


@pytest.mark.parametrize("alteration", FALSIFYING)
def test_an_answer_without_counts_stays_as_it_is(alteration: alterations.Alteration) -> None:
    answer = UNAUTHORIZED.answer("/")
    assert alteration(answer, "/") == answer
