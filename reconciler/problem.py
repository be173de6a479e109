"""A problem: what is wrong, where it stands, how to mend it.

Problems are collected and shown together, so that one run tells all. Their words keep personal
data apart from prose: `Address` and `Value` parts can be masked by whoever shows them, without
searching in sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple, TypeAlias


@dataclass(frozen=True, slots=True)
class Address:
    """A person's e-mail address inside a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A field's value, or any other excerpt of a file or an answer, inside a sentence."""

    text: str


Words: TypeAlias = Sequence[str | Address | Value]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file as it is shown, a line and a column that count from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """`file:line:column`, as editors and compilers write it."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class Excerpt(NamedTuple):
    """The line at which something stands, or of a long line what is around it.

    `at` is the index in `text` of the character at the place. All of it may be somebody's data.
    """

    text: str
    at: int


class Severity(StrEnum):
    """Whether something is wrong, or only looks so."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and how to mend it. Its excerpt follows from its place, and makes no other."""

    message: Words
    hint: Words = ()
    place: Place | None = None
    excerpt: Excerpt | None = field(default=None, compare=False)
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """The whole problem in the clear, on one line."""
        where = f"{self.place}: " if self.place else ""
        hint = f" ({plain(self.hint)})" if self.hint else ""
        return f"{where}{plain(self.message)}{hint}"


def plain(words: Words) -> str:
    """The words in the clear."""
    return "".join(part if isinstance(part, str) else part.text for part in words)


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that a mistyped one most likely means, or None.

    Upper and lower case are taken as equal, since `firstname` for `firstName` is the commonest slip.
    """
    folded = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None
