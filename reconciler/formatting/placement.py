"""Where comments stand: above something, or behind it."""

from reconciler.formatting.shape import Shape, shape_of
from reconciler.formatting.tree import Entry, Item, Mapping, Node, Sequence, parts


def placed(owner: Item, column: int) -> tuple[list[str], str | None]:
    """The lines above, and the comment behind. What has no room behind goes above, the nearest last."""
    node = owner.value
    said = [comment for comment in (owner.header, owner.trailing) if comment]
    inside = node.tail if isinstance(node, Mapping | Sequence) and not node.items else []
    above = [*owner.leading, *filter(None, inside)]
    shape = shape_of(owner, column)
    has_room = shape is not Shape.BLOCK_TEXT and (shape is not Shape.BLOCK or isinstance(owner, Entry))
    if not said or not has_room:
        return [*above, *said], None
    return [*above, *said[:-1]], said[-1]


def lift(root: Node) -> None:
    """Put what stands above the first entry of an item above the item, since they share a line."""
    for part in parts(root):
        for item in part.items if isinstance(part, Sequence) else ():
            inner = item.value
            if isinstance(inner, Mapping | Sequence) and inner.items and inner.anchor is None:
                item.leading += filter(None, _taken_off(inner.items[0]))


def _taken_off(first: Item) -> list[str]:
    """The lines above the first entry, which it has no more then."""
    above, behind = placed(first, 0)
    if isinstance(first, Entry):
        first.header, first.trailing = behind, None
        if isinstance(first.value, Mapping | Sequence) and not first.value.items:
            first.value.tail = []
    else:
        above = first.leading
    first.leading = []
    return above
