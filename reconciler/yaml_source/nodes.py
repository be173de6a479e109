"""The nodes of a YAML document, as they are written: nothing is converted, and each has its position.

A scalar is PyYAML's own event, which holds the raw text, the quotes and the position; an object of our own
would be a second one for each of a million scalars.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from yaml.events import ScalarEvent

Scalar: TypeAlias = ScalarEvent
Entry: TypeAlias = "tuple[Scalar, Node]"

UNDECLARED = frozenset({"", "null", "~"})
"""The scalars that mean *not declared* if they have no quotes."""


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys and values; `entries` holds the key and its value by the key's text.

    `start_mark` is where its first key is, or where an alias refers to it. `size` counts the entries of the
    mapping and of everything in it.
    """

    entries: dict[str, Entry]
    start_mark: Any
    size: int


@dataclass(slots=True, eq=False)
class Sequence:
    """A list; `size` counts its items and everything in them."""

    items: "list[Node]"
    start_mark: Any
    size: int


Node: TypeAlias = Scalar | Mapping | Sequence


def position(node: Any) -> tuple[int, int]:
    """The line and column of a node or an event; both count from 1."""
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def is_undeclared(node: Node) -> bool:
    """Whether this is an empty scalar, `null` or `~`, without quotes."""
    return type(node) is ScalarEvent and not node.style and node.value in UNDECLARED


def kind(node: Node) -> str:
    """What a node is, in a user's words."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case _:
            return "nothing" if is_undeclared(node) else "text"


def referred_to(target: Node, mark: Any) -> Node:
    """The same node at the position of an alias that refers to it."""
    match target:
        case Mapping():
            return Mapping(target.entries, mark, target.size)
        case Sequence():
            return Sequence(target.items, mark, target.size)
        case _:
            return ScalarEvent(None, None, target.implicit, target.value, mark, mark, target.style)
