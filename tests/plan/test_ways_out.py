"""How members are removed: by the policies and the suppression lists."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import PUSHED, environment_of, lockfile_of, lockfiles, person, roster_of

from reconciler.environment.model import Policy
from reconciler.lockfile.model import Lockfile, Unconfirmed
from reconciler.member import Removal
from reconciler.plan.model import Plan, Remove
from reconciler.plan.planner import make_plan
from reconciler.problems import Location
from reconciler.roster.model import Roster
from reconciler.suppression.model import NOBODY, Secret, Suppression

ADA, BOB = person("ada"), person("bob")
KEY = "bob@example.org"
HERE = Location("panels/p/suppressed.txt", 1)
SECRET = Secret("0123456789abcdef")
HASH = SECRET.hash_of(KEY)
FORGET, UNSUBSCRIBE, DELETE = Removal
POLICIES = st.builds(
    Policy, on_remove=st.sampled_from(Removal), on_suppress=st.none() | st.sampled_from(Removal)
)


def planned(policy: Policy, lists: Suppression, lockfile: Lockfile | None = None) -> Plan:
    """The plan after Bob left."""
    roster = replace(roster_of(ADA), suppression=lists)
    return make_plan(environment_of(policy=policy), roster, lockfile or lockfile_of(ADA, BOB))


def way(policy: Policy, lists: Suppression) -> Removal | None:
    (action,) = planned(policy, lists).actions
    assert isinstance(action, Remove)
    return action.by


@pytest.mark.parametrize("lists", [Suppression({KEY: HERE}), Suppression({}, {HASH: HERE}, SECRET)])
def test_suppressed_members_leave_by_a_policy_of_their_own(lists: Suppression) -> None:
    assert way(Policy(on_remove=FORGET, on_suppress=DELETE), lists) is DELETE
    assert way(Policy(on_remove=DELETE, on_suppress=FORGET), lists) is FORGET


def test_on_remove_holds_without_that_policy_and_for_members_who_are_not_suppressed() -> None:
    assert way(Policy(on_remove=UNSUBSCRIBE), Suppression({KEY: HERE})) is UNSUBSCRIBE
    assert way(Policy(on_remove=FORGET, on_suppress=DELETE), NOBODY) is FORGET


@given(policy=POLICIES, lockfile=lockfiles(), is_retried=st.booleans())
def test_no_call_is_made_about_people_who_opted_out(
    *, policy: Policy, lockfile: Lockfile, is_retried: bool
) -> None:
    everyone = {**lockfile.members, **lockfile.rejected, **lockfile.unconfirmed}
    lists = Suppression(dict.fromkeys(everyone, HERE), opt_outs=everyone)
    roster = Roster({}, suppression=lists)
    plan = make_plan(environment_of(policy=policy), roster, lockfile, retry_rejected=is_retried)
    assert plan.cost.calls == 0
    assert plan.operations == ()
    assert {action.key for action in plan.removes if not action.has_departed} == set(everyone)


def test_a_member_who_opted_out_and_is_suppressed_is_removed_as_suppressed() -> None:
    lists = Suppression({KEY: HERE}, {HASH: HERE}, SECRET, opt_outs=[KEY])
    assert way(Policy(on_remove=FORGET, on_suppress=DELETE), lists) is DELETE


def test_an_unconfirmed_member_is_removed_in_the_same_way() -> None:
    lockfile = lockfile_of(ADA, unconfirmed={KEY: Unconfirmed(PUSHED, BOB)})
    plan = planned(Policy(on_remove=DELETE, on_suppress=FORGET), Suppression({KEY: HERE}), lockfile)
    assert [remove.by for remove in plan.removes] == [FORGET]


DIFFERING = [
    (Policy(on_remove=FORGET, on_suppress=DELETE), ()),
    (Policy(on_remove=DELETE, on_suppress=FORGET), ()),
    (Policy(on_remove=DELETE), (HASH,)),
]


@pytest.mark.parametrize(("policy", "opt_outs"), DIFFERING)
def test_without_the_secret_the_way_is_unknown_where_it_depends_on_it(
    policy: Policy, opt_outs: tuple[str, ...]
) -> None:
    plan = planned(policy, Suppression({}, {HASH: HERE}, opt_outs=opt_outs))
    assert [remove.by for remove in plan.removes] == [None]
    assert plan.operations == ()


@pytest.mark.parametrize("policy", [Policy(on_remove=DELETE), Policy(on_remove=DELETE, on_suppress=DELETE)])
def test_without_the_secret_the_way_is_known_where_it_is_the_same_for_all(policy: Policy) -> None:
    assert way(policy, Suppression({}, {HASH: HERE})) is DELETE


@given(POLICIES, lockfiles(), st.sets(st.sampled_from(["suppressed", "opted out"]), min_size=1))
def test_the_plan_knows_its_digest_where_the_secret_is_missing(
    policy: Policy, lockfile: Lockfile, kinds: set[str]
) -> None:
    everyone = [SECRET.hash_of(key) for key in lockfile.members]
    hashed = dict.fromkeys([*everyone, HASH], HERE)
    lists = Suppression({}, hashed, SECRET, opt_outs=everyone if "opted out" in kinds else ())
    there = planned(policy, lists, lockfile)
    elsewhere = planned(policy, lists.without_secret(), lockfile)
    assert there.digest_without_secret == elsewhere.digest


def test_the_policy_for_suppressed_members_is_part_of_the_digest() -> None:
    plans = [planned(Policy(on_suppress=way), NOBODY) for way in (None, *Removal)]
    assert len({plan.digest for plan in plans}) == 4
