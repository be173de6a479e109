import pytest
from plans import adds, change, remove

from reconciler.environment.model import Api, RateLimit
from reconciler.member import Removal
from reconciler.plan.planner import estimate


@pytest.mark.parametrize(("members", "calls"), [(0, 0), (1, 1), (100, 1), (101, 2), (5000, 50)])
def test_calls_are_members_by_batch_size_rounded_up(members: int, calls: int) -> None:
    assert estimate(Api(), adds(members)).calls == calls


def test_each_kind_of_action_and_each_kind_of_removal_needs_its_own_call() -> None:
    ways = [remove(by=Removal.UNSUBSCRIBE), remove("eve", by=Removal.DELETE)]
    assert estimate(Api(), [*adds(1), change(deliverable=True), *ways]).calls == 4


def test_what_changes_the_lockfile_alone_or_is_only_reported_costs_nothing() -> None:
    cost = estimate(Api(), [remove(), change()])
    assert (cost.calls, cost.seconds) == (0, 0)


def test_past_the_rate_limit_the_waiting_is_what_takes_time() -> None:
    limited = Api(batch_size=1, rate_limit=RateLimit(calls=10, seconds=60))
    assert estimate(limited, adds(10)).seconds < 60
    assert estimate(limited, adds(11)).seconds == 60


def test_the_allowance_is_passed_on() -> None:
    assert estimate(Api(call_allowance=500), adds(1)).allowance == 500
