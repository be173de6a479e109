"""A problem: what is wrong, where, and how to mend it.

Problems are collected and shown together, so that one run reports all of them. A message keeps personal
data apart from prose: its `Address` and `Value` parts can be masked by whatever shows it, without a search
in sentences. These parts are also what may differ between two problems of the same kind: problems in one
file that are equal but for them are shown as one, with a count. So put what differs from row to row into a
`Value` or an `Address`, never into the text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple, TypeAlias

_AROUND = 120
"""Characters of an excerpt on either side of the location: a file may be one line of many megabytes."""

HIDDEN = "…"
"""What is shown in the place of something hidden."""


@dataclass(frozen=True, slots=True)
class Address:
    """A person's e-mail address inside a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A field's value, or any other excerpt of a file or an answer, inside a sentence.

    `masked` is what is left of it where personal data is hidden.
    """

    text: str
    masked: str = field(default=HIDDEN, compare=False)


@dataclass(frozen=True, slots=True)
class Code:
    """A name inside a sentence: a field, a heading, a file, a flag. Never personal data, so never hidden."""

    text: str


Message: TypeAlias = Sequence[str | Address | Value | Code]


@dataclass(frozen=True, slots=True)
class Location:
    """A file, by its display path, with a line and a column that count from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    @classmethod
    def of(cls, source: str) -> "Location":
        """The location that a source, `file:line`, names."""
        file, _, line = source.rpartition(":")
        return cls(file, int(line)) if line.isascii() and line.isdigit() else cls(source)

    def __str__(self) -> str:
        """`file:line:column`, as editors and compilers write it."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class Excerpt(NamedTuple):
    """The line of a location, or of a long line the part around it.

    `at` is the index in `text` of the character at the location. All of it may be personal data.
    """

    text: str
    at: int


class Severity(StrEnum):
    """Whether something is wrong, or only looks wrong."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and how to mend it.

    `code` names the kind of a warning, such as `test-domain`: `warnings: {ignore: [code]}` accepts it. It is
    empty for errors. The excerpt follows from the location, so it makes no other problem. `is_detail` says
    that it is a detail of the problem before it, and counts as none.
    """

    message: Message
    hint: Message = ()
    location: Location | None = None
    excerpt: Excerpt | None = field(default=None, compare=False)
    severity: Severity = Severity.ERROR
    code: str = ""
    is_detail: bool = False

    def __str__(self) -> str:
        """The whole problem in the clear, on one line."""
        where = f"{self.location}: " if self.location else ""
        hint = f" ({plain(self.hint)})" if self.hint else ""
        return f"{where}{plain(self.message)}{hint}"


def plain(words: Message) -> str:
    """The words in the clear."""
    return "".join(part if isinstance(part, str) else part.text for part in words)


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that a mistyped one most likely means, or None.

    Upper and lower case are taken as equal, since `firstname` for `firstName` is the commonest mistake.
    """
    folded = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def with_excerpts(problems: Iterable[Problem], text: str, line_end: re.Pattern[str]) -> Iterator[Problem]:
    """The same problems, each with its line; `problems` are in the order of their lines.

    A problem without a column, or on a line that the text doesn't have or that is empty, stays as it is.
    """
    lines = enumerate(_lines(text, line_end), start=1)
    number, (begin, end) = next(lines)
    for problem in problems:
        location = problem.location
        if location is None or location.line is None or location.column is None:
            yield problem
            continue
        while number < location.line and (following := next(lines, None)):
            number, (begin, end) = following
        at = begin + location.column - 1
        is_there = number == location.line and begin < end and at <= end
        yield replace(problem, excerpt=_excerpt(text, begin, end, at)) if is_there else problem


def _lines(text: str, line_end: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The indices between which each line lies, without its end."""
    begin = 0
    for found in line_end.finditer(text):
        yield begin, found.start()
        begin = found.end()
    yield begin, len(text)


def _excerpt(text: str, begin: int, end: int, at: int) -> Excerpt:
    first = max(begin, at - _AROUND)
    return Excerpt(text[first : min(end, at + _AROUND)], at - first)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 member`, `2 members`; `1 entry`, `2 entries`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
