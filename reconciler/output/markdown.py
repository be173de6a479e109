"""Documents as markdown, for a comment or a job's summary: as much of them as fits, in whole rows."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from reconciler.output.document import (
    SHORT,
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
    grouped,
)
from reconciler.output.masking import shown_spans
from reconciler.output.render import RenderOptions
from reconciler.output.visible import cut, readable, visible
from reconciler.output.wording import problem_counts
from reconciler.problems import Severity, counted

COMMENT_BYTES = 60_000
"""GitHub takes comments of 65,536 characters; what posts this may want to add a few."""

_COMMENT_ROWS = 100
_LEAST_ROW = 16  # bytes that a row of a table takes at least
_RULE = "\n\n---\n\n"


def markdown(document: Document, options: RenderOptions) -> str:
    """The document with as many rows of each table and list as fit; with `full`, with all of them.

    Where there is no room even without rows, its brief form; where there is none for that, the blocks that
    fit, the headline before all others.
    """
    if options.full:
        return _text(document, options, _longest(document))
    most_bytes, most_rows = options.most_bytes or COMMENT_BYTES, _longest(document)
    if options.most_bytes is None:
        most_rows = min(most_rows, _COMMENT_ROWS)
    shown = _fitted(lambda rows: _text(document, options, rows), most_rows, most_bytes)
    if shown is None and document.brief is not None:
        shown = _brief(document.brief, options, most_bytes)
    return _whole_blocks(document, options, most_bytes) if shown is None else shown


def _brief(document: Document, options: RenderOptions, most_bytes: int) -> str | None:
    """All rows of it; else those that fit, without the hidden lines."""
    whole = _text(document, options, _longest(document))
    if _size(whole) <= most_bytes:
        return whole
    shown = tuple(block for block in document.blocks if not isinstance(block, Hidden))
    bare = replace(document, blocks=shown)
    return _fitted(lambda rows: _text(bare, options, rows), _longest(bare), most_bytes)


def _fitted(render: Callable[[int], str], most_rows: int, most_bytes: int) -> str | None:
    """The text with as many rows as fit, by bisection; None where not even the one without rows does."""
    most = min(most_rows, most_bytes // _LEAST_ROW)
    whole = render(most)
    if _size(whole) <= most_bytes:
        return whole
    fitting = bisect_right(range(most), most_bytes, key=lambda rows: _size(render(rows)))
    return render(fitting - 1) if fitting else None


def _whole_blocks(document: Document, options: RenderOptions, most_bytes: int) -> str:
    backend = _MarkdownBackend(options, 0)
    headlines = [block for block in document.blocks if isinstance(block, Headline)]
    others = [block for block in document.blocks if not isinstance(block, Headline | Hidden)]
    text = ""
    for block in (*map(backend.block, headlines), *_ending(document, options), *map(backend.block, others)):
        longer = f"{text}\n{block}\n" if text else f"{block}\n"
        if block and _size(longer) <= most_bytes:
            text = longer
    return text


def _text(document: Document, options: RenderOptions, rows: int) -> str:
    """The parts of the document below each other, a rule between them; at the end what no reader sees."""
    parts = _MarkdownBackend(options, rows).parts(document)
    return "\n\n".join((_RULE.join(parts), *_ending(document, options))) + "\n"


def _ending(document: Document, options: RenderOptions) -> list[str]:
    hidden = "\n".join(_hidden(document))
    return [text for text in (link(options.link) if options.link else "", hidden) if text]


def _hidden(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if isinstance(block, Hidden):
            yield block.line
        elif isinstance(block, Document):
            yield from _hidden(block)


def _size(text: str) -> int:
    return len(text.encode())


def _longest(block: Block) -> int:
    """How many rows the longest table or list has."""
    match block:
        case Document(blocks) | Section(_, blocks):
            return max(map(_longest, blocks), default=0)
        case Table(items=items) | Items(items):
            return len(items)
        case Problems(problems):
            return len(problems)
        case _:
            return 0


class _MarkdownBackend:
    """`rows` is how many rows of each table and list are shown at most."""

    def __init__(self, options: RenderOptions, rows: int) -> None:
        self._options = options
        self._rows = rows

    def parts(self, document: Document) -> list[str]:
        """Each document inside, and what is between them."""
        parts: list[str] = []
        for is_part, blocks in groupby(document.blocks, lambda block: isinstance(block, Document)):
            shown = [text for text in map(self.block, blocks) if text]
            parts += shown if is_part else ["\n\n".join(shown)] if shown else []
        return parts

    def block(self, block: Block) -> str:  # noqa: C901, PLR0911 - one for each kind of block
        """A block without an empty line before and behind it."""
        match block:
            case Headline(text, below):
                return "\n\n".join((f"**{self._words(text)}**", *map(self._words, below)))
            case Heading(text):
                return f"### {self._words(text)}"
            case Paragraph(text):
                return self._words(text)
            case Section(title, blocks):
                return "\n\n".join((f"#### {self._words(title)}", *filter(None, map(self.block, blocks))))
            case Items():
                return "\n".join(self._items(block))
            case Fields(rows):
                return "\n".join(self._fields(rows))
            case Table():
                return "\n".join(self._table(block))
            case Problems():
                return "\n".join(self._problems(block))
            case Document():
                return _RULE.join(self.parts(block))
            case Chart() | Hidden():
                return ""

    def _words(self, text: Text) -> str:
        return joined(map(_marked, shown_spans(text, masked=self._options.masked)))

    def _items(self, block: Items) -> Iterator[str]:
        shown = block.items[: self._rows]
        for number, item in enumerate(shown, start=1):
            yield f"{number}. {self._words(item)}" if block.ordered else f"- {self._words(item)}"
        if more := len(block.items) - len(shown):
            yield f"- … and {more} more."

    def _fields(self, rows: Sequence[tuple[str, Sequence[Text]]]) -> Iterator[str]:
        for label, lines in rows:
            first, *rest = map(self._words, lines)
            yield f"- {label}: {first}"
            yield from (f"  - {line}" for line in rest)

    def _table(self, block: Table) -> Iterator[str]:
        items = block.items[: self._rows]
        headings = (*block.headings, block.details) if block.details else block.headings
        rows = (self._cells(block.row(item), len(headings)) for item in items)
        lines = table(headings, rows) if items else []
        if len(block.items) > SHORT and lines:
            lines = details(f"{len(items)} of {counted(len(block.items), block.noun)}", lines)
        yield from lines
        if more := len(block.items) - len(items):
            yield from ("", prose(f"… and {more} more. {block.more}".rstrip()))

    def _cells(self, row: Row, number: int) -> list[str]:
        """So many cells; where the table has details, and the row has none, the last one is empty."""
        cells = [*map(self._words, row.cells), "<br>".join(map(self._words, row.lines))]
        return cells[:number]

    def _problems(self, block: Problems) -> Iterator[str]:
        groups = grouped(block.problems)
        shown = groups if self._options.full else groups[: min(self._rows, block.most)]
        if block.has_total:
            yield from (f"**{problem_counts(block.problems)}**", "")
        for group in shown:
            yield from self._problem(group)
        if more := len(groups) - len(shown):
            yield "- " + prose(f"… and {more} more. {block.more}".rstrip())

    def _problem(self, group: Group) -> Iterator[str]:
        problem = group.first
        label = "**Warning.** " if problem.severity is Severity.WARNING else ""
        where = f"{code(str(problem.location))}: " if problem.location else ""
        kind = f" ({code(problem.code)})" if problem.code else ""
        yield f"- {label}{where}{self._words(problem.message)}{kind}"
        yield from (f"  - {self._words(more)}" for more in (problem.hint, group.summary) if more)


def _marked(span: Span) -> str:
    return prose(span) if isinstance(span, str) else code(cut(span.text))


# Text where a comment's page would act on it: mentions, markup, links, table cells. Escaping with backslashes
# or entities would not do: GitHub looks for mentions and issue numbers in what the markdown became, where
# these are gone. In a code span it looks for neither.

# Words that no markdown means anything by; all others are put in code spans. Not among them: what GitHub
# would link, such as `www.…`, `GH-1` and the hexadecimal name of a commit.
_PLAIN = re.compile(
    r"""→|[("']*
        (?!www\.)(?![A-Za-z]+-[0-9])(?!(?=[a-f]*[0-9])[0-9a-f]{7,})
        (?:[^\W_]+(?:[-'._][^\W_]+)*)?
        [.,;:!?%)"'…]*""",
    re.VERBOSE | re.IGNORECASE,
)
_STOPS = ".,:!?"
_QUOTATION = re.compile(r"`([^`]+)`([.,;:)]*)")
_PARTS = re.compile(r"(`[^`]+`[.,;:)]*(?= |\Z)| +)")


def code(text: str) -> str:
    """The text as a code span, its fence longer than any run of backticks inside."""
    content = readable(text)
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    padding = " " if content.startswith("`") or content.endswith("`") else ""
    fence = "`" * (longest + 1)
    return f"{fence}{padding}{content}{padding}{fence}"


def prose(text: str) -> str:
    """The text as running words; any that could mean something to markdown becomes a code span.

    What is between backticks, as commands are in our own sentences, is one code span.
    """
    return joined(_part(part) for part in _PARTS.split(visible(text)))


def joined(parts: Iterable[str]) -> str:
    """The parts behind each other; two code spans that touched would be read as one."""
    text = ""
    for part in parts:
        text += " " + part if text.endswith("`") and part.startswith("`") else part
    return text


def link(address: str) -> str:
    """Where all of a shortened text can be read; an address without spaces, `<` and `>`."""
    return f"The whole of it: <{address}>"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table's lines."""
    headings = list(headings)
    return [_row(headings), _row("---" for _ in headings), *map(_row, rows)]


def details(summary: str, lines: Iterable[str]) -> list[str]:
    """Lines that are folded away under a summary of our own words."""
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]


def _row(cells: Iterable[str]) -> str:
    """A line of a table; a `|` in a cell would end it, also inside a code span."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _part(part: str) -> str:
    if not part.strip() or _PLAIN.fullmatch(part):
        return part
    if quotation := _QUOTATION.fullmatch(part):
        return code(quotation[1]) + quotation[2]
    content = part.rstrip(_STOPS) or part[0]
    return code(content) + part[len(content) :]
