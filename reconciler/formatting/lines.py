"""Blank lines: at most one at a time, none where a block begins or the file ends."""

from collections.abc import Iterator

from reconciler.formatting.tree import Item, Mapping, Node, Sequence, parts


def tidy(root: Item) -> None:
    """Tidy the blank lines of a whole file."""
    _tidy_item(root, is_first=True)
    for part in parts(root.value):
        if isinstance(part, Mapping | Sequence):
            for number, item in enumerate(part.items):
                _tidy_item(item, is_first=not number)
            part.tail = list(_single(part.tail, is_first=not part.items))
            while part.tail and not part.tail[-1]:
                part.tail.pop()


def _tidy_item(item: Item, *, is_first: bool) -> None:
    item.leading = list(_single(item.leading, is_first=is_first))


def _single(lines: list[str], *, is_first: bool) -> Iterator[str]:
    before = "" if is_first else "above"
    for line in lines:
        if line or before:
            yield line
        before = line


def has_comments(node: Node) -> bool:
    """Whether a comment stands anywhere inside a collection."""
    return any(
        any(part.tail) or any(item.header or item.trailing or any(item.leading) for item in part.items)
        for part in parts(node)
        if isinstance(part, Mapping | Sequence)
    )
