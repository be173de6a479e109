"""Whom somebody may have meant by an address that nothing is known of."""

from collections.abc import Iterable
from itertools import islice

from reconciler.problems import nearest

_MOST_COMPARED = 2000
"""To compare two texts takes long; so many take a moment."""

_MOST_LETTERS_APART = 2


def likeliest(key: str, known: Iterable[str]) -> str | None:
    """The known identity that is most like this one: in its local part, or else in its domain.

    The other part is the same: most people of a panel share a domain, and it makes nobody alike.
    """
    local, _, domain = key.rpartition("@")
    parts = [other.rpartition("@") for other in known]
    locals_there = (there for there, _, other in parts if other == domain and _is_as_long(there, local))
    if meant := nearest(local, list(islice(locals_there, _MOST_COMPARED))):
        return f"{meant}@{domain}"
    domains_there = (other for there, _, other in parts if there == local)
    meant = nearest(domain, list(islice(domains_there, _MOST_COMPARED)))
    return f"{local}@{meant}" if meant else None


def _is_as_long(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= _MOST_LETTERS_APART
