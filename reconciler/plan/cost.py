"""What an undisturbed apply spends: calls and time."""

from reconciler.environment.model import Api
from reconciler.plan.model import Cost

_SECONDS_A_CALL = 0.2  # a guess at the vendor's answer time; the vendor's pages name none


def estimate(api: Api, *members: int) -> Cost:
    """The cost of so many members to add, to change, to remove: the calls exactly, the seconds roughly.

    Each kind goes in calls of its own.
    Seconds are whichever is longer: the answers' own time, or the waiting that the rate limit imposes.
    """
    calls = sum(-(-count // api.batch_size) for count in members)
    answering = -(-calls // api.concurrency) * _SECONDS_A_CALL
    pacing = (max(calls - 1, 0) // api.rate_limit.calls) * api.rate_limit.seconds
    return Cost(calls=calls, seconds=round(max(answering, pacing), 1), allowance=api.call_allowance)
