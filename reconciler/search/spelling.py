"""Whether a person stands in a text, however their address is spelled there. Pure.

The same person is whoever has the same identity: another case, another form of Unicode, the domain in ASCII
or not, behind escapes. A longer address is another person: letters, digits and `.`, `_`, `-`, `+` beside what
is found belong to it. Any other sign separates, since better one place too many is named than one too few.
"""

import re
import unicodedata
from functools import lru_cache

from reconciler.identity import InvalidAddress, identity
from reconciler.search.escapes import OF_A_CHARACTER, readings

_MOST_LOCAL = 4 * 64  # characters: as many as may come to the longest part before the @-sign
_ASCII_DOMAIN = re.compile(r"[a-z0-9.-]*", re.IGNORECASE | re.ASCII)
_BEFORE = re.compile(r"[^\s\"(),:;<>\[\]\\@]*\Z")
_ENDS = ".-\u3002\uff0e\uff61"
_INSIDE_DOMAINS = frozenset(_ENDS + "\u00b7\u30fb\u200c\u200d")
_INSIDE_LOCALS = frozenset("._-+")
_LEADING = ".-+"


class Spelling:
    """Finds one identity in texts."""

    def __init__(self, key: str) -> None:
        """Take the identity."""
        self.key = key
        self._local, _, self._domain = key.rpartition("@")
        self._plain = key.encode()
        self._has_apostrophe = "'" in self._local

    def may_be_in(self, data: bytes) -> bool:
        """A quick look at text in UTF-8: whether it is worth a closer one."""
        if self._plain in data.lower():
            return True
        if b"\\" in data or (self._has_apostrophe and b"''" in data):
            return True
        return not data.isascii() and b"@" in data

    def is_in(self, text: str) -> bool:
        """Whether the person stands in this line."""
        return any(self._stands_in(reading) for reading in self._readings(text))

    def _readings(self, text: str) -> list[str]:
        found = list(readings(text))
        # Between single quotes, YAML and SQL write an apostrophe twice.
        return found + [reading.replace("''", "'") for reading in found if self._has_apostrophe]

    def _stands_in(self, text: str) -> bool:
        at = text.find("@")
        while at >= 0:
            if self._is_domain(_domain_at(text, at + 1)) and self._is_local(text[:at][-_MOST_LOCAL:]):
                return True
            at = text.find("@", at + 1)
        return False

    def _is_domain(self, text: str) -> bool:
        domain = text.rstrip(_ENDS)
        return (domain.lower() if domain.isascii() else _in_ascii(domain)) == self._domain

    def _is_local(self, before: str) -> bool:
        """Whether what stands before an @-sign ends in just this person's part."""
        end = before[-len(self._local) :]
        if end.isascii() and self._local.isascii() and end.lower() != self._local:
            return False  # as nearly always: no form of Unicode changes ASCII
        found = _BEFORE.search(before)
        run = found[0] if found else ""
        starts = [0, *(index + 1 for index in range(len(run)) if _separates(run, index))]
        starts.append(len(run) - len(run.lstrip(_LEADING)) if run == before else _dots(run))
        return any(_normal(run[start:]) == self._local for start in starts)


def _domain_at(text: str, start: int) -> str:
    """The domain that begins there; nothing where an escape follows, which another reading resolves."""
    found = _ASCII_DOMAIN.match(text, start)
    end = found.end() if found else start
    while end < len(text) and _is_in_domains(text[end]):
        end += 1
    return "" if OF_A_CHARACTER.match(text, end) else text[start:end]


def _is_in_domains(character: str) -> bool:
    return character in _INSIDE_DOMAINS or _is_of_a_word(character)


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _separates(run: str, index: int) -> bool:
    character = run[index]
    if character == "'" and index:
        return not _is_of_a_word(run[index - 1])  # o'brien is one name
    return character not in _INSIDE_LOCALS and not _is_of_a_word(character)


def _dots(run: str) -> int:
    """Where a run begins that has dots before it: no address begins with one."""
    return len(run) - len(run.lstrip("."))


def _normal(local: str) -> str:
    """As `reconciler.identity` has it."""
    if local.isascii():
        return local.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).lower())


@lru_cache(maxsize=1000)
def _in_ascii(domain: str) -> str:
    try:
        return identity(f"x@{domain}").rpartition("@")[2]
    except InvalidAddress:
        return ""
