"""YAML text → nodes, straight from the events: raw text, positions, anchors and merge keys.

No object is ever built from a tag. One long list can be handed over item by item, so that a file of a
hundred thousand members is never in memory as a tree.
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

from reconciler.errors import InvalidInput
from reconciler.problems import Location, Problem, Value
from reconciler.text_source import Findings
from reconciler.yaml_source.events import EventSource, event_source, syntax_problem
from reconciler.yaml_source.nodes import (
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    kind,
    position,
    referred_to,
)

MERGE = "<<"
"""The merge key. Source: *Merge Key Language-Independent Type for YAML 1.1* (yaml.org/type/merge.html)."""

_DEEPEST = 32
_MOST_BORROWED = 100_000
_MOST_BORROWED_PER_CHARACTER = 5
"""Aliases may repeat this many values in any file, and these more for each character read so far: far more
than shared interests or addresses need, and far less than an alias bomb needs."""

_TEXT_TAG = "tag:yaml.org,2002:str"
_TAGS = {MappingStartEvent: "tag:yaml.org,2002:map", SequenceStartEvent: "tag:yaml.org,2002:seq"}

Take: TypeAlias = Callable[[Node], None]


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

    def root(self, streamed: str | None = None, take: Take | None = None) -> Node | None:
        """The document's one node, or None for a file that holds nothing.

        If the root is a mapping and its key `streamed` holds a list, each item goes to `take` as soon as it
        is read, and the list's node has no items; unless the list has an anchor or comes through an alias.

        Raises:
            InvalidInput: nothing after this point can be understood. Mistakes that don't stop the reading
                are noted among the findings.
        """
        self._streamed, self._take = streamed, take
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
            hint = 'Remove the line "---", or split the file.'
            raise self._fatal(after, "A second document begins here.", hint)
        # For an empty document after "---", libyaml may name a line that the file doesn't have.
        return None if isinstance(root, ScalarEvent) and not (root.value or root.style) else root

    def _node(self, event: Any, depth: int) -> Node:
        event_type = type(event)
        if event_type is ScalarEvent:
            return self._scalar(event)
        if event_type is AliasEvent:
            return self._alias(event)
        return self._collection(
            event, self._mapping if event_type is MappingStartEvent else self._sequence, depth
        )

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
            reason = "refers to something it is part of" if event.anchor in self._anchors else "has no anchor"
            hint = "An alias needs an anchor of the same name, complete, above this line."
            self._findings.add(position(event), (f"This alias {reason}.",), (hint,))
            return ScalarEvent(None, None, (True, False), "", event.start_mark, event.start_mark, "")
        self._borrowed += 1 if isinstance(target, ScalarEvent) else target.size
        if self._borrowed > _MOST_BORROWED + _MOST_BORROWED_PER_CHARACTER * event.start_mark.index:
            message = f"Aliases expand this file to more than {self._borrowed:,} values."
            raise self._fatal(event, message, "Use fewer of them.")
        return referred_to(target, event.start_mark)

    def _sequence(self, start: Any, depth: int) -> Sequence:
        items: list[Node] = []
        while type(event := self._next()) is not SequenceEndEvent:
            items.append(self._node(event, depth + 1))
        return Sequence(items, start.start_mark, len(items) + sum(_size(item) for item in items))

    def _mapping(self, start: Any, depth: int) -> Mapping:
        """Most of the time of reading a roster is spent here, so the ordinary scalar takes no call."""
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
            inner += self._merge(entries, merged[1])
        return Mapping(entries, mark, len(entries) + inner)

    def _key(self, event: Any, depth: int) -> Scalar | None:
        key = self._node(event, depth + 1)
        if isinstance(key, ScalarEvent):
            return key
        self._findings.add(position(event), (f"A key must be text, not {kind(key)}.",))
        return None

    def _value(self, name: str, event: Any, depth: int) -> Node:
        if depth == 0 and name == self._streamed and type(event) is SequenceStartEvent and not event.anchor:
            return self._collection(event, self._hand_over, 1)
        return self._node(event, depth + 1)

    def _hand_over(self, start: Any, depth: int) -> Sequence:
        while type(event := self._next()) is not SequenceEndEvent:
            item = self._node(event, depth + 1)
            if self._take:
                self._take(item)
        return Sequence([], start.start_mark, 0)

    def _merge(self, entries: dict[str, Entry], source: Node) -> int:
        """Add the entries of a merge key's value, below those that are there; returns the size of these.

        An entry of the mapping itself wins, then the mapping that is earlier in the list.
        """
        inner = 0
        for mapping in source.items if isinstance(source, Sequence) else [source]:
            if isinstance(mapping, Mapping):
                inner += mapping.size
                for name, entry in mapping.entries.items():
                    entries.setdefault(name, entry)
            else:
                message = (f'"{MERGE}" takes a mapping or a list of mappings, not {kind(mapping)}.',)
                hint = ("Write <<: *name, where &name is the anchor of a mapping.",)
                self._findings.add(position(mapping), message, hint)
        return inner

    def _refuse_repetition(self, first: Scalar, second: Scalar) -> None:
        location = Location(self._findings.file, *position(first))
        hint = "Write <<: [*one, *other]." if first.value == MERGE else "Keep one of the two."
        # Which keys are names, and which are data by mistake, isn't known here.
        message = ('"', Value(second.value), f'" is here twice; the first is at {location}.')
        self._findings.add(position(second), message, (hint,))

    def _refuse_tag(self, event: Any) -> None:
        hint = 'Remove it. If the text begins with "!", put it in quotes.'
        self._findings.add(position(event), ("Tags are not allowed.",), (hint,))

    def _fatal(self, event: Any, message: str, hint: str) -> InvalidInput:
        return InvalidInput(Problem((message,), (hint,), Location(self._findings.file, *position(event))))


def _size(node: Node) -> int:
    return 0 if isinstance(node, ScalarEvent) else node.size
