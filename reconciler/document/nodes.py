"""What a YAML document is made of, as it is written: nothing is converted, everything has a place.

A scalar is PyYAML's own event, which holds the raw text, the quotes and the place; anything of our
own would cost a second object for each of a million scalars.
"""

from typing import Any, TypeAlias

from yaml.events import ScalarEvent

Scalar: TypeAlias = ScalarEvent
Entry: TypeAlias = "tuple[Scalar, Node]"

UNDECLARED = frozenset({"", "null", "~"})
"""The scalars that stand for *not declared* where they stand without quotes."""


class Mapping:
    """Keys and values; `entries` holds, by a key's text, the key and its value.

    `start_mark` is where its first key stands, or where it is referred to, if that is by an alias. `size`
    counts the entries of the mapping and of all that is in it.
    """

    __slots__ = ("entries", "size", "start_mark")

    def __init__(self, entries: dict[str, Entry], start_mark: Any, size: int) -> None:
        """Take the entries as they are."""
        self.entries = entries
        self.start_mark = start_mark
        self.size = size


class Sequence:
    """A list; `size` counts its items and all that is in them."""

    __slots__ = ("items", "size", "start_mark")

    def __init__(self, items: "list[Node]", start_mark: Any, size: int) -> None:
        """Take the items as they are."""
        self.items = items
        self.start_mark = start_mark
        self.size = size


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
    """The same node as it stands at a place that refers to it by an alias."""
    match target:
        case Mapping():
            return Mapping(target.entries, mark, target.size)
        case Sequence():
            return Sequence(target.items, mark, target.size)
        case _:
            return ScalarEvent(None, None, target.implicit, target.value, mark, mark, target.style)


def empty_at(mark: Any) -> Scalar:
    """A scalar that is not declared, in the place of something that can't be used."""
    return ScalarEvent(None, None, (True, False), "", mark, mark, "")
