"""What an undisturbed apply spends: calls and time."""

from reconciler.environment.model import Api
from reconciler.plan.model import Cost

_SECONDS_A_CALL = 0.2  # a guess at the vendor's answer time; the vendor's pages name none


def estimate(members: int, api: Api) -> Cost:
    """The cost of pushing so many members: the calls exactly, the seconds roughly.

    Seconds are whichever is longer: the answers' own time, or the waiting that the rate limit imposes.
    """
    calls = -(-members // api.batch_size)
    answering = -(-calls // api.concurrency) * _SECONDS_A_CALL
    pacing = (max(calls - 1, 0) // api.rate_limit.calls) * api.rate_limit.seconds
    return Cost(calls=calls, seconds=round(max(answering, pacing), 1), allowance=api.call_allowance)
