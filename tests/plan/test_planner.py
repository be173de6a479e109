"""The table of the contract's section 3, row by row."""

from typing import Any

import pytest
from hypothesis import given
from people import PUSHED, environment_of, lockfile_of, lockfiles, people, person, roster_of, rosters

from reconciler.lockfile.model import Lockfile, Outcome, Present, Rejected, Unconfirmed
from reconciler.member import Attributes, Removal, flat
from reconciler.plan.diff import field_changes
from reconciler.plan.model import Action, Add, Change, FieldChange, Plan, Remove, StillRejected
from reconciler.plan.planner import make_plan
from reconciler.roster.model import Roster

ADA = person("ada", firstName="Ada")
BOB = person("bob")


def planned(roster: Roster, lockfile: Lockfile | None, *, retry_rejected: bool = False) -> Plan:
    return make_plan(environment_of(), roster, lockfile, retry_rejected=retry_rejected)


def only_action(plan: Plan) -> Action:
    (action,) = plan.actions
    return action


def test_somebody_who_is_declared_and_unknown_is_added() -> None:
    plan = planned(roster_of(ADA), lockfile_of())
    assert only_action(plan) == Add("ada@example.org", "panels/p/members/team.yaml:3", ADA)
    assert plan.summary.add == 1


def test_somebody_unconfirmed_is_added_and_marked_as_doubtful() -> None:
    lockfile = lockfile_of(unconfirmed={"ada@example.org": Unconfirmed(PUSHED, ADA)})
    action = only_action(planned(roster_of(ADA), lockfile))
    assert isinstance(action, Add)
    assert action.doubtful


def test_somebody_equal_is_counted_and_not_listed() -> None:
    plan = planned(roster_of(ADA), lockfile_of(ADA))
    assert plan.actions == ()
    assert plan.summary.unchanged == 1
    assert not plan.has_something_to_apply


def test_another_spelling_of_the_address_is_no_change() -> None:
    shouted = ADA | {"emailAddress": "ADA@Example.org"}
    assert planned(roster_of(shouted), lockfile_of(ADA)).actions == ()


def test_another_order_of_profile_fields_and_of_their_options_is_no_change() -> None:
    one = {"profileFieldId": 1, "value": [3, 5]}
    two = {"profileFieldId": 2, "value": "x"}
    before = person("ada", profileFields=[one, two])
    after = person("ada", profileFields=[two, one | {"value": [5, 3]}])
    assert planned(roster_of(after), lockfile_of(before)).actions == ()


def test_a_change_names_each_field_before_and_after_and_cannot_be_delivered() -> None:
    before = person(
        "ada", firstName="Ada", custom1="a", profileFields=[{"profileFieldId": 577, "value": "x"}]
    )
    after = person("ada", firstName="Ada", city="Rome", profileFields=[{"profileFieldId": 577, "value": "y"}])
    plan = planned(roster_of(after), lockfile_of(before))
    assert only_action(plan) == Change(
        "ada@example.org",
        "panels/p/members/team.yaml:3",
        (
            FieldChange("city", None, "Rome"),
            FieldChange("custom1", "a", None),
            FieldChange("profileFields[577]", "x", "y"),
        ),
        after,
        deliverable=False,
    )
    assert not plan.has_something_to_apply


def test_a_number_is_not_the_text_that_looks_like_it() -> None:
    before = person("ada", profileFields=[{"profileFieldId": 1, "value": [1]}])
    after = person("ada", profileFields=[{"profileFieldId": 1, "value": ["1"]}])
    assert planned(roster_of(after), lockfile_of(before)).summary.change == 1


def test_somebody_rejected_stays_so_while_the_declaration_is_the_same() -> None:
    lockfile = lockfile_of(rejected={"ada@example.org": Rejected("no such field", PUSHED, ADA)})
    plan = planned(roster_of(ADA), lockfile)
    action = only_action(plan)
    assert isinstance(action, StillRejected)
    assert action.reason == "no such field"
    assert not plan.has_something_to_apply


@pytest.mark.parametrize(
    ("refused", "is_retried"),
    [
        (person("ada"), False),
        # The spelling may be what was refused.
        (ADA | {"emailAddress": "ADA@example.org"}, False),
        (ADA, True),
    ],
    ids=["another declaration", "another spelling", "asked for"],
)
@pytest.mark.parametrize("doubtful", [False, True])
def test_somebody_rejected_is_added_again(refused: Attributes, is_retried: bool, doubtful: bool) -> None:  # noqa: FBT001 - parameters of the test
    lockfile = lockfile_of(rejected={"ada@example.org": Rejected("no", PUSHED, refused, doubtful)})
    action = only_action(planned(roster_of(ADA), lockfile, retry_rejected=is_retried))
    assert isinstance(action, Add)
    assert action.doubtful is doubtful


def test_somebody_no_longer_declared_is_removed_by_forgetting() -> None:
    plan = planned(roster_of(ADA), lockfile_of(ADA, BOB))
    assert only_action(plan) == Remove("bob@example.org", Removal.FORGET, BOB)


def test_somebody_rejected_and_no_longer_declared_is_forgotten_whatever_the_guards_say() -> None:
    lockfile = lockfile_of(rejected={"bob@example.org": Rejected("no", PUSHED, BOB)})
    plan = planned(roster_of(), lockfile)
    assert plan.summary.remove == 1
    assert plan.refusals == ()
    assert plan.has_something_to_apply
    assert not plan.calls_the_api


def test_no_lockfile_at_all_is_said_and_everybody_is_added() -> None:
    plan = planned(roster_of(ADA, BOB), None)
    assert not plan.has_lockfile
    assert plan.summary.add == 2


@given(before=people(), after=people())
def test_the_fields_of_a_change_are_those_that_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    old, new = flat(before), flat(after)
    differing = [field for field in sorted({*old, *new}) if old.get(field) != new.get(field)]
    assert [change.field for change in field_changes(before, after)] == differing


@given(roster=rosters(), lockfile=lockfiles())
def test_everybody_declared_is_counted_in_exactly_one_place(roster: Roster, lockfile: Lockfile) -> None:
    summary = planned(roster, lockfile).summary
    assert summary.add + summary.change + summary.unchanged + summary.rejected == len(roster.members)


@given(roster=rosters(), lockfile=lockfiles())
def test_once_carried_out_a_plan_leaves_nothing_that_apply_could_do(
    roster: Roster, lockfile: Lockfile
) -> None:
    plan = planned(roster, lockfile)
    added = {add.key: Present(Outcome.ADDED, PUSHED, add.attributes) for add in plan.operations}
    after = lockfile.with_entries(added).without(frozenset(remove.key for remove in plan.removes))
    again = planned(roster, after)
    assert not again.has_something_to_apply
    assert again.digest != plan.digest or not plan.has_something_to_apply
