"""People who must never be added again: the text of a list, its entries, and who is suppressed. Pure.

A list has one entry a line: an e-mail address in any spelling, or `hmac-sha256:` and 64 hexadecimal digits.
A line `hmac-sha256-check:` with 64 digits identifies the secret with which such hashes were made. Text
after a `#`, at the start of a line or after a space, is a comment.
"""

import hmac
import re
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from reconciler.identity import InvalidAddress, identity
from reconciler.problems import Location, Problem, Value

PREFIX = "hmac-sha256:"
CHECK_PREFIX = "hmac-sha256-check:"
_CHECKED = "reconciler suppression list"

_COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)
_HASH = re.compile(f"({PREFIX}|{CHECK_PREFIX})([0-9a-f]{{64}})", re.IGNORECASE | re.ASCII)
_HASH_LIKE = re.compile(r"hmac|sha-?256|[0-9a-f]{64}", re.IGNORECASE)
_HASH_HINT = "Write {} and 64 hexadecimal digits, without spaces."
_COMMENT_HINT = "A comment needs a space before its #."


class Secret:
    """The secret with which identities are hashed, so that a list holds no personal data. Never shown."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep the value, which is trimmed and long enough."""
        self._value = value.encode("utf-8", "surrogateescape")

    def hash_of(self, text: str) -> str:
        """HMAC-SHA256 of the text in UTF-8, in hexadecimal digits."""
        return hmac.digest(self._value, text.encode(), "sha256").hex()

    @property
    def check(self) -> str:
        """What identifies this secret without revealing it: the hash of a fixed text."""
        return self.hash_of(_CHECKED)

    def __repr__(self) -> str:
        """Nothing of the value, not even its length."""
        return "Secret(…)"


class Standing(StrEnum):
    """What the lists say about a person. People on both kinds of list are suppressed."""

    SUPPRESSED = "suppressed"
    OPTED_OUT = "opted_out"
    UNLISTED = "unlisted"


class Suppression:
    """Contains the identities that must not be added. Hashes are compared only if there are any."""

    __slots__ = ("_hashed", "_in_clear", "_opt_outs", "_secret", "_unchecked")

    def __init__(
        self,
        in_clear: Mapping[str, Location],
        hashed: Mapping[str, Location] | None = None,
        secret: Secret | None = None,
        *,
        opt_outs: Collection[str] = (),
    ) -> None:
        """Take the locations by identity, and by hash; without a secret no hash can be compared.

        `opt_outs` are the identities and hashes that only an opt-out list has.
        """
        self._in_clear = in_clear
        self._hashed = hashed or {}
        self._secret = secret
        self._opt_outs = frozenset(opt_outs)
        self._unchecked = frozenset(
            Standing.OPTED_OUT if entry in self._opt_outs else Standing.SUPPRESSED
            for entry in (self._hashed if secret is None else ())
        )

    def __contains__(self, key: str) -> bool:
        """Whether the member of this identity is suppressed."""
        return self.place_of(key) is not None

    def place_of(self, key: str) -> Location | None:
        """The entry that suppresses them; None if there is none."""
        found = self._in_clear.get(key)
        if found is not None or self._secret is None or not self._hashed:
            return found
        return self._hashed.get(self._secret.hash_of(key))

    def possible_names(self, key: str) -> tuple[str, ...]:
        """How a list can name them: their identity, and a hash of it if there is a secret."""
        return (key,) if self._secret is None else (key, PREFIX + self._secret.hash_of(key))

    def names_of(self, key: str) -> tuple[str, ...]:
        """How the lists name them; empty if they are on no list."""
        names = self.possible_names(key)
        return tuple(
            name for name in names if name in self._in_clear or name.removeprefix(PREFIX) in self._hashed
        )

    def suppressed_in_clear(self) -> Iterator[tuple[str, Location]]:
        """The identities that are suppressed in clear, and where; without people who only opted out."""
        return ((key, place) for key, place in self._in_clear.items() if key not in self._opt_outs)

    def may_suppress(self, name: str) -> bool:
        """Whether an identity or a hash is suppressed; also true if that is unknown."""
        if name.startswith(PREFIX):
            digits = name.removeprefix(PREFIX)
            return digits in self._hashed and digits not in self._opt_outs
        return Standing.SUPPRESSED in self.standings(name)

    def standings(self, key: str) -> frozenset[Standing]:
        """What the lists may say of them: one standing, or more while hashes are unchecked."""
        entries = {key} & self._in_clear.keys()
        if self._secret is not None and self._hashed:
            entries |= {self._secret.hash_of(key)} & self._hashed.keys()
        if entries - self._opt_outs:
            return frozenset({Standing.SUPPRESSED})
        return self._unchecked | {Standing.OPTED_OUT if entries else Standing.UNLISTED}

    def treats_alike(self, name: str, other: "Suppression") -> bool:
        """Whether other lists say the same about a person, given as identity or hash.

        Where hashes can't be compared, that is so if they are the same.
        """
        if name.startswith(PREFIX):
            return self.may_suppress(name) == other.may_suppress(name)
        mine, theirs = self.standings(name), other.standings(name)
        are_certain = len(mine) == len(theirs) == 1
        return mine == theirs and (are_certain or self.hashes == other.hashes)

    @property
    def hashes(self) -> frozenset[str]:
        """The hashes on the lists, in hexadecimal digits."""
        return frozenset(self._hashed)

    @property
    def has_hashes(self) -> bool:
        """Whether there are hashes, so that the secret makes a difference."""
        return bool(self._hashed)

    def without_secret(self) -> "Suppression":
        """The same lists where the secret is missing, as on a pull request from a fork."""
        return Suppression(self._in_clear, self._hashed, opt_outs=self._opt_outs)

    def is_hashed(self, key: str) -> bool:
        """Whether only a hash suppresses them."""
        return key not in self._in_clear and key in self


NOBODY = Suppression({})


class Entry(NamedTuple):
    """One entry: an identity, or a hash in lower-case digits; line and column count from 1."""

    text: str
    is_hashed: bool
    line: int
    column: int


class Check(NamedTuple):
    """The check of the secret of a list, in lower-case digits."""

    digits: str
    line: int
    column: int


class SuppressionList(NamedTuple):
    """What a list holds, each by line: its correct entries, the problems of the others, and its checks.

    `standing` is what it says about the people on it.
    """

    file: str
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    checks: tuple[Check, ...] = ()
    standing: Standing = Standing.SUPPRESSED


def parse(text: str, file: str) -> SuppressionList:
    """Read the text of a list; `file` is its display path."""
    found: list[Entry | Check | Problem] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        written = _COMMENT.sub("", line).rstrip()
        content = written.lstrip()
        if content:
            found.append(_read(content, Location(file, number, len(written) - len(content) + 1)))
    return SuppressionList(
        file,
        tuple(one for one in found if isinstance(one, Entry)),
        tuple(one for one in found if isinstance(one, Problem)),
        tuple(one for one in found if isinstance(one, Check)),
    )


def _read(content: str, location: Location) -> Entry | Check | Problem:
    at = location.line or 0, location.column or 0
    if hashed := _HASH.fullmatch(content):
        prefix, digits = hashed[1].lower(), hashed[2].lower()
        return Check(digits, *at) if prefix == CHECK_PREFIX else Entry(digits, True, *at)
    try:
        return Entry(identity(content), False, *at)
    except InvalidAddress as error:
        # A value, not an address: it may hold anything.
        message = (Value(f'"{content}"'), " is neither an e-mail address nor a hash of one.")
        return Problem(message, (_hint(content, error),), location)


def _hint(content: str, error: InvalidAddress) -> str:
    if _has_comment(content):
        return _COMMENT_HINT
    if content.lower().startswith(CHECK_PREFIX):
        return _HASH_HINT.format(CHECK_PREFIX)
    return _HASH_HINT.format(PREFIX) if _HASH_LIKE.search(content) else str(error)


def _has_comment(content: str) -> bool:
    """Whether it is correct up to its first `#`, or up to the first behind an @-sign."""
    ends = (content.find("#", start) for start in (0, content.find("@") + 1))
    return any(end > 0 and not isinstance(_read(content[:end], Location("")), Problem) for end in ends)
