"""YAML text → its tree, comments included.

The events are those that the reader of member files reads too, so both always see the same document.
"""

import re
from typing import Any, NamedTuple

from yaml.events import (
    AliasEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from reconciler.document.event_source import event_source
from reconciler.formatting.gap import Line, gap_between
from reconciler.formatting.tree import Alias, Entry, Item, Mapping, Node, Scalar, Sequence

_PROPERTY = re.compile(r"[&!]\S*\s*")
_COMMENT = re.compile("#[^\n\r\x85\u2028\u2029]*\\s*")
_BEHIND_DIRECTIVE = re.compile(r"(?:^|\s)(#.*)")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(#.*)")


class _Closed(NamedTuple):
    collection: Mapping | Sequence
    column: int


def tree_of(text: str) -> Item:
    """The document's root. The text must be a member file that was read without a problem."""
    return _Growing(text).root()


class _Growing:
    """Walks through the events once; each gap is looked at when the thing behind it comes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = event_source(text)
        self._end = 0
        self._behind: Item  # whom a comment on the present line is about
        self._is_header = False
        self._claimant: Item | None = None  # whom the lines above the next thing are about
        self._closed: list[_Closed] = []
        self._anchors: dict[str, Node] = {}

    def root(self) -> Item:
        root, ending = Item(), Item()
        self._behind = self._claimant = root
        self._next()
        self._document_mark(self._next(), root)
        self._node(self._next(), root)
        self._document_mark(self._next(), ending)
        self._arrive(len(self._text), len(self._text), ending)
        if isinstance(root.value, Mapping) and root.value.items:
            around = (*root.leading, root.header, root.trailing)
            root.value.items[0].leading[:0] = [line for line in around if line is not None]
            root.leading, root.header, root.trailing = [], None, None
            root.value.tail += (line for line in (*ending.leading, ending.header) if line is not None)
        return root

    def _document_mark(self, event: Any, owner: Item) -> None:
        if event.explicit:  # the line "---" or "..."
            self._arrive(event.start_mark.index, event.end_mark.index, owner)
            self._behind, self._is_header = owner, True
            self._claimant = None
            passed = self._text[event.start_mark.index : event.end_mark.index]
            owner.leading += [found.strip() for found in _BEHIND_DIRECTIVE.findall(passed)]

    def _node(self, event: Any, owner: Item) -> None:
        kind = type(event)
        if kind is ScalarEvent:
            owner.value = self._scalar(event, owner)
            self._behind, self._is_header = owner, False
        elif kind is AliasEvent:
            owner.value = self._alias(event, owner)
            self._behind, self._is_header = owner, False
        else:
            self._collection(event, owner)

    def _scalar(self, event: Any, owner: Item) -> Scalar:
        self._arrive(event.start_mark.index, self._end_of(event), owner)
        start = event.start_mark.index
        if event.anchor or event.tag:
            last, start = self._properties(start, event.end_mark.index, owner)
            for comment in _COMMENT.findall(self._text, last, start):
                self._add_header(owner, comment.rstrip())
        style = event.style or ('"' if event.tag else "")
        if style in {"|", ">"}:
            found = _BLOCK_HEADER.match(self._text, start, event.end_mark.index)
            if found:
                self._add_header(owner, found[1].rstrip())
            style = "|"
        scalar = Scalar(event.value, '"' if style == "'" else style, event.anchor)
        self._remember(scalar)
        return scalar

    def _end_of(self, event: Any) -> int:
        """Where a scalar ends; blank lines below a block belong to it only where it says so with a +."""
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        if event.style not in {"|", ">"} or event.value.endswith("\n\n"):
            return end
        return start + len(self._text[start:end].rstrip())

    def _alias(self, event: Any, owner: Item) -> Alias:
        self._arrive(event.start_mark.index, event.end_mark.index, owner)
        return Alias(event.anchor, self._anchors[event.anchor])

    def _remember(self, node: Scalar | Mapping | Sequence) -> None:
        if node.anchor is not None:
            self._anchors[node.anchor] = node

    def _collection(self, event: Any, owner: Item) -> None:
        is_mapping = type(event) is MappingStartEvent
        collection: Mapping | Sequence = Mapping() if is_mapping else Sequence()
        collection.anchor = event.anchor
        owner.value = collection
        self._remember(collection)
        if event.anchor or event.tag or event.flow_style:
            start, end = event.start_mark.index, event.end_mark.index
            self._arrive(start, start, owner)
            self._end, _ = self._properties(start, end, owner)
            if event.flow_style:
                self._end = end
            self._behind, self._is_header = owner, True
        end_event = self._entries(collection) if isinstance(collection, Mapping) else self._items(collection)
        if event.flow_style:
            self._claimant = None
            self._arrive(end_event.start_mark.index, end_event.end_mark.index, owner, collection)
            self._behind, self._is_header = owner, False
        else:
            self._closed.append(_Closed(collection, event.end_mark.column))

    def _entries(self, mapping: Mapping) -> Any:
        while isinstance(event := self._next(), ScalarEvent | AliasEvent):
            entry = Entry()
            self._claimant = self._claimant or entry
            entry.key = (
                self._scalar(event, entry) if type(event) is ScalarEvent else self._alias(event, entry)
            )
            self._behind, self._is_header = entry, True
            mapping.items.append(entry)
            self._node(self._next(), entry)
        return event

    def _items(self, sequence: Sequence) -> Any:
        while type(event := self._next()) is not SequenceEndEvent:
            item = Item()
            self._claimant = self._claimant or item
            sequence.items.append(item)
            self._node(event, item)
        return event

    def _arrive(self, start: int, end: int, owner: Item, closing: Mapping | Sequence | None = None) -> None:
        """Look at the gap in front of something that begins at `start`, and step behind it."""
        gap = gap_between(self._text, self._end, start)
        if gap.behind:
            self._say_behind(gap.behind)
        lines = list(gap.lines)
        if closing is not None:
            closing.tail += [line.text for line in lines]
        else:
            lines = self._without_tails(lines, gap.column)
            (self._claimant or owner).leading += [line.text for line in lines]
        self._claimant = None
        if start < len(self._text):
            self._closed.clear()
        self._end = end

    def _without_tails(self, lines: list[Line], column: int) -> list[Line]:
        """Give the lines that are indented like what has just ended to that; what is left leads on."""
        closed = self._closed
        taken = 0
        for number, line in enumerate(lines):
            if not line.text:
                continue
            if not closed or line.is_inside or line.column <= column:
                break
            while len(closed) > 1 and closed[0].column > line.column:
                del closed[0]
            closed[0].collection.tail += [passed.text for passed in lines[taken : number + 1]]
            taken = number + 1
        return lines[taken:]

    def _say_behind(self, comment: str) -> None:
        if not self._is_header and self._behind.trailing is None:
            self._behind.trailing = comment
        else:
            self._add_header(self._behind, comment)

    def _add_header(self, owner: Item, comment: str) -> None:
        if owner.header is None:
            owner.header = comment
        else:
            owner.leading.append(comment)

    def _properties(self, start: int, end: int, owner: Item) -> tuple[int, int]:
        """Where the anchor and the tag at `start` end, and where the next thing behind them begins.

        A comment between the two is the owner's.
        """
        at = last = start
        passed: list[str] = []
        while at < end:
            if found := _PROPERTY.match(self._text, at, end):
                at, last = found.end(), at + len(found[0].rstrip())
                for comment in passed:
                    self._add_header(owner, comment)
                passed = []
            elif found := _COMMENT.match(self._text, at, end):
                at = found.end()
                passed.append(found[0].rstrip())
            else:
                break
        return last, at
