"""`expires`: the day from which a member counts as not declared. It is ours, and never sent."""

import re
from datetime import date
from functools import lru_cache

from reconciler.problems import Message

EXPIRES = "expires"

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HINT = ("Write year, month and day, such as 2027-01-31.",)


@lru_cache(maxsize=1024)
def is_day(text: str) -> bool:
    """Whether the text is a day of the calendar, as in 2027-01-31. Such texts sort as the days do."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def no_day(text: str) -> tuple[Message, Message]:
    """Message and hint for a text that is no day."""
    if _DAY.fullmatch(text):
        return (f'"{EXPIRES}" names a day that the calendar doesn\'t have.',), _HINT
    return (f'"{EXPIRES}" takes a day.',), _HINT
