"""What the policies do about members who changed and members who left."""

import pytest
from msgspec import structs
from people import PUSHED, environment_of, lockfile_of, person, present, roster_of

from reconciler.environment.model import OnChange, Policy
from reconciler.lockfile.model import Lockfile, Rejected, Unconfirmed, Undelivered
from reconciler.member import Attributes, Removal
from reconciler.plan.model import Action, Change, Plan, Remove, StillRejected, Unremoved
from reconciler.plan.planner import make_plan
from reconciler.roster.model import Roster

ADA = person("ada", firstName="Ada")
ADELE = person("ada", firstName="Adele")
BOB = person("bob")
KEY = "bob@example.org"
RESUBMIT = Policy(on_change=OnChange.RESUBMIT)
DELETE = Policy(on_remove=Removal.DELETE)
BLOCKED = Undelivered("delete", "blocked", PUSHED)


def planned(policy: Policy, roster: Roster, lockfile: Lockfile, *, retry_rejected: bool = False) -> Plan:
    return make_plan(environment_of(policy=policy), roster, lockfile, retry_rejected=retry_rejected)


def only(plan: Plan) -> Action:
    (action,) = plan.actions
    return action


def noted(attributes: Attributes, note: Undelivered) -> Lockfile:
    entry = structs.replace(present(attributes), undelivered=note)
    return Lockfile("p", environment_of().target, {str(attributes["emailAddress"]): entry})


def test_with_resubmit_a_change_is_to_be_sent_with_all_that_is_declared() -> None:
    plan = planned(RESUBMIT, roster_of(ADELE), lockfile_of(ADA))
    change = only(plan)
    assert isinstance(change, Change)
    assert (change.deliverable, change.attributes) == (True, ADELE)
    assert plan.has_something_to_apply
    assert plan.cost.calls == 1


def test_a_change_that_only_clears_fields_is_not_sent_since_it_would_change_nothing() -> None:
    plan = planned(RESUBMIT, roster_of(person("ada")), lockfile_of(ADA))
    change = only(plan)
    assert isinstance(change, Change)
    assert not change.deliverable
    assert not plan.has_something_to_apply
    assert plan.cost.calls == 0


def test_a_change_that_the_api_refused_is_not_sent_again_in_the_same_way() -> None:
    note = Undelivered("change", "Invalid name", PUSHED, ADELE)
    action = only(planned(RESUBMIT, roster_of(ADELE), noted(ADA, note)))
    assert isinstance(action, StillRejected)
    assert action.reason == "Invalid name"


@pytest.mark.parametrize(
    ("declared", "is_retried"),
    [(person("ada", firstName="Adeline"), False), (person("ada", city="Rome"), False), (ADELE, True)],
)
def test_a_change_that_the_api_refused_is_sent_if_it_is_another_or_asked_for(
    declared: Attributes,
    is_retried: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    note = Undelivered("change", "Invalid name", PUSHED, ADELE)
    plan = planned(RESUBMIT, roster_of(declared), noted(ADA, note), retry_rejected=is_retried)
    assert isinstance(only(plan), Change)


def test_a_member_declared_as_before_is_unchanged_even_if_a_change_was_refused_meanwhile() -> None:
    note = Undelivered("change", "Invalid name", PUSHED, ADELE)
    assert planned(RESUBMIT, roster_of(ADA), noted(ADA, note)).actions == ()


@pytest.mark.parametrize("way", [Removal.UNSUBSCRIBE, Removal.DELETE])
def test_a_member_who_left_is_removed_by_a_call(way: Removal) -> None:
    plan = planned(Policy(on_remove=way), roster_of(ADA), lockfile_of(ADA, BOB))
    assert only(plan) == Remove(KEY, way, BOB, kept_as=KEY if way is Removal.UNSUBSCRIBE else None)
    assert plan.cost.calls == 1
    assert plan.deletions == (way is Removal.DELETE)


def test_an_unconfirmed_member_is_removed_too_and_in_doubt() -> None:
    lockfile = lockfile_of(ADA, unconfirmed={KEY: Unconfirmed(PUSHED, BOB)})
    action = only(planned(DELETE, roster_of(ADA), lockfile))
    assert action == Remove(KEY, Removal.DELETE, BOB, doubtful=True)


@pytest.mark.parametrize("policy", [Policy(), DELETE])
@pytest.mark.parametrize("doubtful", [True, False])
def test_a_refused_member_leaves_the_lockfile_and_by_a_call_only_if_in_doubt(
    policy: Policy, *, doubtful: bool
) -> None:
    lockfile = lockfile_of(ADA, rejected={KEY: Rejected("no", PUSHED, BOB, doubtful)})
    plan = planned(policy, roster_of(ADA), lockfile)
    way = policy.on_remove if doubtful else Removal.FORGET
    assert only(plan) == Remove(KEY, way, BOB, doubtful=doubtful, was_rejected=not doubtful)
    assert plan.summary.remove == 1
    assert plan.cost.calls == (way is Removal.DELETE)


def test_a_blocked_member_is_shown_and_not_removed_again() -> None:
    plan = planned(DELETE, Roster({}), noted(BOB, BLOCKED))
    assert only(plan) == Unremoved(KEY, Removal.DELETE, "blocked", BOB)
    assert plan.summary.rejected == 1
    assert not plan.has_something_to_apply


@pytest.mark.parametrize("way", [Removal.FORGET, Removal.UNSUBSCRIBE])
def test_a_blocked_member_is_removed_once_the_policy_names_another_way(way: Removal) -> None:
    action = only(planned(Policy(on_remove=way), Roster({}), noted(BOB, BLOCKED)))
    assert action == Remove(KEY, way, BOB, kept_as=KEY if way is Removal.UNSUBSCRIBE else None)


def test_a_blocked_member_is_removed_again_with_retry_rejected() -> None:
    plan = planned(DELETE, Roster({}), noted(BOB, BLOCKED), retry_rejected=True)
    assert only(plan) == Remove(KEY, Removal.DELETE, BOB)


def test_a_blocked_member_who_is_declared_again_is_unchanged() -> None:
    assert planned(DELETE, roster_of(BOB), noted(BOB, BLOCKED)).summary.unchanged == 1


def test_the_digest_depends_on_how_a_member_is_removed() -> None:
    digests = {
        planned(Policy(on_remove=way), roster_of(ADA), lockfile_of(ADA, BOB)).digest for way in Removal
    }
    assert len(digests) == len(Removal)
