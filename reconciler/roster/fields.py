"""The rules for fields that YAML and CSV have in common."""

import re
from functools import lru_cache

from reconciler.member import FIELDS, NUMBER_FIELDS, PROFILE_FIELDS
from reconciler.problems import Message, Value, nearest
from reconciler.roster.expiry import EXPIRES

TEXT_FIELDS = {name: name for name in FIELDS if name not in NUMBER_FIELDS and name != PROFILE_FIELDS}
"""By name the same name: looking one up gives one object for all members, not one for each."""

_WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_MOST_DIGITS = 20
_BITS = 63
WHOLE_NUMBER_HINT = "Write 5, not 05, 5.0 or +5; at most 64 bits."


def looks_whole(text: str) -> bool:
    """Whether a text is a whole number in decimal digits, without a sign + or zeros in front."""
    return _WHOLE_NUMBER.fullmatch(text) is not None


def whole_number(text: str) -> int | None:
    """The whole number that a text is, or None: it is none, or it is beyond 64 bits."""
    if not looks_whole(text) or len(text) > _MOST_DIGITS:
        return None
    number = int(text)
    return number if -(2**_BITS) <= number < 2**_BITS else None


@lru_cache(maxsize=1024)
def unknown_field(name: str) -> tuple[Message, Message]:
    """Message and hint for a name that is neither on the API's page nor ours.

    A name that is like none may be anything, such as an address in the first row of a CSV file that has
    no header: so it is told as a value.
    """
    close = nearest(name, (*FIELDS, EXPIRES))
    if close:
        return (f'"{name}" is not a field of the API.',), (f'Did you mean "{close}"?',)
    message = (Value(f'"{name}"'), " is not a field of the API.")
    return message, (f"The fields are {', '.join(FIELDS)}; and {EXPIRES}, which is not sent.",)


@lru_cache(maxsize=1024)
def is_in_vendor_order(names: tuple[str, ...]) -> bool:
    """Whether these are fields of the vendor's page alone, in its order."""
    return names == tuple(name for name in FIELDS if name in names)
