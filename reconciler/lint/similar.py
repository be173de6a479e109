"""Texts and addresses that are nearly equal.

Texts are if one typo makes one of the other: a character too many, one too few, a wrong one, or two that
changed places. That is a Damerau-Levenshtein distance of 1 (F. J. Damerau, *A technique for computer
detection and correction of spelling errors*, 1964). Addresses are too if they differ only in dots, in a plus
tag, or in which of Gmail's two domains they have (Google's help page *Dots don't matter in Gmail addresses*).
"""

import re
from collections.abc import Iterator

_DIGITS = re.compile(r"\d+")
_MOST_ALIKE = 16
"""Addresses remembered for one trace: what more of them have in common, such as `info@`, says nothing."""


_SAME_MAILBOX = {"googlemail.com": "gmail.com"}


def is_one_typo(one: str, other: str) -> bool:
    """Whether exactly one typo makes one text of the other."""
    if len(one) > len(other):
        one, other = other, one
    half = len(one) // 2
    if len(other) - len(one) > 1 or one == other:
        return False
    if one[:half] != other[:half] and one[half + 1 :] != other[len(other) - len(one) + half + 1 :]:
        return False  # a typo leaves one half as it is; most texts are distinguished here
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    wrong = one[at + 1 :] == other[at + 1 :]
    return wrong or (one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :])


def deletions(text: str) -> Iterator[str]:
    """The text, and the text with each one of its characters left out.

    Texts that are one typo apart have one of these in common (not all that have are), so a table of them
    finds near texts among very many without comparing each with each.
    """
    yield text
    for at in range(len(text)):
        yield text[:at] + text[at + 1 :]


class NearAddresses:
    """Addresses among which those near to another are found without comparing it with each."""

    def __init__(self) -> None:
        """None yet."""
        self._by_trace: dict[str, list[str]] = {}
        self._parts: set[str] = set()

    def add(self, key: str) -> None:
        """Add an identity."""
        local, domain = _parts(key)
        self._parts |= {f"{local}@", domain}
        for trace in set(_traces(key)):
            alike = self._by_trace.setdefault(trace, [])
            if len(alike) < _MOST_ALIKE:
                alike.append(key)

    def near(self, key: str) -> str | None:
        """The first one that is nearly equal to an identity, or None."""
        local, domain = _parts(key)
        if domain not in self._parts and f"{local}@" not in self._parts:
            return None  # near addresses share one of the two; most share neither
        for trace in _traces(key):
            for other in self._by_trace.get(trace, ()):
                if is_near(key, other):
                    return other
        return None


def is_near(one: str, other: str) -> bool:
    """Whether two identities are nearly equal, and differ in more than their numbers."""
    (local, domain), (other_local, other_domain) = _parts(one), _parts(other)
    if domain != other_domain:
        return local == other_local and is_one_typo(domain, other_domain)
    if is_one_typo(local, other_local):
        return not _differ_in_numbers(local, other_local)
    return one != other and _bare(local) == _bare(other_local)


def _parts(key: str) -> tuple[str, str]:
    """The part before the @, and the domain, one name for domains that are one."""
    local, _, domain = key.rpartition("@")
    return local, _SAME_MAILBOX.get(domain, domain)


def _traces(key: str) -> Iterator[str]:
    """What near addresses have in common, at least one of these."""
    local, domain = _parts(key)
    yield f"{local}@"
    yield f"{_bare(local)}@{domain}"
    for shorter in deletions(local):
        yield f"{shorter}@{domain}"


def _bare(local: str) -> str:
    return local.partition("+")[0].replace(".", "")


def _differ_in_numbers(one: str, other: str) -> bool:
    """`member01` and `member02` are probably two people; `ada` and `ada2` may be one."""
    bare, numbers = _DIGITS.subn("0", one)
    return numbers > 0 and (bare, numbers) == _DIGITS.subn("0", other)
