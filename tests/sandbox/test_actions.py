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


@pytest.mark.parametrize(
    ("before", "action", "count", "membership"),
    [
        ([add], delete, Count.DELETED, Membership.DELETED),
        ([], delete, Count.UNAVAILABLE, Membership.UNKNOWN),
        ([add, delete], delete, Count.ALREADY_DELETED, Membership.DELETED),
        ([add, unsubscribe], delete, Count.DELETED, Membership.DELETED),
        ([add], unsubscribe, Count.UNSUBSCRIBED, Membership.UNSUBSCRIBED),
        ([], unsubscribe, Count.UNAVAILABLE, Membership.UNKNOWN),
        ([add, unsubscribe], unsubscribe, Count.ALREADY_UNSUBSCRIBED, Membership.UNSUBSCRIBED),
        ([add, delete], unsubscribe, Count.UNAVAILABLE, Membership.DELETED),
        ([add, unsubscribe, delete], add, Count.ADDED, Membership.MEMBER),
        ([add, unsubscribe], add, Count.FAILED, Membership.UNSUBSCRIBED),
    ],
)
def test_a_call_counts_a_person_by_what_they_are_to_the_panel(
    store: Store, before: list[Action], action: Action, count: Count, membership: Membership
) -> None:
    ada = person("ada", city="Oslo")
    for each in before:
        _do(store, each, ada if each is add else ADA)
    assert _do(store, action, ada if action is add else ADA) == {count: 1}
    assert store.membership(ADA) is membership
    is_there = membership in (Membership.MEMBER, Membership.UNSUBSCRIBED)
    assert members_of(store) == ({ADA: ada} if is_there else {})


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
