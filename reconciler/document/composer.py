"""YAML text → nodes, straight from the events: raw text, places, anchors and merge keys.

No object is ever built from a tag. One long list can be handed over item by item, so that a file of
a hundred thousand members never stands in memory as a tree.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from reconciler.document import nodes
from reconciler.document.event_source import EventSource, event_source, failing, seen_again
from reconciler.document.findings import Findings
from reconciler.document.merging import MERGE, merge
from reconciler.document.nodes import Entry, Mapping, Node, Scalar, Sequence, position
from reconciler.document.syntax import syntax_problem
from reconciler.errors import InvalidInput
from reconciler.problems import Location, Problem, Value

_DEEPEST = 32
_MOST_BORROWED = 100_000
_MOST_BORROWED_PER_CHARACTER = 5
"""Aliases may repeat this many values in any file, and these more for each character read so far: far
above what shared interests or addresses need, and far below what an alias bomb is after."""

_TEXT_TAG = "tag:yaml.org,2002:str"
_TAGS = {MappingStartEvent: "tag:yaml.org,2002:map", SequenceStartEvent: "tag:yaml.org,2002:seq"}

Take: TypeAlias = Callable[[Node], None]
TakeScalars: TypeAlias = Callable[[list[Scalar]], bool]


class Composer:
    """Reads one YAML text, once."""

    def __init__(self, text: str, findings: Findings) -> None:
        """Take the text, and where its problems are noted."""
        self._text = text
        self._findings = findings
        self._next: EventSource
        self._anchors: dict[str, Node | None] = {}
        self._borrowed = 0
        self._streamed: str | None = None
        self._take: Take | None = None
        self._take_scalars: TakeScalars | None = None

    def root(
        self,
        streamed: str | None = None,
        take: Take | None = None,
        take_scalars: TakeScalars | None = None,
    ) -> Node | None:
        """The document's one node, or None for a file that holds nothing.

        Where the root is a mapping and its key `streamed` holds a list, each item goes to `take` as soon
        as it is read, and the list's node has no items; unless the list bears an anchor or comes by an
        alias. An item that is a mapping of scalars alone is first offered to `take_scalars` as it is
        written, keys and values in turn; where that says no, it is read with all care and goes to `take`.

        Raises:
            InvalidInput: nothing after this point can be understood. What is wrong and can be passed
                over is noted among the findings.
        """
        self._streamed, self._take, self._take_scalars = streamed, take, take_scalars
        try:
            self._next = event_source(self._text)
            return self._document()
        except YAMLError as error:
            raise InvalidInput(syntax_problem(error, self._text, self._findings.file)) from error

    def _document(self) -> Node | None:
        self._next()
        if type(self._next()) is StreamEndEvent:
            return None
        root = self._node(self._next(), 0)
        self._next()
        after = self._next()
        if type(after) is not StreamEndEvent:
            raise self._fatal(
                after, "A second document begins here.", 'Take out the line "---", or split the file.'
            )
        # Of the nothing behind a "---" libyaml may name a line that the file doesn't have.
        return None if isinstance(root, ScalarEvent) and not (root.value or root.style) else root

    def _node(self, event: Any, depth: int) -> Node:
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._alias(event)
        return self._collection(event, self._mapping if kind is MappingStartEvent else self._sequence, depth)

    def _scalar(self, event: Any) -> Scalar:
        if event.tag == _TEXT_TAG:
            event.style = event.style or '"'
        elif event.tag is not None:
            self._refuse_tag(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = event
        scalar: Scalar = event
        return scalar

    def _collection(self, event: Any, read: Callable[[Any, int], Node], depth: int) -> Node:
        if depth > _DEEPEST:
            raise self._fatal(event, "The file is nested too deeply.", "Members hold at most five levels.")
        if event.tag is not None and event.tag != _TAGS[type(event)]:
            self._refuse_tag(event)
        if event.anchor is None:
            return read(event, depth)
        self._anchors[event.anchor] = None
        node = read(event, depth)
        self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        target = self._anchors.get(event.anchor)
        if target is None:
            reason = (
                "refers to what it is a part of" if event.anchor in self._anchors else "refers to nothing"
            )
            hint = "An alias needs an anchor of its name, complete, above this line."
            self._findings.add(position(event), (f"This alias {reason}.",), (hint,))
            return nodes.empty_at(event.start_mark)
        self._borrowed += 1 if isinstance(target, ScalarEvent) else target.size
        if self._borrowed > _MOST_BORROWED + _MOST_BORROWED_PER_CHARACTER * event.start_mark.index:
            raise self._fatal(
                event,
                f"Aliases multiply this file to more than {self._borrowed:,} values.",
                "Write less with them.",
            )
        return nodes.referred_to(target, event.start_mark)

    def _sequence(self, start: Any, depth: int) -> Sequence:
        items: list[Node] = []
        while type(event := self._next()) is not SequenceEndEvent:
            items.append(self._node(event, depth + 1))
        return Sequence(items, start.start_mark, len(items) + sum(_size(item) for item in items))

    def _mapping(self, start: Any, depth: int) -> Mapping:
        """Most of the time of reading a roster goes by here, so the ordinary scalar takes no call."""
        following = self._next
        entries: dict[str, Entry] = {}
        merged: Entry | None = None
        inner = 0
        key = following()
        mark = start.start_mark if type(key) is MappingEndEvent else key.start_mark
        while type(key) is not MappingEndEvent:
            if type(key) is not ScalarEvent or key.anchor is not None or key.tag is not None:
                key = self._key(key, depth)
            value = following()
            if key is None:
                self._node(value, depth + 1)
                key = following()
                continue
            name = key.value
            if type(value) is not ScalarEvent or value.anchor is not None or value.tag is not None:
                value = self._value(name, value, depth)
                inner += _size(value)
            if name in entries:
                self._refuse_repetition(entries[name][0], key)
            elif name == MERGE and not key.style:
                if merged:
                    self._refuse_repetition(merged[0], key)
                merged = merged or (key, value)
            else:
                entries[name] = (key, value)
            key = following()
        if merged:
            inner += merge(entries, merged[1], self._findings)
        return Mapping(entries, mark, len(entries) + inner)

    def _key(self, event: Any, depth: int) -> Scalar | None:
        key = self._node(event, depth + 1)
        if isinstance(key, ScalarEvent):
            return key
        self._findings.add(position(event), (f"A key must be text, not {nodes.kind(key)}.",))
        return None

    def _value(self, name: str, event: Any, depth: int) -> Node:
        if depth == 0 and name == self._streamed and type(event) is SequenceStartEvent and not event.anchor:
            return self._collection(event, self._hand_over, 1)
        return self._node(event, depth + 1)

    def _hand_over(self, start: Any, depth: int) -> Sequence:
        following, take = self._next, self._take
        while type(event := following()) is not SequenceEndEvent:
            if type(event) is MappingStartEvent and event.anchor is None and event.tag is None:
                item = self._item(event, depth + 1)
            else:
                item = self._node(event, depth + 1)
            if take and item is not None:
                take(item)
        return Sequence([], start.start_mark, 0)

    def _item(self, start: Any, depth: int) -> Node | None:
        """A mapping of the list that is handed over; None where it is handed over by its scalars already.

        Nearly all items of a large file go by here, and their scalars into no tree.
        """
        if self._take_scalars is None:
            return self._mapping(start, depth)
        following = self._next
        seen: list[Any] = []
        see = seen.append
        try:
            while type(event := following()) is ScalarEvent:
                see(event)
        except YAMLError as error:
            # What is wrong with the item before this point is told too.
            self._next = seen_again(seen, failing(error))
        else:
            if type(event) is MappingEndEvent and self._take_scalars(seen):
                return None
            see(event)
            self._next = seen_again(seen, following)
        item = self._mapping(start, depth)
        self._next = following
        return item

    def _refuse_repetition(self, first: Scalar, second: Scalar) -> None:
        place = Location(self._findings.file, *position(first))
        hint = "Write <<: [*one, *other]." if first.value == MERGE else "Keep one of the two."
        # Which keys are names, and which are data that slipped in, isn't known here.
        message = ('"', Value(second.value), f'" stands here twice; the first is at {place}.')
        self._findings.add(position(second), message, (hint,))

    def _refuse_tag(self, event: Any) -> None:
        hint = 'Take it out. If the text begins with "!", put it in quotes.'
        self._findings.add(position(event), ("A tag is not allowed here.",), (hint,))

    def _fatal(self, event: Any, message: str, hint: str) -> InvalidInput:
        return InvalidInput(Problem((message,), (hint,), Location(self._findings.file, *position(event))))


def _size(node: Node) -> int:
    return 0 if isinstance(node, ScalarEvent) else node.size
