"""What any HTTP answer to one of the calls means: the one place that decides it. Pure.

Source: the vendor's pages *save panel members*, *limits* and *error-codes*, and the contract's
table of answers. The status decides first, then the message; `id` never decides, since 1013 stands
both for a missing permission and for a used-up allowance.
"""

import re
from datetime import UTC, datetime

from reconciler.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    CountedAway,
    Lost,
    Refused,
    Request,
    Throttled,
    TooLarge,
    Unusable,
)
from reconciler.questionpro.counts import BrokenOff, NotTheCounts, read_counts
from reconciler.questionpro.denial import Access, denied, redirected
from reconciler.questionpro.error_body import read_error_body
from reconciler.questionpro.http_answer import HttpAnswer
from reconciler.questionpro.retry_after import seconds_to_wait

_ALLOWANCE = re.compile(r"call\s+limit\s+exceeded|account\s+representative", re.IGNORECASE)


def read_answer(came: HttpAnswer, request: Request, access: Access, now: datetime | None = None) -> Answer:
    """What an answer to this request means.

    `now` (UTC) matters only for a `Retry-After` that names a date.
    """
    message = read_error_body(came.text).message
    answer: Answer
    match came.status:
        case 400:
            answer = Refused(message or "HTTP 400 without a reason")
        case 401 | 403 | 404:
            answer = denied(came.status, message, access, request)
        case 413:
            answer = TooLarge(message or "HTTP 413: the batch is too large")
        case 429:
            answer = _limited(came, message, now)
        case _:
            answer = _by_class(came, request, message, access, now)
    return answer


def _by_class(
    came: HttpAnswer, request: Request, message: str | None, access: Access, now: datetime | None
) -> Answer:
    match came.status // 100:
        case 2:
            return _success(came, request)
        case 3:
            return redirected(came.status, came.headers.get("location"), access)
        case 5:
            reason = message or "the server failed"
            return Lost(f"HTTP {came.status}: {reason}", _retry_after(came, now))
        case _:
            return Unusable(f"HTTP {came.status}, which this API does not document")


def _success(came: HttpAnswer, request: Request) -> Counted | CountedAway | Lost | Unusable:
    if not came.complete:
        return Unusable(f"HTTP {came.status} with an answer too long, or packed too oddly, to be read")
    try:
        return read_counts(came.body, request)
    except BrokenOff as what:
        if came.ends_by_closing:
            return Lost(f"The answer was cut: HTTP {came.status} with {what}")
        return Unusable(f"HTTP {came.status} with {what}")
    except NotTheCounts as what:
        return Unusable(f"HTTP {came.status} with {what}")


def _limited(came: HttpAnswer, message: str | None, now: datetime | None) -> Throttled | AllowanceUsedUp:
    if _ALLOWANCE.search(message or came.text):
        return AllowanceUsedUp(f"HTTP 429: {message or 'API call limit exceeded'}")
    reason = message or "too many calls in a short time"
    return Throttled(f"HTTP 429: {reason}", _retry_after(came, now))


def _retry_after(came: HttpAnswer, now: datetime | None) -> float | None:
    return seconds_to_wait(
        came.headers.get("retry-after"), came.headers.get("date"), now or datetime.now(tz=UTC)
    )
