"""The text of a suppression list → its entries, or all that is wrong with it.

One entry a line: an e-mail address in any spelling, or `hmac-sha256:` and 64 hexadecimal digits. What
follows a `#` at the start of a line or behind a space is a comment.
"""

import re
from typing import NamedTuple

from reconciler.identity import InvalidAddress, identity
from reconciler.problem import Place, Problem, Value
from reconciler.suppression.secret import PREFIX

_COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)
_HASH = re.compile("[0-9a-f]{64}", re.IGNORECASE)
_HASH_LIKE = re.compile(r"hmac|sha-?256|[0-9a-f]{64}", re.IGNORECASE)
_HASH_HINT = f"Write {PREFIX} and 64 hexadecimal digits, without spaces."


class Entry(NamedTuple):
    """One entry: an identity, or a hash in lower-case digits; line and column count from 1."""

    text: str
    is_hashed: bool
    line: int
    column: int


class Parsed(NamedTuple):
    """The entries of a list that are right, and what is wrong with the others, by line."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


def parse(text: str, file: str) -> Parsed:
    """Read the text of a list; `file` is its path as it is shown."""
    entries, problems = [], []
    for number, line in enumerate(_lines(text), start=1):
        written = _COMMENT.sub("", line).rstrip()
        content = written.lstrip()
        if not content:
            continue
        found = _entry(content, Place(file, number, len(written) - len(content) + 1))
        if isinstance(found, Entry):
            entries.append(found)
        else:
            problems.append(found)
    return Parsed(tuple(entries), tuple(problems))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _entry(content: str, place: Place) -> Entry | Problem:
    at = place.line or 0, place.column or 0
    digits = content.removeprefix(PREFIX)
    if digits != content and _HASH.fullmatch(digits):
        return Entry(digits.lower(), True, *at)
    try:
        return Entry(identity(content), False, *at)
    except InvalidAddress as error:
        # Hidden whole where addresses are masked: it may hold anything.
        message = (Value(f'"{content}"'), " is neither an e-mail address nor a hash of one.")
        hint = _HASH_HINT if _HASH_LIKE.search(content) else str(error)
        return Problem(message, (hint,), place)
