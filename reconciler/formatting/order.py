"""The order of keys: defaults and members at the top, fields as on the vendor's page, the address first."""

from collections import Counter
from collections.abc import Sequence as Names

from reconciler.document.merging import MERGE
from reconciler.formatting.heading import top_of
from reconciler.formatting.tree import Alias, Item, Mapping, Node, Sequence, parts
from reconciler.member import ADDRESS_KEYS, FIELDS, PROFILE_FIELD_KEYS, PROFILE_FIELDS
from reconciler.roster.expiry import EXPIRES

DEFAULTS, MEMBERS = "defaults", "members"


def put_in_order(root: Mapping) -> None:
    """Reorder the keys of the file, of its defaults and of its members; comments go with what they are about.

    What lies below keys of one's own (`x-`) stays as it stands.
    """
    for entry in root.items:
        if entry.name == DEFAULTS:
            _order_fields(entry.value)
        elif entry.name == MEMBERS and isinstance(entry.value, Sequence):
            for member in entry.value.items:
                _order_fields(member.value)
    _order_file(root)


def _order_file(root: Mapping) -> None:
    """Defaults, the keys of one's own, members; what the file begins with stays at its beginning."""
    first = root.items[0]
    above = top_of(first.leading)
    first.leading = first.leading[len(above) :]
    rank = {DEFAULTS: 0, MEMBERS: 2}
    if not _is_tied(root):
        root.items.sort(key=lambda entry: rank.get(entry.name, 1))
    root.items[0].leading[:0] = above


def _order_fields(node: Node) -> None:
    if isinstance(node, Mapping):
        _order(node, (MERGE, *FIELDS, EXPIRES))
        profile_fields = node.value(PROFILE_FIELDS)
        if isinstance(profile_fields, Sequence):
            for item in profile_fields.items:
                _order_profile_field(item)


def _order_profile_field(item: Item) -> None:
    if isinstance(item.value, Mapping):
        _order(item.value, (MERGE, *PROFILE_FIELD_KEYS))
        value = item.value.value("value")
        if isinstance(value, Mapping):
            _order(value, (MERGE, *ADDRESS_KEYS))


def _order(mapping: Mapping, names: Names[str]) -> None:
    ranks = [names.index(entry.name) for entry in mapping.items]
    if ranks != sorted(ranks) and not _is_tied(mapping):
        mapping.items.sort(key=lambda entry: names.index(entry.name))


def _is_tied(mapping: Mapping) -> bool:
    """Whether an anchor in it is used in it, or given anew: then its order may matter."""
    names: Counter[str] = Counter()
    anchored = set()
    for part in parts(mapping):
        name = part.name if isinstance(part, Alias) else part.anchor
        if name is not None:
            names[name] += 1
            if not isinstance(part, Alias):
                anchored.add(name)
    return any(names[name] > 1 for name in anchored)
