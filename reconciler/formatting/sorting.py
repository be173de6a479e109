"""Members by identity, for files that ask for it."""

from collections.abc import Sequence

from reconciler.formatting.heading import heading_of
from reconciler.formatting.tree import Alias, Item, Node, parts


def sort_by_identity(members: list[Item], identities: Sequence[str]) -> list[Item]:
    """The members in the order of their identities (code points), group by group.

    `identities` are theirs, in the order of `members`. A comment with a blank line below it is a heading and
    begins a group; a comment directly above somebody goes with them. Blank lines stay where they are.
    """
    ordered: list[Item] = []
    group: list[tuple[str, Item]] = []
    for member, identity in zip(members, identities, strict=True):
        if heading_of(member.leading) and group:
            ordered += _sorted(group)
            group = []
        group.append((identity, member))
    return ordered + _sorted(group)


def _sorted(group: list[tuple[str, Item]]) -> list[Item]:
    if not group:
        return []
    items = [item for _, item in group]
    heading = heading_of(items[0].leading)
    del items[0].leading[: len(heading)]
    blanks = [_without_blanks(item) for item in items]
    items = [item for _, item in sorted(group, key=lambda pair: pair[0])]
    for item, count in zip(items, blanks, strict=True):
        item.leading[:0] = [""] * count
    items[0].leading[:0] = heading
    return items


def _without_blanks(item: Item) -> int:
    """Take the blank lines above it off; gives how many there were."""
    count = next((number for number, line in enumerate(item.leading) if line), len(item.leading))
    del item.leading[:count]
    return count


def is_sound(root: Node) -> bool:
    """Whether each alias still comes behind its own anchor, with no other of that name between."""
    anchors: dict[str, Node] = {}
    for part in parts(root):
        if isinstance(part, Alias):
            if anchors.get(part.name) is not part.target:
                return False
        elif part.anchor is not None:
            anchors[part.anchor] = part
    return True
