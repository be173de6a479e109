"""The text of a suppression list → its entries, or all that is wrong with it.

One entry a line: an e-mail address in any spelling, or `hmac-sha256:` and 64 hexadecimal digits, or the
line that tells with which secret such hashes were made, `hmac-sha256-check:` and 64 digits. What follows a
`#` at the start of a line or behind a space is a comment.
"""

import re
from typing import NamedTuple

from reconciler.identity import InvalidAddress, identity
from reconciler.problems import Location, Problem, Value
from reconciler.suppression.secret import CHECK_PREFIX, PREFIX

_COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)
_HASH = re.compile(f"({PREFIX}|{CHECK_PREFIX})([0-9a-f]{{64}})", re.IGNORECASE | re.ASCII)
_HASH_LIKE = re.compile(r"hmac|sha-?256|[0-9a-f]{64}", re.IGNORECASE)
_HASH_HINT = "Write {} and 64 hexadecimal digits, without spaces."
_COMMENT_HINT = "A comment needs a space before its #."


class Entry(NamedTuple):
    """One entry: an identity, or a hash in lower-case digits; line and column count from 1."""

    text: str
    is_hashed: bool
    line: int
    column: int


class Check(NamedTuple):
    """What the secret of a list comes to, in lower-case digits; it is about nobody."""

    digits: str
    line: int
    column: int


class Parsed(NamedTuple):
    """The entries of a list that are right, what is wrong with the others, and its checks; each by line."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    checks: tuple[Check, ...] = ()


def parse(text: str, file: str) -> Parsed:
    """Read the text of a list; `file` is its path as it is shown."""
    found: list[Entry | Check | Problem] = []
    for number, line in enumerate(_lines(text), start=1):
        written = _COMMENT.sub("", line).rstrip()
        content = written.lstrip()
        if content:
            found.append(_said(content, Location(file, number, len(written) - len(content) + 1)))
    return Parsed(
        tuple(one for one in found if isinstance(one, Entry)),
        tuple(one for one in found if isinstance(one, Problem)),
        tuple(one for one in found if isinstance(one, Check)),
    )


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _said(content: str, place: Location) -> Entry | Check | Problem:
    at = place.line or 0, place.column or 0
    if hashed := _HASH.fullmatch(content):
        prefix, digits = hashed[1].lower(), hashed[2].lower()
        return Check(digits, *at) if prefix == CHECK_PREFIX else Entry(digits, True, *at)
    try:
        return Entry(identity(content), False, *at)
    except InvalidAddress as error:
        # Hidden whole where addresses are masked: it may hold anything.
        message = (Value(f'"{content}"'), " is neither an e-mail address nor a hash of one.")
        return Problem(message, (_hint(content, error),), place)


def _hint(content: str, error: InvalidAddress) -> str:
    if _has_comment(content):
        return _COMMENT_HINT
    if content.lower().startswith(CHECK_PREFIX):
        return _HASH_HINT.format(CHECK_PREFIX)
    return _HASH_HINT.format(PREFIX) if _HASH_LIKE.search(content) else str(error)


def _has_comment(content: str) -> bool:
    """Whether it is right up to its first `#`, or up to the first behind an @-sign."""
    ends = (content.find("#", start) for start in (0, content.find("@") + 1))
    return any(end > 0 and _is_right(content[:end]) for end in ends)


def _is_right(content: str) -> bool:
    return not isinstance(_said(content, Location("")), Problem)
