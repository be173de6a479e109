"""The table of what two counts can and cannot tell, row by row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply.batch import Batch
from reconciler.apply.outcome import is_worth_repeating, leaves_doubt, proven
from reconciler.lockfile.model import Outcome
from reconciler.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    Denied,
    Lost,
    Refused,
    Throttled,
    TooLarge,
    Unreachable,
    Unusable,
)

KEYS = ["a@x.test", "b@x.test", "c@x.test"]
BATCH = Batch(1, {key: {"emailAddress": key} for key in KEYS})


def test_all_added_proves_that_each_is_new() -> None:
    assert proven(Counted(3, 0), KEYS, ()) == dict.fromkeys(KEYS, Outcome.ADDED)


def test_all_added_proves_it_also_of_those_in_doubt() -> None:
    assert proven(Counted(3, 0), KEYS, KEYS) == dict.fromkeys(KEYS, Outcome.ADDED)


def test_all_failed_proves_that_each_was_there_before() -> None:
    assert proven(Counted(0, 3), KEYS, ()) == dict.fromkeys(KEYS, Outcome.EXISTING)


def test_all_failed_proves_only_the_presence_of_those_in_doubt() -> None:
    assert proven(Counted(0, 3), KEYS, {"b@x.test"}) == {
        "a@x.test": Outcome.EXISTING,
        "b@x.test": Outcome.UNATTRIBUTED,
        "c@x.test": Outcome.EXISTING,
    }


def test_mixed_counts_prove_that_all_are_there_and_nothing_about_who_is_new() -> None:
    assert proven(Counted(1, 2), KEYS, ()) == dict.fromkeys(KEYS, Outcome.UNATTRIBUTED)


@given(added=st.integers(0, 9), failed=st.integers(0, 9))
def test_counts_that_do_not_add_up_prove_nothing(added: int, failed: int) -> None:
    assert (proven(Counted(added, failed), KEYS, ()) is None) == (added + failed != len(KEYS))


@given(
    added=st.integers(0, 3),
    held=st.sets(st.sampled_from(KEYS)),
    doubtful=st.sets(st.sampled_from(KEYS)),
)
def test_nobody_in_doubt_is_ever_called_existing(added: int, held: set[str], doubtful: set[str]) -> None:
    outcomes = proven(Counted(added, 3 - added), KEYS, doubtful) or {}
    assert all(outcomes[key] is not Outcome.EXISTING for key in doubtful)
    assert held <= outcomes.keys()


@pytest.mark.parametrize(
    ("answer", "doubt", "again"),
    [
        (Lost("reset"), True, True),
        (Unusable("a login page"), True, False),
        (Throttled("slow down"), False, True),
        (Unreachable("refused"), False, True),
        (Refused("no"), False, False),
        (TooLarge("no"), False, False),
        (Denied("no", "look"), False, False),
        (AllowanceUsedUp("no"), False, False),
    ],
)
def test_what_leaves_doubt_and_what_is_worth_repeating(answer: Answer, doubt: bool, again: bool) -> None:  # noqa: FBT001 - columns of a table
    assert leaves_doubt(answer, BATCH) is doubt
    assert is_worth_repeating(answer) is again
