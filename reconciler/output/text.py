"""Documents as text, for a terminal or a log."""

import re
from collections.abc import Iterator, Sequence

from reconciler.output.document import (
    Block,
    Chart,
    Document,
    Fields,
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
)
from reconciler.output.excerpt import excerpt_lines, padded, width
from reconciler.output.grouping import Group, grouped
from reconciler.output.masking import shown_spans
from reconciler.output.options import RenderOptions
from reconciler.output.visible import cut, readable, visible
from reconciler.output.wording import problem_counts
from reconciler.problems import Address, Code, Severity, Value

_WIDTH = 80
_WIDEST_CELL = 40
_WORDS = re.compile(r"`[^`]*`\S*|\S+")
_COLOURS = {Tone.GOOD: "green", Tone.CAREFUL: "yellow", Tone.BAD: "red", Tone.HELD: "magenta"}


def text(document: Document, options: RenderOptions, *, tells_problems: bool = False) -> str:
    """The document, with a blank line between its blocks.

    `tells_problems` is for standard error: problems are shown though the document says that they are told.
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
        total = f"{problem_counts(block.problems)}." if block.has_total and len(block.problems) > 1 else ""
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
            yield from (f"    {line}" for line in excerpt_lines(excerpt, location.line))
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
