"""The table of what two counts can and cannot tell, row by row."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import batch_of

from reconciler.apply.evidence import (
    holds_blocked,
    is_worth_repeating,
    learnt_from,
    leaves_doubt,
    refused,
)
from reconciler.lockfile.model import (
    Departed,
    Departure,
    Gone,
    Knowledge,
    Outcome,
    Present,
    Rejected,
    Unconfirmed,
    Undelivered,
)
from reconciler.member import Removal
from reconciler.plan.model import OperationKind
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    CountedAway,
    Denied,
    Lost,
    Refused,
    Throttled,
    TooLarge,
    Unreachable,
    Unusable,
)

KEYS = ["a@x.test", "b@x.test", "c@x.test"]
BATCH = batch_of({key: {"emailAddress": key} for key in KEYS})
AT = "2026-11-26T09:00:00Z"


def proven(counted: Counted, doubtful: Collection[str] = (), *, updates_known: bool = False) -> list[str]:
    """The outcome of each member to add, in order; none where nothing is proven."""
    found = learnt_from(counted, BATCH, doubtful, AT, updates_known=updates_known)
    return [present.outcome.value for present in (found or {}).values() if isinstance(present, Present)]


@pytest.mark.parametrize("doubtful", [(), KEYS])
def test_all_added_proves_that_each_is_new_also_of_those_in_doubt(doubtful: Collection[str]) -> None:
    assert proven(Counted(3, 0), doubtful) == ["added"] * 3


def test_all_failed_proves_that_each_was_there_before_and_only_presence_of_those_in_doubt() -> None:
    assert proven(Counted(0, 3)) == ["existing"] * 3
    assert proven(Counted(0, 3), {"b@x.test"}) == ["existing", "unattributed", "existing"]


def test_mixed_counts_prove_that_all_are_there_and_nothing_about_who_is_new() -> None:
    assert proven(Counted(1, 2)) == ["unattributed"] * 3


def test_where_known_members_are_updated_all_added_proves_only_that_they_are_there() -> None:
    assert proven(Counted(3, 0), updates_known=True) == ["unattributed"] * 3


@given(added=st.integers(0, 9), failed=st.integers(0, 9))
def test_counts_that_do_not_add_up_prove_nothing(added: int, failed: int) -> None:
    assert bool(proven(Counted(added, failed))) == (added + failed == len(KEYS))


@given(added=st.integers(0, 3), doubtful=st.sets(st.sampled_from(KEYS)))
def test_nobody_in_doubt_is_ever_called_existing(added: int, doubtful: set[str]) -> None:
    outcomes = dict(zip(KEYS, proven(Counted(added, 3 - added), doubtful), strict=True))
    assert all(outcomes[key] != "existing" for key in doubtful)


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


LEAVING = batch_of({key: {"emailAddress": key} for key in KEYS}, kind=OperationKind.DELETE)


def gone(departure: Departure, kind: OperationKind = OperationKind.DELETE) -> Gone:
    return Gone(Departed(departure, Removal(kind.value), AT))


def away(
    counted: CountedAway, doubtful: Collection[str] = (), kind: OperationKind = OperationKind.DELETE
) -> Mapping[str, Knowledge] | None:
    leaving = batch_of({key: {"emailAddress": key} for key in KEYS}, kind=kind)
    return learnt_from(counted, leaving, doubtful, AT)


@pytest.mark.parametrize(
    ("kind", "departure"),
    [(OperationKind.DELETE, Departure.DELETED), (OperationKind.UNSUBSCRIBE, Departure.UNSUBSCRIBED)],
)
def test_all_done_proves_that_each_left_by_this_call(kind: OperationKind, departure: Departure) -> None:
    expected = dict.fromkeys(KEYS, gone(departure, kind))
    assert away(CountedAway(3, 0, 0, 0), kind=kind) == expected
    assert away(CountedAway(3, 0, 0, 0), KEYS, kind) == expected


@pytest.mark.parametrize(
    "counted", [CountedAway(0, 3, 0, 0), CountedAway(0, 1, 2, 0), CountedAway(0, 0, 3, 0)]
)
def test_all_unavailable_or_gone_already_proves_that_each_is_absent(counted: CountedAway) -> None:
    assert away(counted) == dict.fromkeys(KEYS, gone(Departure.ABSENT))


def test_absence_may_be_our_own_doing_for_those_in_doubt() -> None:
    assert away(CountedAway(0, 3, 0, 0), {"b@x.test"}) == {
        "a@x.test": gone(Departure.ABSENT),
        "b@x.test": gone(Departure.UNATTRIBUTED),
        "c@x.test": gone(Departure.ABSENT),
    }


def test_done_and_absent_mixed_prove_that_all_are_gone_and_nothing_about_who_was_there() -> None:
    assert away(CountedAway(1, 1, 1, 0)) == dict.fromkeys(KEYS, gone(Departure.UNATTRIBUTED))


def test_all_blocked_proves_that_nobody_was_removed() -> None:
    assert away(CountedAway(0, 0, 0, 3)) == dict.fromkeys(KEYS, Undelivered("delete", "blocked", AT))


@pytest.mark.parametrize(
    "counted", [CountedAway(2, 0, 0, 1), CountedAway(0, 1, 1, 1), CountedAway(1, 1, 0, 1)]
)
def test_some_blocked_settles_nobody_and_asks_for_smaller_batches(counted: CountedAway) -> None:
    assert away(counted) is None
    assert holds_blocked(counted, LEAVING)
    assert leaves_doubt(counted, LEAVING)


@given(st.builds(CountedAway, *[st.integers(0, 5)] * 4))
def test_four_counts_that_do_not_add_up_prove_nothing(counted: CountedAway) -> None:
    if counted.done + counted.absent + counted.blocked != len(KEYS):
        assert away(counted) is None
        assert not holds_blocked(counted, LEAVING)
        assert leaves_doubt(counted, LEAVING)


@given(st.integers(0, 5), st.integers(0, 5))
def test_a_change_that_was_answered_is_resubmitted_and_no_more_is_claimed(added: int, failed: int) -> None:
    found = learnt_from(Counted(added, failed), replace(BATCH, kind=OperationKind.CHANGE), (), AT)
    if added + failed != len(KEYS):
        assert found is None
    else:
        assert found == {key: Present(Outcome.RESUBMITTED, AT, BATCH.members[key].attributes) for key in KEYS}


def test_a_refusal_to_add_is_a_rejection_and_keeps_the_doubt() -> None:
    found = refused(BATCH, "no", {"b@x.test"}, AT)
    assert found["a@x.test"] == Rejected("no", AT, {"emailAddress": "a@x.test"})
    assert found["b@x.test"] == Rejected("no", AT, {"emailAddress": "b@x.test"}, doubtful=True)


def test_a_refusal_to_remove_is_noted_and_who_may_be_gone_is_unconfirmed() -> None:
    note = Undelivered("delete", "no", AT)
    found = refused(LEAVING, "no", {"b@x.test"}, AT)
    assert found["a@x.test"] == note
    assert found["b@x.test"] == Unconfirmed(AT, {"emailAddress": "b@x.test"}, note)


def test_a_refusal_to_change_is_noted_with_the_change_and_who_may_be_changed_is_unconfirmed() -> None:
    found = refused(replace(BATCH, kind=OperationKind.CHANGE), "no", {"b@x.test"}, AT)
    assert found["a@x.test"] == Undelivered("change", "no", AT, {"emailAddress": "a@x.test"})
    assert found["b@x.test"] == Unconfirmed(AT, {"emailAddress": "b@x.test"})


@given(st.builds(CountedAway, *[st.integers(0, 4)] * 4) | st.builds(Counted, *[st.integers(0, 4)] * 2))
def test_counts_leave_doubt_just_where_they_settle_nobody(answer: Counted | CountedAway) -> None:
    batch = BATCH if isinstance(answer, Counted) else LEAVING
    assert leaves_doubt(answer, batch) is (learnt_from(answer, batch, (), AT) is None)
