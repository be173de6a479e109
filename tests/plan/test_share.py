from hypothesis import given, settings
from hypothesis import strategies as st
from people import environment_of, lockfile_of, lockfiles, person, roster_of, rosters

from reconciler.lockfile.model import Lockfile
from reconciler.plan.planner import make_plan
from reconciler.plan.share import ACTIONS, Base, Share, changed_keys, counts
from reconciler.roster.model import Roster

BASE = Base("origin/main", "0" * 40)


def share_of(before: Roster | None, after: Roster) -> Share:
    keys = None if before is None else changed_keys(before, after)
    return Share(BASE, keys, has_new_settings=False)


@settings(max_examples=30)  # two rosters and a lockfile take long to make up
@given(before=st.none() | rosters(), after=rosters(), lockfile=lockfiles())
def test_own_and_pending_are_the_plan_cut_in_two(
    before: Roster | None, after: Roster, lockfile: Lockfile
) -> None:
    plan, share = make_plan(environment_of(), after, lockfile), share_of(before, after)
    own, pending = share.own(plan), share.pending(plan)
    assert sorted([*own, *pending], key=plan.actions.index) == list(plan.actions)
    assert not {action.key for action in own} & {action.key for action in pending}
    assert [action for action in plan.actions if share.holds(action)] == list(own)


@settings(max_examples=30)
@given(roster=rosters(), lockfile=lockfiles())
def test_who_declares_the_same_owns_nothing(roster: Roster, lockfile: Lockfile) -> None:
    plan, share = make_plan(environment_of(), roster, lockfile), share_of(roster, roster)
    assert share.own(plan) == ()
    assert share.settled(plan) == 0


@settings(max_examples=30)
@given(roster=rosters(), lockfile=lockfiles())
def test_where_nothing_can_be_told_apart_all_is_its_own(roster: Roster, lockfile: Lockfile) -> None:
    plan, share = make_plan(environment_of(), roster, lockfile), share_of(None, roster)
    assert share.own(plan) == plan.actions
    assert share.settled(plan) == 0


@settings(max_examples=30)  # two rosters and a lockfile take long to make up
@given(before=rosters(), after=rosters())
def test_a_change_and_its_undoing_concern_the_same_people(before: Roster, after: Roster) -> None:
    assert changed_keys(before, after) == changed_keys(after, before)


@settings(max_examples=30)  # two rosters and a lockfile take long to make up
@given(before=rosters(), after=rosters(), lockfile=lockfiles())
def test_what_is_pending_would_be_there_without_the_pull_request(
    before: Roster, after: Roster, lockfile: Lockfile
) -> None:
    plan = make_plan(environment_of(), after, lockfile)
    without = {action.key: action.action for action in make_plan(environment_of(), before, lockfile).actions}
    for action in share_of(before, after).pending(plan):
        assert without[action.key] == action.action


@settings(max_examples=30)  # two rosters and a lockfile take long to make up
@given(before=rosters(), after=rosters(), lockfile=lockfiles())
def test_who_differs_is_listed_or_settled(before: Roster, after: Roster, lockfile: Lockfile) -> None:
    plan, share = make_plan(environment_of(), after, lockfile), share_of(before, after)
    assert share.settled(plan) + len(share.own(plan)) == len(changed_keys(before, after))


def test_another_spelling_of_an_identity_differs_but_needs_nothing() -> None:
    before, after = roster_of(person("Ada")), roster_of(person("ada"))
    share = share_of(before, after)
    known = make_plan(environment_of(), after, lockfile_of(person("Ada")))
    assert (share.own(known), share.settled(known)) == ((), 1)


def test_all_actions_are_counted_those_of_none_included() -> None:
    plan = make_plan(environment_of(), roster_of(person("ada"), person("eve")), lockfile_of(person("bob")))
    assert counts(plan.actions) == {"add": 2, "change": 0, "remove": 1, "rejected": 0}
    assert list(counts([])) == list(ACTIONS)
