"""A document: what is shown of something, before it has a format.

A builder in `reconciler.output.documents` puts a document together; a backend (`text`, `markdown`, `github`)
renders it. Builders never mask, escape or shorten anything: they mark personal data as `Address` and `Value`
and names as `Code`, and hand over all rows. The backends do the rest, so a builder can't forget it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler.problems import Address, Code, Message, Problem, Value, counted

Span: TypeAlias = str | Address | Value | Code
Text: TypeAlias = str | Message
"""A sentence or a cell: our own words, or spans. A command between backticks is code in our own words."""

SHORT = 20
"""Rows of a table that a terminal shows unless all are asked for, and that markdown shows unfolded."""


class Tone(StrEnum):
    """What a reader should notice; a terminal gives each a colour."""

    GOOD = "good"
    CAREFUL = "careful"
    BAD = "bad"
    HELD = "held"


class Headline(Struct, frozen=True):
    """The one sentence that says it all, and lines below it; it is shown however little room there is."""

    text: Text
    below: tuple[Text, ...] = ()


class Heading(Struct, frozen=True):
    """The title of the blocks that follow, up to the next heading."""

    text: Text


class Paragraph(Struct, frozen=True):
    """A sentence or more."""

    text: Text


class Items(Struct, frozen=True):
    """A list; `ordered` numbers it."""

    items: Sequence[Text]
    ordered: bool = False


class Fields(Struct, frozen=True):
    """Labels with what belongs to each: one line, or several that belong together."""

    rows: Sequence[tuple[str, Sequence[Text]]]


class Difference(Struct, frozen=True):
    """A field that two sides have otherwise, such as before and after; `line` says all of it in one line."""

    field: str
    sides: tuple[Span, Span]
    line: Message


class Row(Struct, frozen=True):
    """A row's cells, one for each heading of its table; `details` belong to it and fill the last column.

    As text the details are lines below the row; a page sets the sides of a difference side by side.
    """

    cells: tuple[Text, ...]
    details: tuple["Text | Difference", ...] = ()
    tone: Tone | None = None

    @property
    def lines(self) -> tuple[Text, ...]:
        """The details, each as one line."""
        return tuple(found.line if isinstance(found, Difference) else found for found in self.details)


class Table(Struct, frozen=True):
    """Rows, made by `row` from those of the `items` that are shown.

    `details` is the heading of the rows' details, empty where they have none. `symbol` marks each row in a
    terminal. `short` is how many rows a terminal shows unless all are asked for, None for all of them.
    `noun` is what the items are; `more` says where the others can be seen. `has_head` shows the headings in a
    terminal too.
    """

    headings: tuple[str, ...]
    items: Sequence[Any]
    row: Callable[[Any], Row]
    details: str = ""
    symbol: str = ""
    short: int | None = SHORT
    noun: str = "member"
    more: str = ""
    has_head: bool = False


class Problems(Struct, frozen=True):
    """Problems and warnings in their order; those of one kind in one file count as one, see `grouped`.

    `is_told` says that the command has printed them on standard error, so that text does not repeat them.
    `has_total` adds how many there are. `more` says where the others can be seen.
    """

    problems: Sequence[Problem]
    is_told: bool = False
    has_total: bool = True
    most: int = 100
    more: str = ""


class Chart(Struct, frozen=True):
    """Parts of a whole, as (what they are, how many, tone). Only a page draws it; the words say it too."""

    segments: tuple[tuple[str, int, str], ...]


class Hidden(Struct, frozen=True):
    """A line of markdown that no reader sees and that must do no harm; no other format has it."""

    line: str


class Section(Struct, frozen=True):
    """A title and what belongs closely to it."""

    title: Text
    blocks: tuple["Headline | Paragraph | Items | Fields | Table | Problems", ...]


Block: TypeAlias = (
    "Headline | Heading | Paragraph | Items | Fields | Table | Problems | Chart | Hidden | Section | Document"
)


class Document(Struct, frozen=True):
    """Blocks in the order in which they are read; a document inside another is a part of its own.

    `title` heads the annotations on CI platforms, and with a title the headline is one of them.
    `annotations` are further ones: findings that the blocks show as rows. `brief` is shown instead where
    there is no room even for a document without rows.
    """

    blocks: tuple[Block, ...]
    title: str = ""
    annotations: Sequence[Problem] = ()
    brief: "Document | None" = None


def enumerated(found: Sequence[Span], most: int) -> Iterator[Span]:
    """`a, b and 3 more`: the first of them, and how many others there are."""
    for number, span in enumerate(found[:most]):
        yield from (", ", span) if number else (span,)
    if (more := len(found) - most) > 0:
        yield f" and {more} more"


def spans(text: Text) -> tuple[Span, ...]:
    """The spans of a sentence."""
    return (text,) if isinstance(text, str) else tuple(text)


# The same mistake on many rows is one problem with a count, so that it hides no other.

_FEWEST = 4  # fewer problems of one kind are shown one by one

_FIRST = 4  # lines that are named
_NUMBER = re.compile(r"(?<![\w\[])\d+\b")  # not in `custom1` and `profileFields[577]`, which name fields


class Group(Struct, frozen=True):
    """Problems of one kind in one file: the first of them, and the others."""

    first: Problem
    others: Sequence[Problem] = ()

    @property
    def summary(self) -> str:
        """How often it occurs, and on which lines; empty for a problem that occurs once."""
        problems = (self.first, *self.others)
        lines = sorted({each.location.line for each in problems if each.location and each.location.line})
        if not self.others:
            return ""
        if len(lines) <= 1:
            return f"This occurs {counted(len(problems), 'time')}."
        often = f"on {len(problems)} rows" if len(lines) == len(problems) else f"{len(problems)} times"
        first = ", ".join(map(str, lines[:_FIRST]))
        return f"This occurs {often}, lines {lines[0]} to {lines[-1]}; first: {first}."


def grouped(problems: Sequence[Problem]) -> list[Group]:
    """The problems in their order, those of a frequent kind together, where the first of them occurs.

    Those without a location are taken together only if they are equal: each is about something else. Others
    are of one kind if severity, code, file, message and hint are equal, apart from addresses, values and
    numbers.
    """
    kinds = [_kind(problem) for problem in problems]
    same: dict[object, list[Problem]] = {}
    for kind, problem in zip(kinds, problems, strict=True):
        same.setdefault(kind, []).append(problem)
    others = {kind: found[1:] for kind, found in same.items() if len(found) >= _FEWEST}
    groups = []
    for kind, problem in zip(kinds, problems, strict=True):
        if len(same[kind]) < _FEWEST:
            groups.append(Group(problem))
        elif kind in others:
            groups.append(Group(problem, others.pop(kind)))
    return groups


def _kind(problem: Problem) -> object:
    if problem.location is None:
        return problem.severity, problem.code, str(problem)
    templates = _template(problem.message), _template(problem.hint)
    return problem.severity, problem.code, problem.location.file, *templates


def _template(message: Message) -> tuple[object, ...]:
    """What is the same in all messages of a kind; None in the place of an address or a value."""
    return tuple(
        _NUMBER.sub("#", part) if isinstance(part, str) else part if isinstance(part, Code) else None
        for part in message
    )


def findings(document: Document) -> Iterator[tuple[str, Group]]:
    """Each kind of problem with the title of its document: those of the blocks, then the annotations."""
    for block in document.blocks:
        if isinstance(block, Document):
            yield from findings(block)
        for each in block.blocks if isinstance(block, Section) else (block,):
            if isinstance(each, Problems):
                yield from ((document.title, group) for group in grouped(each.problems))
    yield from ((document.title, group) for group in grouped(document.annotations))
