"""The day, which expiry depends on: in UTC, so that it is the same wherever a plan is made."""

from datetime import UTC, date, datetime, timedelta

from reconciler.plan.model import Day

_SOON = timedelta(days=30)


def day_of(today: str | None) -> Day:
    """The day written 2027-01-31, or the present one for None.

    Raises:
        ValueError: this is no date, or none of which anything could be said.
    """
    found = datetime.now(UTC).date() if today is None else date.fromisoformat(today)
    if today not in (None, found.isoformat()):  # 20270131 and 2027-W04-7 are dates too
        raise ValueError(today)
    try:
        soon = found + _SOON
    except OverflowError:
        soon = date.max
    return Day(found.isoformat(), soon.isoformat())
