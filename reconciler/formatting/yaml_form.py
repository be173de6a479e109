"""The canonical form of a member file in YAML."""

from collections import Counter
from collections.abc import Hashable
from collections.abc import Sequence as Identities

from yaml.error import YAMLError

from reconciler.errors import InvalidInput
from reconciler.formatting.heading import asks_to_be_sorted
from reconciler.formatting.lines import tidy
from reconciler.formatting.meaning import meaning
from reconciler.formatting.order import MEMBERS, put_in_order
from reconciler.formatting.placement import lift
from reconciler.formatting.sorting import is_sound, sort_by_identity
from reconciler.formatting.tree import Item, Mapping, Sequence, comments
from reconciler.formatting.yaml_tree import tree_of
from reconciler.formatting.yaml_writer import written
from reconciler.problems import Location, Problem


def canonical_yaml(text: str, identities: Identities[str], file: str) -> str:
    """The canonical form of a file that was read without a problem; `identities` are its members', in order.

    Raises:
        InvalidInput: it asks to be sorted, and can't be; or something but a member would be lost.
    """
    root = tree_of(text)
    before = _kept(root)
    if isinstance(root.value, Mapping):
        _arrange(root.value, identities, file)
    lift(root.value)
    tidy(root)
    formatted = written(root)
    try:
        after = _kept(tree_of(formatted))
    except YAMLError as error:
        raise InvalidInput(_losing(file)) from error
    if after != before:
        raise InvalidInput(_losing(file))
    return formatted


def _kept(root: Item) -> tuple[Counter[str], Hashable]:
    """What must be in the file before and after, besides the members, whom their own reader compares."""
    entries = root.value.items if isinstance(root.value, Mapping) else []
    others = frozenset((entry.name, meaning(entry.value)) for entry in entries if entry.name != MEMBERS)
    return Counter(comments(root.value)), others


def _arrange(root: Mapping, identities: Identities[str], file: str) -> None:
    is_sorted = asks_to_be_sorted(root.items[0].leading)
    put_in_order(root)
    members = root.value(MEMBERS)
    if not is_sorted or not isinstance(members, Sequence):
        return
    members.items = sort_by_identity(members.items, identities)
    if not is_sound(root):
        raise InvalidInput(_unsortable(file))


def _losing(file: str) -> Problem:
    return Problem(
        ("This file can't be formatted without losing a comment, so it was left as it is.",),
        ("Move comments out of brackets, to lines of their own.",),
        Location(file),
    )


def _unsortable(file: str) -> Problem:
    return Problem(
        ("This file asks to be sorted, and then an alias (*) would stand above its anchor (&).",),
        ("Move what is shared below a key of your own, such as x-shared:, above the members.",),
        Location(file),
    )
