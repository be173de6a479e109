from decimal import Decimal

import pytest
from people import PUSHED, environment_of, lockfile_of, person, roster_of

from reconciler.environment.model import Limit, Policy
from reconciler.lockfile.model import Rejected, Unconfirmed, Undelivered
from reconciler.member import Removal
from reconciler.plan.model import GuardRefusal
from reconciler.plan.planner import make_plan


def removing(count: int, of: int, limit: Limit | None, *allowed: str) -> tuple[GuardRefusal, ...]:
    people = [person(f"p{number}") for number in range(of)]
    plan = make_plan(
        environment_of(remove=limit),
        roster_of(*people[count:]),
        lockfile_of(*people),
        allowed=frozenset(allowed),
    )
    return plan.refusals


UNSUBSCRIBING = environment_of(policy=Policy(on_remove=Removal.UNSUBSCRIBE))
PERCENT_30 = Limit(percent=Decimal(30))


def test_a_guard_refuses_what_exceeds_it_and_names_figures_setting_and_flag() -> None:
    assert removing(31, 100, PERCENT_30) == (GuardRefusal("remove", 31, "30%", 100, "--allow remove"),)


def test_a_guard_lets_through_what_just_reaches_it() -> None:
    assert removing(30, 100, PERCENT_30) == ()


@pytest.mark.parametrize(("of", "refusals"), [(9, 0), (10, 1)])
def test_a_percentage_counts_only_once_there_are_ten_members(of: int, refusals: int) -> None:
    assert len(removing(of - 1, of, PERCENT_30)) == refusals


@pytest.mark.parametrize(("count", "refusals"), [(2, 0), (3, 1)])
def test_a_count_counts_from_the_first_member(count: int, refusals: int) -> None:
    assert len(removing(count, 4, Limit(count=2))) == refusals


def test_no_limit_refuses_nothing() -> None:
    assert removing(99, 100, None) == ()


def test_a_roster_of_nobody_is_refused_however_few_there_were() -> None:
    (refusal,) = removing(1, 1, None)
    assert (refusal.guard, refusal.lifted_by) == ("empty", "--allow empty")


def test_each_guard_is_lifted_alone() -> None:
    assert {refusal.guard for refusal in removing(20, 20, PERCENT_30)} == {"empty", "remove"}
    assert [refusal.guard for refusal in removing(20, 20, PERCENT_30, "empty")] == ["remove"]
    assert [refusal.guard for refusal in removing(20, 20, PERCENT_30, "remove")] == ["empty"]
    assert removing(20, 20, PERCENT_30, "empty", "remove") == ()


def test_nobody_declared_and_nobody_known_is_no_refusal() -> None:
    assert make_plan(environment_of(), roster_of(), None).refusals == ()


def test_who_was_refused_in_doubt_counts_where_nobody_is_declared() -> None:
    refused = {"ada@example.org": Rejected("no", PUSHED, person("ada"), doubtful=True)}
    (refusal,) = make_plan(UNSUBSCRIBING, roster_of(), lockfile_of(rejected=refused)).refusals
    assert (refusal.guard, refusal.count) == ("empty", 1)


def test_those_whom_the_api_keeps_are_no_reason_to_refuse_where_nobody_is_declared() -> None:
    note = Undelivered("unsubscribe", "blocked", PUSHED)
    blocked = {"ada@example.org": Unconfirmed(PUSHED, person("ada"), note)}
    plan = make_plan(UNSUBSCRIBING, roster_of(), lockfile_of(unconfirmed=blocked))
    assert plan.refusals == ()
    assert not plan.has_something_to_apply
