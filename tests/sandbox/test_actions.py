"""What each call does to people, and as what it counts them."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import members_of, person

from reconciler.environment.model import RateLimit
from reconciler.sandbox.app import PATH, UNSUBSCRIBE_PATH, Application, Call, Count, Rules
from reconciler.sandbox.store import Membership, Store

ADA, EVE = "ada@example.org", "eve@example.org"
PLAIN = Rules(bool, rate=RateLimit(calls=10**6, seconds=1))
UPDATING = replace(PLAIN, updates_known=True)
BLOCKING = replace(UPDATING, blocks=frozenset({EVE}))


class Action(NamedTuple):
    """One of the calls."""

    method: str
    path: str


add, delete, unsubscribe = Action("POST", PATH), Action("DELETE", PATH), Action("POST", UNSUBSCRIBE_PATH)

both = pytest.mark.parametrize("action", [delete, unsubscribe])


@pytest.fixture
def store() -> Iterator[Store]:
    with closing(Store.opened(None)) as opened:
        yield opened


def _do(store: Store, action: Action, *members: Any, rules: Rules = PLAIN) -> dict[Count, int]:
    """The counts of one call, without those that are zero."""
    call = Call(action.method, action.path, "k", json.dumps(members).encode())
    counts = json.loads(Application(store, rules).answer(call).body)["response"]
    assert sum(counts.values()) == len(members)
    return {Count(name): number for name, number in counts.items() if number}


def test_a_member_who_is_deleted_is_gone(store: Store) -> None:
    _do(store, add, person("ada"), person("bob"))
    assert _do(store, delete, ADA) == {Count.DELETED: 1}
    assert list(members_of(store)) == ["bob@example.org"]


def test_somebody_who_was_deleted_before_is_told_from_somebody_who_never_was_there(store: Store) -> None:
    _do(store, add, person("ada"))
    _do(store, delete, ADA)
    assert _do(store, delete, ADA, "bob@example.org") == {Count.ALREADY_DELETED: 1, Count.UNAVAILABLE: 1}


def test_a_member_who_is_unsubscribed_stays_with_all_their_fields(store: Store) -> None:
    _do(store, add, person("ada", status="Active", city="Oslo"))
    assert _do(store, unsubscribe, ADA) == {Count.UNSUBSCRIBED: 1}
    assert members_of(store) == {ADA: person("ada", status="Active", city="Oslo")}
    assert store.membership(ADA) is Membership.UNSUBSCRIBED


def test_somebody_who_is_unsubscribed_already_is_counted_so(store: Store) -> None:
    _do(store, add, person("ada"))
    _do(store, unsubscribe, ADA)
    assert _do(store, unsubscribe, ADA) == {Count.ALREADY_UNSUBSCRIBED: 1}


def test_who_is_deleted_or_unknown_cannot_be_unsubscribed(store: Store) -> None:
    _do(store, add, person("ada"))
    _do(store, delete, ADA)
    assert _do(store, unsubscribe, ADA, "bob@example.org") == {Count.UNAVAILABLE: 2}
    assert store.membership(ADA) is Membership.DELETED


def test_an_unsubscribed_member_can_be_deleted(store: Store) -> None:
    _do(store, add, person("ada"))
    _do(store, unsubscribe, ADA)
    assert _do(store, delete, ADA) == {Count.DELETED: 1}


def test_somebody_deleted_who_is_added_is_new_and_not_unsubscribed(store: Store) -> None:
    _do(store, add, person("ada", city="Oslo"))
    _do(store, unsubscribe, ADA)
    _do(store, delete, ADA)
    assert _do(store, add, person("ada")) == {Count.ADDED: 1}
    assert store.membership(ADA) is Membership.MEMBER
    assert members_of(store) == {ADA: person("ada")}


def test_somebody_unsubscribed_who_is_added_fails_and_stays_unsubscribed(store: Store) -> None:
    _do(store, add, person("ada"))
    _do(store, unsubscribe, ADA)
    assert _do(store, add, person("ada")) == {Count.FAILED: 1}
    assert store.membership(ADA) is Membership.UNSUBSCRIBED


@both
def test_addresses_are_matched_by_who_they_are(store: Store, action: Action) -> None:
    _do(store, add, {"emailAddress": "ada@bücher.example"})
    assert Count.UNAVAILABLE not in _do(store, action, "ADA@xn--bcher-kva.example")


@pytest.mark.parametrize(
    ("action", "counts"),
    [
        (delete, {Count.DELETED: 1, Count.ALREADY_DELETED: 2}),
        (unsubscribe, {Count.UNSUBSCRIBED: 1, Count.ALREADY_UNSUBSCRIBED: 2}),
    ],
)
def test_an_address_that_stands_in_a_body_several_times_counts_each_time(
    store: Store, action: Action, counts: dict[Count, int]
) -> None:
    _do(store, add, person("ada"))
    assert _do(store, action, ADA, "Ada@Example.org", ADA) == counts


@both
def test_a_member_whose_status_is_blocked_is_left_alone(store: Store, action: Action) -> None:
    _do(store, add, person("eve", status="Blocked"))
    assert _do(store, action, EVE) == {Count.BLOCKED: 1}
    assert _do(store, action, EVE) == {Count.BLOCKED: 1}
    assert members_of(store) == {EVE: person("eve", status="Blocked")}


@both
def test_a_member_whom_the_account_blocks_is_left_alone(store: Store, action: Action) -> None:
    _do(store, add, person("ada"), person("eve"), rules=BLOCKING)
    counts = _do(store, action, ADA, EVE, rules=BLOCKING)
    assert counts.pop(Count.BLOCKED) == 1
    assert set(counts) <= {Count.DELETED, Count.UNSUBSCRIBED}
    assert store.membership(EVE) is Membership.MEMBER


def test_an_account_that_updates_counts_known_members_as_added(store: Store) -> None:
    _do(store, add, person("ada", city="London", firstName="Ada"), rules=UPDATING)
    assert _do(store, add, person("ada", city="Paris"), person("bob"), rules=UPDATING) == {Count.ADDED: 2}
    assert members_of(store)[ADA] == person("ada", city="Paris", firstName="Ada")


def test_an_update_does_not_resubscribe(store: Store) -> None:
    _do(store, add, person("ada"), rules=UPDATING)
    _do(store, unsubscribe, ADA, rules=UPDATING)
    assert _do(store, add, person("ada", city="Paris"), rules=UPDATING) == {Count.ADDED: 1}
    assert store.membership(ADA) is Membership.UNSUBSCRIBED
    assert members_of(store)[ADA]["city"] == "Paris"


@pytest.mark.parametrize(("rules", "fields"), [(UPDATING, {"status": "Blocked"}), (BLOCKING, {})])
def test_a_blocked_member_is_not_updated(store: Store, rules: Rules, fields: dict[str, str]) -> None:
    _do(store, add, person("eve", **fields), rules=rules)
    assert _do(store, add, person("eve", status="Active"), rules=rules) == {Count.FAILED: 1}
    assert members_of(store) == {EVE: person("eve", **fields)}


@given(
    st.lists(
        st.tuples(st.sampled_from([add, delete, unsubscribe]), st.lists(st.sampled_from("abc"), min_size=1)),
        max_size=8,
    )
)
def test_whatever_is_called_the_panel_holds_who_was_added_less_who_was_deleted(
    calls: list[tuple[Action, list[str]]],
) -> None:
    with closing(Store.opened(None)) as store:
        added = deleted = 0
        for action, names in calls:
            people = [person(name) for name in names]
            members = people if action is add else [each["emailAddress"] for each in people]
            counts = _do(store, action, *members)
            added += counts.get(Count.ADDED, 0)
            deleted += counts.get(Count.DELETED, 0)
        assert len(members_of(store)) == added - deleted
