"""The header `Retry-After`: how long the server asks us to wait (RFC 9110, section 10.2.3)."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds_to_wait(retry_after: str | None, date: str | None, now: datetime) -> float | None:
    """Seconds from now; 0 for a time that has passed; None where nothing usable is said. No upper bound.

    A date is compared with the server's own clock (`date`, its header of that name) where it sent one,
    so that a clock that is wrong on either side doesn't cut the wait short; else with `now`.
    """
    if retry_after is None:
        return None
    text = retry_after.strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return float(text)
    until = _instant(text)
    if until is None:
        return None
    return max(0.0, (until - (_instant(date or "") or now)).total_seconds())


def _instant(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
