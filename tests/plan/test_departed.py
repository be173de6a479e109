"""What a plan does about suppressed people who are not in the lockfile, and about records of removals."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import PUSHED, environment_of, lockfile_of, lockfiles, person, roster_of

from reconciler.environment.model import Limit, Policy
from reconciler.lockfile.model import Departed, Departure, Lockfile, Rejected
from reconciler.member import Attributes, Removal
from reconciler.plan.model import Add, Plan, Remove, Unremoved
from reconciler.plan.planner import make_plan
from reconciler.plan.saved import action_document
from reconciler.problems import Location
from reconciler.suppression.model import NOBODY, Secret, Suppression

ADA, BOB, KEY = person("ada"), person("bob"), "bob@example.org"
HERE = Location("panels/p/suppressed.txt", 3)
LISTED = Suppression({KEY: HERE})
SECRET = Secret("0123456789abcdef")
HASH = SECRET.hash_of(KEY)
HASHED = Suppression({}, {HASH: HERE}, SECRET)
FORGET, UNSUBSCRIBE, DELETE = Removal
DELETES = Policy(on_suppress=DELETE)


def planned(
    policy: Policy = DELETES,
    lists: Suppression = LISTED,
    records: Mapping[str, Departed] | None = None,
    *people: Attributes,
    lockfile: Lockfile | None = None,
    retry_rejected: bool = False,
    most_removed: Limit | None = None,
) -> Plan:
    """The plan of a roster of Ada and these people, all of whom were added before except Bob."""
    roster = replace(roster_of(ADA, *people), suppression=lists)
    known = replace(lockfile or lockfile_of(ADA), departed=records or {})
    return make_plan(
        environment_of(policy=policy, remove=most_removed), roster, known, retry_rejected=retry_rejected
    )


def record(outcome: str, by: Removal = DELETE, reason: str | None = None) -> dict[str, Departed]:
    return {KEY: Departed(Departure(outcome), by, PUSHED, reason)}


@pytest.mark.parametrize("way", [UNSUBSCRIBE, DELETE])
def test_a_suppressed_person_who_is_not_recorded_is_removed_in_case_others_added_them(way: Removal) -> None:
    plan = planned(Policy(on_suppress=way))
    assert [action_document(action) for action in plan.actions] == [
        {
            "action": "remove",
            "key": KEY,
            "source": "panels/p/suppressed.txt:3",
            "by": way,
            "known": False,
            "standing": "suppressed",
        }
    ]
    assert (plan.cost.calls, plan.summary.remove) == (1, 1)


@pytest.mark.parametrize("policy", [Policy(on_remove=DELETE), Policy(on_suppress=FORGET)])
def test_only_an_on_suppress_that_makes_calls_does_so(policy: Policy) -> None:
    assert planned(policy).actions == ()


@pytest.mark.parametrize("lists", [HASHED, Suppression({KEY: HERE}, opt_outs={KEY}), NOBODY])
def test_a_hash_names_no_address_and_people_who_opted_out_are_left_alone(lists: Suppression) -> None:
    assert planned(lists=lists).actions == ()


def test_guards_count_such_a_removal_except_the_one_for_an_empty_roster() -> None:
    assert [found.guard for found in planned(most_removed=Limit(count=0)).refusals] == ["remove"]
    roster = replace(roster_of(), suppression=LISTED)
    assert make_plan(environment_of(policy=DELETES), roster, None).refusals == ()


def test_a_rejected_and_suppressed_person_is_removed_at_once_instead_of_forgotten_first() -> None:
    lockfile = lockfile_of(ADA, rejected={KEY: Rejected("no", PUSHED, BOB)})
    (action,) = planned(lockfile=lockfile).actions
    assert isinstance(action, Remove)
    assert (action.by, action.is_known) == (DELETE, False)


@pytest.mark.parametrize("outcome", ["deleted", "absent", "unattributed"])
def test_they_are_removed_once(outcome: str) -> None:
    assert planned(records=record(outcome)).actions == ()
    assert planned(records=record(outcome), retry_rejected=True).actions == ()


def test_they_are_removed_again_after_a_call_without_an_answer_and_by_another_policy() -> None:
    (again,) = planned(records=record("unconfirmed")).actions
    assert isinstance(again, Remove)
    assert again.doubtful
    (other,) = planned(records=record("unsubscribed", UNSUBSCRIBE)).actions
    assert isinstance(other, Remove)
    assert (other.by, other.doubtful) == (DELETE, False)


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (record("blocked"), "blocked"),
        (record("rejected", reason="no"), "no"),
        (record("unconfirmed", reason="no"), "no"),
    ],
)
def test_a_refused_removal_is_shown_until_it_is_retried(refused: dict[str, Departed], reason: str) -> None:
    plan = planned(records=refused)
    assert plan.actions == (
        Unremoved(KEY, DELETE, reason, {"emailAddress": KEY}, "panels/p/suppressed.txt:3", is_known=False),
    )
    assert not plan.has_something_to_apply
    (again,) = planned(records=refused, retry_rejected=True).actions
    assert isinstance(again, Remove)


# What the record of a removal is kept for


def test_a_record_is_removed_once_the_person_is_not_suppressed_and_no_guard_counts_that() -> None:
    plan = planned(lists=NOBODY, records=record("deleted"), most_removed=Limit(count=0))
    (action,) = plan.actions
    assert isinstance(action, Remove)
    assert (action.by, action.has_departed) == (FORGET, True)
    assert plan.refusals == ()
    assert plan.has_something_to_apply


def test_a_record_under_a_hash_stays_as_long_as_the_list_has_the_hash() -> None:
    name = f"hmac-sha256:{HASH}"
    records = {name: record("deleted")[KEY]}
    assert planned(lists=HASHED, records=records).actions == ()
    assert planned(lists=HASHED.without_secret(), records=records).actions == ()
    (action,) = planned(lists=NOBODY, records=records).actions
    assert action.key == name


def test_an_unsubscribed_person_stays_recorded() -> None:
    assert planned(Policy(), NOBODY, record("unsubscribed", UNSUBSCRIBE)).actions == ()


@pytest.mark.parametrize("name", [KEY, f"hmac-sha256:{HASH}"])
@pytest.mark.parametrize("outcome", ["unsubscribed", "absent"])
def test_the_plan_knows_an_unsubscribed_person_who_is_declared_again(name: str, outcome: str) -> None:
    records = {name: record(outcome, UNSUBSCRIBE)[KEY]}
    added = [
        action
        for action in planned(Policy(), Suppression({}, {}, SECRET), records, BOB).actions
        if isinstance(action, Add)
    ]
    assert [add.was_unsubscribed for add in added] == [outcome == "unsubscribed"]


def test_a_rejected_member_leaves_the_lockfile_even_if_the_removal_was_refused_too() -> None:
    lockfile = lockfile_of(ADA, rejected={KEY: Rejected("no", PUSHED, BOB)})
    refused = record("rejected", UNSUBSCRIBE, "no")
    plan = planned(Policy(on_suppress=UNSUBSCRIBE), records=refused, lockfile=lockfile)
    assert {type(action) for action in plan.actions} == {Remove, Unremoved}
    assert plan.has_something_to_apply


@pytest.mark.parametrize(
    ("policy", "lists", "kept_as"),
    [
        (Policy(on_remove=DELETE), NOBODY, None),
        (Policy(on_remove=UNSUBSCRIBE), NOBODY, KEY),
        (Policy(on_remove=DELETE), LISTED, KEY),
        (DELETES, HASHED, f"hmac-sha256:{HASH}"),
        (Policy(), NOBODY, None),
    ],
)
def test_removals_of_suppressed_people_and_of_the_unsubscribed_are_recorded(
    policy: Policy, lists: Suppression, kept_as: str | None
) -> None:
    (action,) = planned(policy, lists, lockfile=lockfile_of(ADA, BOB)).actions
    assert isinstance(action, Remove)
    assert action.kept_as == kept_as


@given(
    policy=st.builds(Policy, on_suppress=st.none() | st.sampled_from(Removal)),
    lockfile=lockfiles(),
    listed=st.booleans(),
)
def test_apply_never_does_two_things_with_a_person(
    *, policy: Policy, lockfile: Lockfile, listed: bool
) -> None:
    names = {*lockfile.members, *lockfile.rejected, *lockfile.unconfirmed, *lockfile.departed}
    in_clear = {name: HERE for name in names if listed and "@" in name}
    roster = replace(roster_of(ADA), suppression=Suppression(in_clear))
    plan = make_plan(environment_of(policy=policy), roster, lockfile)
    keys = [action.key for action in plan.actions if not isinstance(action, Unremoved)]
    assert len(keys) == len(set(keys))
