import pytest

from reconciler.environment.model import Api, RateLimit
from reconciler.plan.cost import estimate


@pytest.mark.parametrize(("members", "calls"), [(0, 0), (1, 1), (100, 1), (101, 2), (5000, 50)])
def test_calls_are_members_by_batch_size_rounded_up(members: int, calls: int) -> None:
    assert estimate(Api(), members).calls == calls


def test_nothing_to_send_takes_no_time() -> None:
    assert estimate(Api(), 0).seconds == 0


def test_past_the_rate_limit_the_waiting_is_what_takes_time() -> None:
    limited = Api(batch_size=1, rate_limit=RateLimit(calls=10, seconds=60))
    assert estimate(limited, 10).seconds < 60
    assert estimate(limited, 11).seconds == 60


def test_the_allowance_is_passed_on() -> None:
    assert estimate(Api(call_allowance=500), 1).allowance == 500
