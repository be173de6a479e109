"""Documents as one self-contained HTML page: readable without scripts, searchable and sortable with them.

Nothing is loaded from anywhere: style and script are in the page, and its Content-Security-Policy allows just
these two, by their hashes (W3C, *Content Security Policy Level 3*, 2.3.1). Text from files is never markup.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib import resources
from itertools import islice

from reconciler.output.document import (
    Block,
    Chart,
    Difference,
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
from reconciler.output.visible import visible
from reconciler.output.wording import problem_counts
from reconciler.problems import Address, Code, Severity, counted

MOST_BYTES = 11_000_000
"""All rows of a page together; browsers open larger ones slowly, and artifacts and mail limit them."""

_FIRST_ROWS = 100  # in the page itself, so that they are there without scripts
_OPEN = 2  # differences of a row that are shown without opening it
_TAGS = {Address: "b", Code: "code"}


def html(document: Document, options: RenderOptions) -> str:
    """The whole page."""
    style, script = _asset("page.css"), _asset("page.js")
    backend = _HtmlBackend(options)
    body = "".join(map(backend.block, document.blocks))
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    policy += "; base-uri 'none'; form-action 'none'"
    title = escape(visible(document.title or "Reconciler"))
    link = f'<p><a href="{escape(options.link)}" rel="noreferrer">The run</a></p>' if options.link else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'{_TOOLS}<main id="main">\n<h1>{title}</h1>\n{link}{body}</main>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


_TOOLS = (
    '<a class="skip" href="#main">Skip to the content</a>\n'
    '<header id="tools" hidden><label>Search <input id="search" type="search" autocomplete="off"></label>'
    '<span id="filters"></span><output id="found" aria-live="polite"></output>'
    '<span class="keys">Keys: <kbd>/</kbd> search, <kbd>n</kbd> next table, <kbd>p</kbd> previous table, '
    "<kbd>Esc</kbd> clear</span></header>\n"
)


class _HtmlBackend:
    """Renders the blocks of one document.

    `_room` is how many bytes of rows the page still takes. `_level` is that of the heading above: a part of
    its own (`_base`), or a heading in it.
    """

    def __init__(self, options: RenderOptions) -> None:
        self._options = options
        self._room = MOST_BYTES
        self._tables = 0
        self._base = self._level = 1

    def block(self, block: Block) -> str:  # noqa: C901, PLR0911 - one for each kind of block
        """A block as HTML."""
        match block:
            case Headline(text, below):
                lines = "".join(f"<p>{self._words(line)}</p>\n" for line in below)
                return f'<p class="headline">{self._words(text)}</p>\n{lines}'
            case Heading(text):
                self._level = self._base + 1
                return f'<h{self._level} class="part">{self._words(text)}</h{self._level}>\n'
            case Paragraph(text):
                return f"<p>{self._words(text)}</p>\n"
            case Section(title, blocks):
                tag = f"h{self._level + 1}"
                inner = "".join(map(self.block, blocks))
                return f"<section><{tag}>{self._words(title)}</{tag}>\n{inner}</section>\n"
            case Items(items, ordered):
                tag = "ol" if ordered else "ul"
                rows = "".join(f"<li>{self._words(item)}</li>" for item in items)
                return f"<{tag}>{rows}</{tag}>\n"
            case Fields(rows):
                return f"<dl>{''.join(self._fields(rows))}</dl>\n"
            case Table():
                return self._table(block)
            case Problems():
                return self._problems(block)
            case Chart(segments):
                return _chart(segments)
            case Document():
                self._base = self._level = 2
                title = f'<h2 class="part">{escape(visible(block.title))}</h2>\n' if block.title else ""
                return f"<article>{title}{''.join(map(self.block, block.blocks))}</article>\n"
            case Hidden():
                return ""

    def _words(self, text: Text) -> str:
        return "".join(map(_marked, shown_spans(text, masked=self._options.masked)))

    def _fields(self, rows: Sequence[tuple[str, Sequence[Text]]]) -> Iterator[str]:
        for label, lines in rows:
            yield f"<dt>{escape(label)}</dt><dd>{'<br>'.join(map(self._words, lines))}</dd>"

    def _table(self, table: Table) -> str:
        headings = (*table.headings, table.details) if table.details else table.headings
        rows = self._fitting(table)
        first = "".join(_row(cells) for cells in rows[:_FIRST_ROWS])
        self._tables += 1
        number = self._tables
        cut = len(table.items) - len(rows)
        left_out = f"… and {cut} more, left out of this page. {table.more}".rstrip()
        more = f"<p>{escape(left_out)}</p>" if cut else ""
        rest = _as_data(rows) if len(rows) > _FIRST_ROWS else ""
        missing = len(rows) - _FIRST_ROWS
        without = f"<noscript><p>… and {missing} more, shown with scripts.</p></noscript>" if rest else ""
        head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
        caption = escape(counted(len(table.items), table.noun))
        return (
            f'<div class="rows" id="table-{number}" tabindex="-1" data-count="{len(table.items)}">'
            f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{first}</tbody></table>"
            f'<script type="application/json">{rest}</script>{without}{more}</div>\n'
        )

    def _fitting(self, table: Table) -> list[list[str]]:
        """The cells of the rows for which there is room."""
        rows: list[list[str]] = []
        for row in map(table.row, table.items):
            details = [self._details(row)] if table.details else []
            cells = [*map(self._words, row.cells), *details]
            self._room -= sum(map(_size, cells))
            if self._room < 0 and len(rows) >= _FIRST_ROWS:
                break
            rows.append(cells)
        return rows

    def _details(self, row: Row) -> str:
        """The sides of each difference beside each other; many of them are to be opened."""
        found = [detail for detail in row.details if isinstance(detail, Difference)]
        if not found:
            return "<br>".join(map(self._words, row.lines))
        sides = f"<dl>{''.join(map(self._difference, found))}</dl>"
        if len(found) <= _OPEN:
            return sides
        names = escape(visible(", ".join(one.field for one in found)))
        return f"<details><summary>{len(found)} fields: {names}</summary>{sides}</details>"

    def _difference(self, found: Difference) -> str:
        before, after = (self._words((side,)) for side in found.sides)
        return f"<dt>{escape(visible(found.field))}<dd>{before}<dd>{after}"

    def _problems(self, block: Problems) -> str:
        groups = grouped(block.problems)
        total = f"<p><b>{escape(problem_counts(block.problems))}</b></p>" if block.has_total else ""
        shown = "".join(map(self._problem, islice(groups, block.most)))
        more = len(groups) - block.most
        rest = f"<li>{escape(f'… and {more} more. {block.more}'.rstrip())}</li>" if more > 0 else ""
        return f'{total}<ul class="problems">{shown}{rest}</ul>\n'

    def _problem(self, group: Group) -> str:
        problem = group.first
        kind = "warning" if problem.severity is Severity.WARNING else "error"
        where = f"<code>{escape(visible(str(problem.location)))}</code>: " if problem.location else ""
        code = f" <code>{escape(problem.code)}</code>" if problem.code else ""
        lines = "".join(f"<br>{self._words(line)}" for line in (problem.hint, group.summary) if line)
        label = f'<li class="{kind}"><b>{kind.capitalize()}.</b> '
        return f"{label}{where}{self._words(problem.message)}{code}{lines}</li>"


def _marked(span: Span) -> str:
    if isinstance(span, str):
        parts = escape(visible(span)).split("`")  # commands are between backticks, see `Text`
        even = len(parts) % 2
        return "".join(
            f"<code>{part}</code>" if number % 2 and even else part for number, part in enumerate(parts)
        )
    tag = _TAGS.get(type(span), "span")
    return f"<{tag}>{escape(visible(span.text))}</{tag}>"


def _size(cell: str) -> int:
    """How many bytes a cell takes as data, see `_as_data`."""
    return len(cell.encode()) + 5 * cell.count("<") + 3


def _row(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _as_data(rows: Sequence[Sequence[str]]) -> str:
    """The rows as JSON that can't end the element it is in."""
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _chart(segments: Sequence[tuple[str, int, str]]) -> str:
    """One bar, with a text that says the same."""
    total = sum(count for _, count, _ in segments)
    bars, legend, words, at = "", "", [], 0.0
    for label, count, tone in segments:
        if count:
            width = 100 * count / total
            bars += f'<rect class="{escape(tone)}" x="{at:.3f}" y="0" width="{width:.3f}" height="6"/>'
            legend += f'<li><i class="{escape(tone)}"></i>{count} {escape(label)}</li>'
            words.append(f"{count} {label}")
            at += width
    if not words:
        return ""
    said = escape(", ".join(words))
    return (
        f'<figure><svg viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{said}">'
        f"{bars}</svg><figcaption><ul>{legend}</ul></figcaption></figure>\n"
    )


@cache
def _asset(name: str) -> str:
    return resources.files("reconciler").joinpath("output", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
