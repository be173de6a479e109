"""A member file in YAML as it is written: nodes in their order, each comment with what it is about.

`leading` are the lines directly above something, comments with their `#` and "" for a blank line. `header`
is a comment behind a key whose value begins on a later line, `trailing` one behind the value itself.
`tail` are lines at the end of a collection, indented like its entries.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(slots=True)
class Scalar:
    """A text; `style` is "" without quotes, `"` with any quotes or the tag for text, `|` for a block."""

    text: str
    style: str
    anchor: str | None = None


@dataclass(slots=True)
class Alias:
    """A reference to the node that bears the anchor `name` at this place."""

    name: str
    target: "Node"


@dataclass(slots=True)
class Item:
    """An item of a list; also the document's root."""

    value: "Node" = field(default_factory=lambda: Scalar("", ""))
    leading: list[str] = field(default_factory=list)
    header: str | None = None
    trailing: str | None = None


@dataclass(slots=True)
class Entry(Item):
    """A key and its value."""

    key: Scalar | Alias = field(default_factory=lambda: Scalar("", ""))

    @property
    def name(self) -> str:
        """The key's text."""
        key = self.key.target if isinstance(self.key, Alias) else self.key
        return key.text if isinstance(key, Scalar) else ""


@dataclass(slots=True)
class Mapping:
    """Keys and values."""

    items: list[Entry] = field(default_factory=list)
    anchor: str | None = None
    tail: list[str] = field(default_factory=list)

    def value(self, name: str) -> "Node | None":
        """The value of that key, or None."""
        return next((entry.value for entry in self.items if entry.name == name), None)


@dataclass(slots=True)
class Sequence:
    """A list."""

    items: list[Item] = field(default_factory=list)
    anchor: str | None = None
    tail: list[str] = field(default_factory=list)


Node: TypeAlias = Scalar | Alias | Mapping | Sequence


def parts(node: Node) -> Iterator[Node]:
    """The node itself and all nodes in it, keys too, in the order in which they stand; aliases unfollowed."""
    yield node
    if isinstance(node, Mapping | Sequence):
        for item in node.items:
            if isinstance(item, Entry):
                yield item.key
            yield from parts(item.value)


def comments(node: Node) -> Iterator[str]:
    """All comments that stand in the node, in no particular order."""
    for part in parts(node):
        if isinstance(part, Mapping | Sequence):
            yield from filter(None, part.tail)
            for item in part.items:
                yield from filter(None, (*item.leading, item.header, item.trailing))
