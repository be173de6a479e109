"""The canonical form of a member file in YAML: the same events, written again, each comment at its place."""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from yaml.error import YAMLError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent, SequenceStartEvent

from reconciler.roster.fields import looks_whole
from reconciler.text_source import YAML_LINE_END
from reconciler.yaml_source.composer import MERGE
from reconciler.yaml_source.events import event_source, tokens
from reconciler.yaml_source.nodes import UNDECLARED

SORTED = re.compile(r"#+[ \t]*reconciler:[ \t]*sorted")
"""The comment above the first key of a file whose members are kept sorted by identity."""

_STEP = 2
_COMMENT = re.compile("#[^\n\r\x85\u2028\u2029]*")
_BLOCK_HEADER = re.compile(rf"[|>][-+0-9]*[ \t]+({_COMMENT.pattern})")
_BLOCK = re.compile(
    "(?![\\s#%])(?=.*\n)[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]+(?<!\\s)\n?"
)
"""Text of several lines that a block holds without hints: no space around it, one line end at most."""

_SURELY_PLAIN = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ÿ+](?:[ ]?[\w.@+/()'-])*")
"""Begins with a letter or a digit and holds nothing that YAML gives a meaning to anywhere."""

_UNSEEN = re.compile("[\n\r\x7f-\x9f\u2028\u2029\ufeff]")
_ESCAPES = dict(zip('\0\a\b\t\n\v\f\r\x1b"\\\x85\xa0\u2028\u2029', '0abtnvfre"\\N_LP', strict=True))


def canonical_yaml(text: str, identities: Sequence[str]) -> str:
    """The canonical form of a file that was read without a problem; `identities` are its members', in order.

    Where the file asks to be sorted, an alias may end up above its anchor.
    """
    lines = _Printer(text).lines()
    if any(SORTED.fullmatch(comment) for comment in lines[0].above):
        lines = _sorted_by_identity(lines, identities)
    return "".join(f"{line}\n" for line in _rendered(lines))


def content_of(text: str) -> list[tuple[str, str, str]]:
    """What formatting must keep, in any order: comments, and texts with their anchors.

    Raises:
        YAMLError: the text is no YAML.
    """
    read = event_source(text)
    found = [("comment", comment.text, "") for comment in _comments(text)]
    while event := read():
        value = event.value if isinstance(event, ScalarEvent) else ""
        found.append((type(event).__name__, value, getattr(event, "anchor", None) or ""))
    return sorted(found)


class _Comment(NamedTuple):
    """A comment, where it begins, and whether it is alone on its line. Lines and columns count from 0."""

    text: str
    start: int
    line: int
    column: int
    is_alone: bool


def _comments(text: str) -> Iterator[_Comment]:
    """All comments, in order. Between two tokens there are only white space and comments."""
    lines = [0, *(found.end() for found in YAML_LINE_END.finditer(text))]
    passed, sign = 0, text.find("#")
    for token in tokens(text) if sign >= 0 else ():
        start, end = token.start_mark.index, token.end_mark.index
        if sign < end:
            header = _BLOCK_HEADER.match(text, start, end)
            for found in (*_COMMENT.finditer(text, passed, start), *([header] if header else [])):
                at = found.start(found.lastindex or 0)
                line = bisect_right(lines, at) - 1
                before = text[lines[line] : at]
                yield _Comment(text[at : found.end()].rstrip(), at, line, len(before), not before.strip())
            sign = text.find("#", end)
            if sign < 0:
                return
        passed = end


@dataclass(slots=True)
class _Line:
    """A line of the result: `text` begins at `column`, behind a `prefix` such as "- ".

    `above` are comments that have lines of their own, and "" for a blank line; `body` are the lines of a text
    block. `opens` where the value is a block below. `source` is the line's column in the source.
    """

    column: int
    text: str = ""
    prefix: str = ""
    above: list[str] = field(default_factory=list)
    behind: str = ""
    body: Sequence[str] = ()
    opens: bool = False
    source: int = 0
    is_written: bool = False


def _rendered(lines: Iterable[_Line]) -> Iterator[str]:
    """The text, with one blank line at a time, and none where the file or a block begins."""
    may_be_blank = False
    for line in lines:
        start = " " * (line.column - len(line.prefix))
        for above in line.above:
            if above or may_be_blank:
                yield f"{start}{above}" if above else ""
            may_be_blank = bool(above)
        yield f"{start}{line.prefix}{line.text}  {line.behind}".rstrip(" ")
        yield from (" " * (line.column + _STEP) + part if part else "" for part in line.body)
        may_be_blank = not line.opens


class _Printer:
    """Writes each event in turn. A comment is placed when what comes after it is written."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._source = YAML_LINE_END.split(text)
        self._next = event_source(text)
        self._comments = deque(_comments(text))
        self._lines: list[_Line] = []
        self._last = _Line(0)  # what a comment behind the last thing written is a part of
        self._passed = -1  # the line of the source on which that ends, or else the last comment
        # The blocks that ended since: their columns in source and result.
        self._closed: list[tuple[int, int]] = []

    def lines(self) -> list[_Line]:
        self._next()  # the stream
        self._next()  # the document
        self._write_node(self._next(), _Line(0), 0)
        self._place_rest(len(self._text), 0)
        return self._lines

    def _write_node(self, event: Any, line: _Line, column: int, *, in_list: bool = False) -> None:
        """Write a node behind what is on the line; lines below it begin at the column."""
        if isinstance(event, CollectionStartEvent):
            self._write_collection(event, line, column)
        else:
            text, *line.body = _written(event, in_list=in_list)
            self._write(line, text, event.start_mark, event.end_mark)

    def _write(self, line: _Line, text: str, start: Any, end: Any) -> None:
        """Write what is between two marks of the source, and the comments that come before the second."""
        self._place_comments(end.index, line)
        if not line.is_written:
            line.above += [""] * self._is_below_a_blank(start.line)
            line.is_written = True
            self._lines.append(line)
        line.text = f"{line.text} {text}".strip(" ")
        self._last = line
        self._passed = max(start.line, end.line - (end.column == 0))
        while self._passed > start.line and not self._source[self._passed].strip():
            self._passed -= 1  # blank lines below a text block are no part of it
        self._closed.clear()

    def _write_collection(self, start: Any, line: _Line, column: int) -> None:
        """Write a mapping, an entry a line, or a list, an item a line."""
        is_list = isinstance(start, SequenceStartEvent)
        if start.anchor:
            self._write(line, f"&{start.anchor}", start.start_mark, start.start_mark)
        event = self._next()
        if isinstance(event, CollectionEndEvent):
            self._write(line, "[]" if is_list else "{}", start.start_mark, event.end_mark)
            return
        line.opens = line.is_written
        mark: Any = start.end_mark  # of a list that is not indented, the end of its first dash
        source = mark.column - (self._text[mark.index - 1 : mark.index] == "-")
        while not isinstance(event, CollectionEndEvent):
            here = _Line(column, source=source) if line.is_written else line
            if is_list:
                here.prefix, here.column = f"{here.prefix}- ", column + _STEP
                self._write_node(event, here, column + _STEP, in_list=True)
            else:
                self._write(here, f"{_written(event, is_key=True)[0]}:", event.start_mark, event.end_mark)
                self._write_node(self._next(), here, column + _STEP)
            event = self._next()
        end: Any = event
        if start.flow_style:
            self._place_rest(end.start_mark.index, column)
            self._last, self._passed = line, end.end_mark.line
        else:
            self._closed = [*(found for found in self._closed if found[0] != source), (source, column)]

    def _place_comments(self, until: int, line: _Line) -> None:
        """Place all comments up to there: behind what was written last, at its end, or above the line."""
        while self._comments and self._comments[0].start < until:
            comment = self._comments.popleft()
            if not comment.is_alone and comment.line == self._passed:
                self._last.above += [self._last.behind] if self._last.behind else []
                self._last.behind = comment.text
                continue
            above = [""] * self._is_below_a_blank(comment.line)
            block = None if line.is_written else self._ended_block(comment, line.source)
            if block is None:
                line.above += [*above, comment.text]
            else:
                self._lines.append(_Line(block, comment.text, above=above))
            self._passed = comment.line

    def _ended_block(self, comment: _Comment, following: int) -> int | None:
        """The result's column of a block that has ended, and that the comment is indented like.

        None where it is about what follows, which begins in that column of the source.
        """
        while self._closed and self._closed[0][0] > comment.column:
            del self._closed[0]
        between = self._source[self._passed + 1 : comment.line]
        is_inside = not comment.is_alone or any(line.lstrip().startswith("-") for line in between)
        if self._closed and (is_inside or self._closed[0][0] <= following):
            self._closed.clear()
        return self._closed[0][1] if self._closed else None

    def _place_rest(self, until: int, column: int) -> None:
        """Place the comments at the end of the file, or of what is in brackets, on lines of their own."""
        rest = _Line(column, source=-1)
        self._place_comments(until, rest)
        if rest.above:
            *rest.above, rest.text = rest.above
            self._lines.append(rest)

    def _is_below_a_blank(self, line: int) -> bool:
        return line - 1 > self._passed and not self._source[line - 1].strip()


def _written(event: Any, *, is_key: bool = False, in_list: bool = False) -> list[str]:
    """A scalar or an alias, then the lines of a text block.

    Plain where that is read as the same, else as a block or in double quotes.
    """
    if isinstance(event, AliasEvent):
        return [f"*{event.anchor} " if is_key else f"*{event.anchor}"]
    text, is_text = event.value, bool(event.style or event.tag)
    anchor = f"&{event.anchor} " if event.anchor else ""
    # In quotes, it may be an escape that makes a character visible.
    is_hidden = is_text and event.style not in {"|", ">"} and not text.replace("\n", "").isprintable()
    if text in UNDECLARED and not is_text and (text or not is_key):
        return [f"{anchor}{text}".rstrip(" ")]
    if _BLOCK.fullmatch(text) and not (is_hidden or is_key):
        header = "|" if text.endswith("\n") else "|-"
        return [f"{anchor}{header}", *text.removesuffix("\n").split("\n")]
    # In a list, and wherever a list may refer to it, 7 is a number and "7" is text.
    is_number = (in_list or event.anchor) and looks_whole(text)
    needs_quotes = text in UNDECLARED or (is_text and (is_number or (is_key and text == MERGE)))
    if is_hidden or needs_quotes or not _is_plain(text, is_key):
        text = f'"{"".join(map(_escaped, text))}"'
    return [f"{anchor}{text}"]


def _escaped(character: str) -> str:
    """As it is between double quotes: what can't be seen as an escape."""
    if known := _ESCAPES.get(character):
        return f"\\{known}"
    if character.isprintable():
        return character
    code = f"{ord(character):X}"
    sign, digits = next(form for form in (("x", 2), ("u", 4), ("U", 8)) if len(code) <= form[1])
    return f"\\{sign}{code:0>{digits}}"


@lru_cache(maxsize=65536)
def _is_plain(text: str, is_key: bool) -> bool:  # noqa: FBT001 - what the cache knows it by
    """Whether the text is read as the same without quotes: put where a word is, it changes nothing else."""
    if _SURELY_PLAIN.fullmatch(text):
        return True
    if text != text.strip() or _UNSEEN.search(text):
        return False
    frame, around = (
        ("k:\n  {0}: k\n", ["k", text, "k"]) if is_key else ("k: {0}\nl:\n- {0}\n", ["k", text, "l", text])
    )
    read = event_source(frame.format(text))
    found = []
    try:
        while event := read():
            if isinstance(event, ScalarEvent):
                found.append(None if event.style or event.anchor or event.tag else event.value)
    except YAMLError:
        return False
    return found == around


def _sorted_by_identity(lines: list[_Line], identities: Sequence[str]) -> list[_Line]:
    """The same lines, the members in the order of their identities (code points), group by group.

    Above a member, comments below the last blank line go along. The blank line and what is above it stay; if
    there is a comment in it, it is a heading, and begins a group.
    """
    begin = next((at for at, line in enumerate(lines, 1) if (line.column, line.text) == (0, "members:")), 0)
    end = next((at for at in range(begin, len(lines)) if lines[at].column < 2 * _STEP), len(lines))
    starts = [at for at in range(begin, end) if lines[at].column == 2 * _STEP and lines[at].prefix]
    if len(starts) != len(identities):
        return lines
    groups: list[list[tuple[str, list[_Line]]]] = []
    staying: list[list[str]] = []
    for identity, (first, last) in zip(identities, pairwise([*starts, end]), strict=True):
        above = lines[first].above
        blank = len(above) - above[::-1].index("") if "" in above else 0
        staying.append(above[:blank])
        if not groups or any(above[:blank]):
            groups.append([])
        del above[:blank]
        groups[-1].append((identity, lines[first:last]))
    members = [member for group in groups for _, member in sorted(group, key=itemgetter(0))]
    for (first_line, *_), stays in zip(members, staying, strict=True):
        first_line.above[:0] = stays
    return [*lines[:begin], *chain.from_iterable(members), *lines[end:]]
