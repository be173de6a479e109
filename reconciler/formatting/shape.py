"""The shape in which something is written."""

from enum import Enum, auto

from reconciler.formatting.lines import has_comments
from reconciler.formatting.scalar_style import BLOCK, style_of
from reconciler.formatting.tree import Alias, Entry, Item, Mapping, Scalar, Sequence

LINE_LENGTH = 100
_STEP = 2


class Shape(Enum):
    """How much room something takes."""

    TEXT = auto()
    BLOCK_TEXT = auto()
    ONE_LINE = auto()
    BLOCK = auto()


def shape_of(owner: Item, column: int) -> Shape:
    """The shape of what an item or entry holds.

    A list of texts, and an address, stand in brackets on one line where they fit; all else is a block.
    """
    node = owner.value
    if isinstance(node, Alias):
        return Shape.TEXT
    if isinstance(node, Scalar):
        return Shape.BLOCK_TEXT if style_of(node) == BLOCK else Shape.TEXT
    if not node.items or _fits_on_one_line(owner, node, column):
        return Shape.ONE_LINE
    return Shape.BLOCK


def _fits_on_one_line(owner: Item, node: Mapping | Sequence, column: int) -> bool:
    name = owner.name if isinstance(owner, Entry) else ""
    if isinstance(node, Mapping) and name != "value":
        return False
    if name == "members" and column == _STEP:
        return False
    texts = [len(name)]
    for item in node.items:
        key = item.key if isinstance(item, Entry) else Scalar("-", "")
        if not (_is_short(key) and _is_short(item.value)):
            return False
        texts += [_length(key), _length(item.value)]
    return column + sum(texts) <= LINE_LENGTH and not has_comments(node)


def _is_short(node: object) -> bool:
    """Whether it is a text of one line, or stands for one; nothing at all has no place in brackets."""
    if isinstance(node, Alias):
        return True
    return isinstance(node, Scalar) and "\n" not in node.text and bool(node.text or node.style)


def _length(node: object) -> int:
    return len(node.text) + 2 if isinstance(node, Scalar) else len(getattr(node, "name", "")) + 2
