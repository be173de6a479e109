"""A tree → YAML text, written by ruamel.yaml, which writes comments too.

It is given events, so that all which is decided is decided here: two spaces of indentation, list items too;
nothing is folded; two spaces before a comment.
"""

import io
from collections.abc import Iterator
from typing import Any

from ruamel.yaml.emitter import RoundTripEmitter, ScalarAnalysis
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from reconciler.formatting.placement import placed
from reconciler.formatting.scalar_style import is_seen, style_of
from reconciler.formatting.shape import Shape, shape_of
from reconciler.formatting.tree import Alias, Entry, Item, Mapping, Scalar, Sequence

_STEP = 2
_NEVER_FOLD = 2**31


def written(root: Item) -> str:
    """The text of a whole file."""
    stream = io.StringIO()
    emitter = _Emitter(
        stream, indent=2 * _STEP, width=_NEVER_FOLD, allow_unicode=True, block_seq_indent=_STEP
    )
    emitter.best_map_indent = _STEP
    for event in _document(root):
        emitter.emit(event)
    return stream.getvalue()


class _Emitter(RoundTripEmitter):
    """Writes scalars in the style that their event bears.

    An event's `comment` is, as ruamel.yaml has it, what stands behind and what stands above. Here each is
    text, ready to be written: ruamel.yaml's own way puts comments back at the columns where they once stood.
    """

    def analyze_scalar(self, scalar: str) -> ScalarAnalysis:
        """What decides whether a key needs a question mark; the style is decided already."""
        is_long = "\n" in scalar
        return ScalarAnalysis(scalar, not scalar, is_long, True, True, True, True, True)

    def choose_scalar_style(self) -> str:
        style: str = self.event.style
        return style

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: FBT001, FBT002 - ruamel.yaml's own signature
        """As ruamel.yaml does it, but with escapes for what a reader of the file would not see."""
        self.allow_unicode = is_seen(text)
        super().write_double_quoted(text, split)
        self.allow_unicode = True

    def expect_alias(self) -> None:
        super().expect_alias()
        if self.event.comment:
            self.write_post_comment(self.event)

    def write_pre_comment(self, event: Any) -> bool:
        above = event.comment and event.comment[1]
        if above:
            if self.column:
                self.write_line_break()
            self.stream.write(above)
            event.comment[1] = None
        return False  # True makes lists in brackets begin elsewhere

    def write_post_comment(self, event: Any) -> bool:
        behind = event.comment and event.comment[0]
        if not behind:
            return False
        self.stream.write(f"  {behind}")
        self.write_line_break()
        return True


def _document(root: Item) -> Iterator[Any]:
    yield StreamStartEvent()
    yield DocumentStartEvent(explicit=False)
    yield from _value(root, 0, [None, None])
    yield DocumentEndEvent(explicit=False)
    yield StreamEndEvent()


def _value(owner: Item, column: int, comment: list[Any], *, in_flow: bool = False) -> Iterator[Any]:
    """What an item or an entry holds; `column` is where its own items begin, `comment` the event's."""
    node = owner.value
    match node:
        case Alias():
            yield AliasEvent(node.name, comment=comment)
        case Scalar():
            yield _scalar(
                node, style_of(node, in_flow=in_flow, quotes_count=_quotes_count(owner, node)), comment
            )
        case Mapping() | Sequence():
            is_flow = shape_of(owner, column) is Shape.ONE_LINE
            behind, above = comment
            start = [None if is_flow else behind, above]
            end = [behind, None] if is_flow else [None, _indented(node.tail, column)]
            yield from _collection(node, column, start, end, is_flow=is_flow)


def _collection(
    node: Mapping | Sequence, column: int, start: list[Any], end: list[Any], *, is_flow: bool
) -> Iterator[Any]:
    is_mapping = isinstance(node, Mapping)
    begin, finish = (
        (MappingStartEvent, MappingEndEvent) if is_mapping else (SequenceStartEvent, SequenceEndEvent)
    )
    yield begin(node.anchor, None, True, flow_style=is_flow, comment=start, nr_items=len(node.items))
    for item in node.items:
        yield from _in_flow(item) if is_flow else _in_block(item, column)
    yield finish(comment=end)


def _in_block(item: Item, column: int) -> Iterator[Any]:
    above, behind = placed(item, column + _STEP)
    lines = _indented(above, column)
    if isinstance(item, Entry):
        yield from _key(item, lines)
        lines = None
    yield from _value(item, column + _STEP, [behind, lines])


def _in_flow(item: Item) -> Iterator[Any]:
    if isinstance(item, Entry):
        yield from _key(item, None, in_flow=True)
    yield from _value(item, 0, [None, None], in_flow=True)


def _key(entry: Entry, above: str | None, *, in_flow: bool = False) -> Iterator[Any]:
    key = entry.key
    if isinstance(key, Alias):
        yield AliasEvent(key.name, comment=[None, above])
    else:
        yield _scalar(key, style_of(key, is_key=True, in_flow=in_flow), [None, above])


def _scalar(scalar: Scalar, style: str, comment: list[Any]) -> ScalarEvent:
    return ScalarEvent(scalar.anchor, None, (True, True, True), scalar.text, style=style, comment=comment)


def _quotes_count(owner: Item, scalar: Scalar) -> bool:
    """In a list, and wherever a list may refer to it, `7` is a number and `"7"` is a text."""
    return scalar.anchor is not None or not isinstance(owner, Entry)


def _indented(lines: list[str], column: int) -> str | None:
    """The lines as they stand in the file."""
    return "".join(f"{' ' * column}{line}\n" if line else "\n" for line in lines) or None
