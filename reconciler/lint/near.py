"""Addresses that are nearly equal: one slip apart, or equal but for dots and a plus tag."""

import re
from collections.abc import Iterator

from reconciler.lint.slip import gaps, is_one_slip

_DIGITS = re.compile(r"\d+")
_MOST_ALIKE = 16
"""So many of the same trace are remembered: what more have in common says nothing, such as `info@`."""


class NearAddresses:
    """Addresses, among which those near to another are found without comparing it with each."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._by_trace: dict[str, list[str]] = {}
        self._parts: set[str] = set()

    def add(self, key: str) -> None:
        """Take the identity of one more."""
        local, _, domain = key.rpartition("@")
        self._parts |= {f"{local}@", domain}
        for trace in set(_traces(key)):
            alike = self._by_trace.setdefault(trace, [])
            if len(alike) < _MOST_ALIKE:
                alike.append(key)

    def near(self, key: str) -> str | None:
        """The first of them that is nearly equal to an identity, or None."""
        local, _, domain = key.rpartition("@")
        if domain not in self._parts and f"{local}@" not in self._parts:
            return None  # near addresses have one of the two in common, and most have neither
        for trace in _traces(key):
            for other in self._by_trace.get(trace, ()):
                if is_near(key, other):
                    return other
        return None


def is_near(one: str, other: str) -> bool:
    """Whether two identities are nearly equal, and it is not just their numbers that tell them apart."""
    (local, _, domain), (other_local, _, other_domain) = one.rpartition("@"), other.rpartition("@")
    if domain != other_domain:
        return local == other_local and is_one_slip(domain, other_domain)
    if is_one_slip(local, other_local):
        return not _differ_in_numbers(local, other_local)
    return local != other_local and _bare(local) == _bare(other_local)


def _traces(key: str) -> Iterator[str]:
    """What near addresses have in common, at least one of it."""
    local, _, domain = key.rpartition("@")
    yield f"{local}@"
    yield f"{_bare(local)}@{domain}"
    for gap in gaps(local):
        yield f"{gap}@{domain}"


def _bare(local: str) -> str:
    return local.partition("+")[0].replace(".", "")


def _differ_in_numbers(one: str, other: str) -> bool:
    """`member01` and `member02` are two people, as like as not; `ada` and `ada2` may be one."""
    bare, numbers = _DIGITS.subn("0", one)
    return numbers > 0 and (bare, numbers) == _DIGITS.subn("0", other)
