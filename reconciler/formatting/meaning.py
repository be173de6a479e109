"""What a node says, whatever its style and the order of its keys."""

from collections.abc import Hashable

from reconciler.document.nodes import UNDECLARED
from reconciler.formatting.tree import Alias, Mapping, Node, Scalar


def meaning(node: Node) -> Hashable:
    """Equal for two nodes that say the same."""
    match node:
        case Alias():
            return "*", node.name
        case Scalar():
            return node.anchor, node.text, bool(node.style) if node.text in UNDECLARED else None
        case Mapping():
            entries = ((meaning(entry.key), meaning(entry.value)) for entry in node.items)
            return node.anchor, frozenset(entries)
        case _:
            return node.anchor, tuple(meaning(item.value) for item in node.items)
