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
    roster, lockfile = roster_of(*people[count:]), lockfile_of(*people)
    return make_plan(environment_of(remove=limit), roster, lockfile, allowed=frozenset(allowed)).refusals


UNSUBSCRIBING = environment_of(policy=Policy(on_remove=Removal.UNSUBSCRIBE))
PERCENT_30 = Limit(percent=Decimal(30))


def test_a_guard_refuses_what_exceeds_it_and_names_figures_setting_and_flag() -> None:
    assert removing(31, 100, PERCENT_30) == (GuardRefusal("remove", 31, "30%", 100, "--allow remove"),)


@pytest.mark.parametrize(
    ("count", "of", "limit", "refusals"),
    [
        (30, 100, PERCENT_30, 0),
        (8, 9, PERCENT_30, 0),
        (9, 10, PERCENT_30, 1),
        (2, 4, Limit(count=2), 0),
        (3, 4, Limit(count=2), 1),
        (99, 100, None, 0),
    ],
)
def test_a_limit_may_be_reached_and_a_percentage_counts_from_ten_members_on(
    count: int, of: int, limit: Limit | None, refusals: int
) -> None:
    assert len(removing(count, of, limit)) == refusals


def test_an_empty_roster_is_refused_even_if_only_one_member_was_there() -> None:
    (refusal,) = removing(1, 1, None)
    assert (refusal.guard, refusal.lifted_by) == ("empty", "--allow empty")


def test_each_guard_is_lifted_alone() -> None:
    assert {refusal.guard for refusal in removing(20, 20, PERCENT_30)} == {"empty", "remove"}
    assert [refusal.guard for refusal in removing(20, 20, PERCENT_30, "empty")] == ["remove"]
    assert [refusal.guard for refusal in removing(20, 20, PERCENT_30, "remove")] == ["empty"]
    assert removing(20, 20, PERCENT_30, "empty", "remove") == ()


def test_an_empty_roster_without_a_lockfile_is_not_refused() -> None:
    assert make_plan(environment_of(), roster_of(), None).refusals == ()


def test_a_rejected_member_in_doubt_counts_if_the_roster_is_empty() -> None:
    refused = {"ada@example.org": Rejected("no", PUSHED, person("ada"), doubtful=True)}
    (refusal,) = make_plan(UNSUBSCRIBING, roster_of(), lockfile_of(rejected=refused)).refusals
    assert (refusal.guard, refusal.count) == ("empty", 1)


def test_a_blocked_member_does_not_count_if_the_roster_is_empty() -> None:
    note = Undelivered("unsubscribe", "blocked", PUSHED)
    blocked = {"ada@example.org": Unconfirmed(PUSHED, person("ada"), note)}
    plan = make_plan(UNSUBSCRIBING, roster_of(), lockfile_of(unconfirmed=blocked))
    assert plan.refusals == ()
    assert not plan.has_something_to_apply
