"""Documents as text, for a terminal or a log."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from reconciler.output.document import (
    Block,
    Chart,
    Document,
    Fields,
    Group,
    Heading,
    Headline,
    Hidden,
    Items,
    Paragraph,
    Problems,
    Row,
    Section,
    Span,
    Table,
    Text,
    Tone,
    grouped,
)
from reconciler.output.masking import shown_spans
from reconciler.output.render import RenderOptions
from reconciler.output.visible import cut, readable, visible
from reconciler.output.wording import problem_counts
from reconciler.problems import Address, Code, Excerpt, Severity, Value

_WIDTH = 80
_WIDEST_CELL = 40
_WORDS = re.compile(r"`[^`]*`\S*|\S+")
_COLOURS = {Tone.GOOD: "green", Tone.CAREFUL: "yellow", Tone.BAD: "red", Tone.HELD: "magenta"}


def text(document: Document, options: RenderOptions, *, tells_problems: bool = False) -> str:
    """The document, with a blank line between its blocks.

    `tells_problems` is for standard error: it shows problems that the document leaves to standard error.
    """
    lines = _TextBackend(options, tells_problems=tells_problems).document(document)
    return "".join(f"{line}\n" for line in lines)


def text_line(sentence: Text, options: RenderOptions) -> str:
    """One sentence on one line, without the line end."""
    return visible("".join(map(_plain, shown_spans(sentence, masked=options.masked))))


def _plain(span: Span) -> str:
    match span:
        case Value(text):
            return cut(text)
        case Address(text) | Code(text):
            return cut(readable(text))
        case str():
            return span


class _TextBackend:
    def __init__(self, options: RenderOptions, *, tells_problems: bool) -> None:
        self._options = options
        self._tells_problems = tells_problems

    def document(self, document: Document) -> list[str]:
        lines: list[str] = []
        for block in document.blocks:
            if shown := self._block(block):
                lines += ["", *shown] if lines else shown
        return lines

    def _block(self, block: Block) -> list[str]:  # noqa: PLR0911 - one for each kind of block
        match block:
            case Headline(text, below):
                return [self._line(line) for line in (text, *below)]
            case Heading(text) | Paragraph(text):
                return [self._line(text)]
            case Section(title, blocks):
                content = (line for each in blocks for line in self._in_section(each))
                return [self._line(title), *content]
            case Items():
                return list(self._items(block))
            case Fields(rows):
                return list(self._fields(rows))
            case Table():
                return list(self._table(block))
            case Problems():
                return [] if block.is_told and not self._tells_problems else list(self._problems(block))
            case Document():
                return self.document(block)
            case Chart() | Hidden():
                return []

    def _in_section(self, block: Block) -> list[str]:
        """What belongs to a section is indented by two columns; a table always is."""
        lines = self._block(block)
        return lines if isinstance(block, Table) else [f"  {line}" for line in lines]

    def _line(self, text: Text) -> str:
        return text_line(text, self._options)

    def _items(self, block: Items) -> Iterator[str]:
        for number, item in enumerate(block.items, start=1):
            yield f"{number}. {self._line(item)}" if block.ordered else self._line(item)

    def _fields(self, rows: Sequence[tuple[str, Sequence[Text]]]) -> Iterator[str]:
        indent = max(len(label) for label, _ in rows) + 2
        for label, lines in rows:
            margin = f"{label}:"
            for line in lines:
                first, *rest = wrapped(self._line(line), _WIDTH - indent)
                yield f"{margin:{indent}}{first}".rstrip()
                # A word from the middle of a line may begin another one, where it could be a command.
                yield from (f"{'':{indent + 2}}{visible(more)}" for more in rest)
                margin = ""

    def _table(self, table: Table) -> Iterator[str]:
        is_whole = self._options.full or table.short is None
        rows = [table.row(item) for item in (table.items if is_whole else table.items[: table.short])]
        cells = [[self._line(cell) for cell in row.cells] for row in rows]
        head = [table.headings] if table.has_head and rows else []
        columns = [_aligned(column, len(head)) for column in zip(*head, *cells, strict=True)]
        if head:
            yield f"  {'  '.join(column[0] for column in columns).rstrip()}"
            columns = [column[1:] for column in columns]
        for row, *shown in zip(rows, *columns, strict=True):
            yield f"  {self._row(row, table.symbol, '  '.join(shown).rstrip())}"
            yield from (f"      {self._line(line)}" for line in row.lines)
        if more := len(table.items) - len(rows):
            yield f"  … and {more} more. {table.more}".rstrip()

    def _row(self, row: Row, symbol: str, shown: str) -> str:
        """The row in its tone, of which only the symbol has the colour if there is one."""
        coloured, rest = (symbol, f" {shown}") if symbol else (shown, "")
        return (self._options.paint(coloured, _COLOURS[row.tone]) if row.tone else coloured) + rest

    def _problems(self, block: Problems) -> Iterator[str]:
        groups = grouped(block.problems)
        shown = groups if self._options.full else groups[: block.most]
        for group in shown:
            yield from self._problem(group)
        left = len(groups) - len(shown)
        rest = f"… and {left} more. {block.more}".rstrip() if left else ""
        has_several = sum(not problem.is_detail for problem in block.problems) > 1
        total = f"{problem_counts(block.problems)}." if block.has_total and has_several else ""
        if rest or total:
            yield " ".join(filter(None, (total, rest)))

    def _problem(self, group: Group) -> Iterator[str]:
        problem = group.first
        where = (Code(str(problem.location)), ": ") if problem.location else ()
        is_warning = problem.severity is Severity.WARNING
        label = ("warning: ",) if is_warning else ()
        code = (f" [{problem.code}]",) if problem.code else ()
        line = self._line((*where, *label, *problem.message, *code))
        yield self._options.paint(line, "yellow" if is_warning else "red")
        location, excerpt = problem.location, problem.excerpt
        if excerpt and location and location.line and not self._options.masked:
            yield from (f"    {line}" for line in _excerpt_lines(excerpt, location.line))
        for more in (problem.hint, group.summary):
            if more:
                yield f"    {self._line(more)}"


def _aligned(cells: Sequence[str], head: int) -> list[str]:
    """A column's cells, all of one width; numbers to the right. The first `head` of them are headings."""
    columns = min(max(map(width, cells)), _WIDEST_CELL)
    are_numbers = all(cell.isdecimal() for cell in cells[head:])
    return [cell.rjust(columns) if are_numbers else padded(cell, columns) for cell in cells]


def wrapped(line: str, columns: int) -> list[str]:
    """The text in lines; a command between backticks stays whole, so that it can be copied."""
    if width(line) <= columns:
        return [line]
    lines = [""]
    for word in _WORDS.findall(line):
        room = columns if len(lines) == 1 else columns - 2  # further lines are indented by two columns
        if lines[-1] and width(lines[-1]) + 1 + width(word) > room:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines


# The line of a file with a caret below the location.

_MOST_COLUMNS = 76
_MOST_BEFORE = 40
"""Columns shown of a long line: before the location at most these, of all at most those."""

_WIDE = frozenset("WF")
_DRAWN_ONTO_OTHERS = frozenset({"Mn", "Me"})


def _excerpt_lines(excerpt: Excerpt, line: int) -> tuple[str, str]:
    """The line behind its number, and below it the caret. Visible; masking is the caller's business."""
    before, after = _around(excerpt)
    margin = f"{line} | "
    # Behind the margin nothing is taken for the beginning of a workflow command.
    quoted = visible(margin + before + after)
    caret = " " * (width(visible(margin + before)) - len(margin)) + "^"
    return quoted.rstrip(), f"{' ' * len(str(line))} | {caret}"


def width(text: str) -> int:
    """The columns that a terminal needs for visible text."""
    return len(text) if text.isascii() else sum(map(_width, text))


def padded(text: str, columns: int) -> str:
    """The text with blanks up to so many columns."""
    return text + " " * (columns - width(text))


def _width(character: str) -> int:
    """Source: Unicode Standard Annex 11, *East Asian Width*; its ambiguous characters count as narrow."""
    if unicodedata.category(character) in _DRAWN_ONTO_OTHERS or "\u1160" <= character <= "\u11ff":
        return 0  # so are the vowels and finals of Hangul that is written in parts
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def _around(excerpt: Excerpt) -> tuple[str, str]:
    """What is shown before the location, and from there on: all, or as much as there is room for."""
    shown = [visible(character) for character in excerpt.text]
    before, after = shown[: excerpt.at], shown[excerpt.at :]
    if width("".join(shown)) > _MOST_COLUMNS:
        kept = _fitting(reversed(before), _MOST_BEFORE)
        before = ["…" if kept < len(before) else "", *before[len(before) - kept :]]
        kept = _fitting(after, _MOST_COLUMNS - width("".join(before)))
        after = [*after[:kept], "…" if kept < len(after) else ""]
    return "".join(before), "".join(after)


def _fitting(shown: Iterable[str], room: int) -> int:
    """How many of these characters, from the first on, there is room for."""
    count = 0
    for character in shown:
        room -= width(character)
        if room < 0:
            break
        count += 1
    return count
