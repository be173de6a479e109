"""The rules for fields that YAML and CSV have in common."""

import re
from functools import lru_cache

from reconciler.headings import field_of, folded, has_no_field
from reconciler.member import FIELDS, NUMBER_FIELDS, PROFILE_FIELDS
from reconciler.problems import Message, Value, nearest

EXPIRES = "expires"
"""The day from which a member counts as not declared. It is ours, and never sent."""

TEXT_FIELDS = {name: name for name in FIELDS if name not in NUMBER_FIELDS and name != PROFILE_FIELDS}
"""The same name by name: looking one up gives one object for all members, not one for each."""

ALL_FIELDS = f"The fields are {', '.join(FIELDS)}; and {EXPIRES}, which is not sent."
_PASSWORDS = frozenset({"password", "passwort", "motdepasse", "contrasena"})
WHOLE_NUMBER_HINT = "Write 5, not 05, 5.0 or +5; at most 64 bits."

_WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_MOST_DIGITS = 20
_BITS = 63
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_HINT = ("Write year, month and day, such as 2027-01-31.",)


def looks_whole(text: str) -> bool:
    """Whether a text is a whole number in decimal digits, without a sign + or leading zeros."""
    return _WHOLE_NUMBER.fullmatch(text) is not None


def whole_number(text: str) -> int | None:
    """The whole number of a text, or None if it is none or has more than 64 bits."""
    if not looks_whole(text) or len(text) > _MOST_DIGITS:
        return None
    number = int(text)
    return number if -(2**_BITS) <= number < 2**_BITS else None


def not_a_day(text: str) -> tuple[Message, Message]:
    """Message and hint for an `expires` that is not a day."""
    if _DAY.fullmatch(text):
        return (f'"{EXPIRES}" is a day that the calendar doesn\'t have.',), _DAY_HINT
    return (f'"{EXPIRES}" takes a day.',), _DAY_HINT


@lru_cache(maxsize=1024)
def unknown_field(name: str, *, is_heading: bool = False) -> tuple[Message, Message]:
    """Message and hint for a name that is not a field of the API and not our own.

    A name that is like no known one may be anything, so it is a `Value`, unless it `is_heading`.
    """
    close = field_of(name) or (None if has_no_field(name) else nearest(name, (*FIELDS, EXPIRES)))
    if close:
        hint = f'Did you mean "{close}"?'
    elif folded(name) in _PASSWORDS:
        hint = "Remove it. A password must never be in a repository: git keeps every version."
    elif has_no_field(name):
        hint = "The API has no such field. Remove it, or use custom1 to custom5 or a profile field."
    else:
        hint = ALL_FIELDS
    is_name = is_heading or close or has_no_field(name)
    return (f'"{name}"' if is_name else Value(f'"{name}"'), " is not a field of the API."), (hint,)
