"""A batch: the members of one call, and how a plan's additions are cut into them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import ClassVar

from reconciler.member import Attributes, identical
from reconciler.plan.model import Add


@dataclass(frozen=True, slots=True)
class Batch:
    """The members of one call, by identity, in the order in which they are sent.

    `doubtful` are those who may be in the panel by an earlier call that got no proper answer.
    """

    kind: ClassVar[str] = "add"
    number: int
    members: Mapping[str, Attributes]
    doubtful: frozenset[str] = frozenset()

    def __len__(self) -> int:
        """How many members it holds."""
        return len(self.members)


def cut(adds: Sequence[Add], size: int, pending: Iterable[Batch] = ()) -> tuple[Batch, ...]:
    """Cut additions into batches of at most `size`.

    Batches that an interrupted run left pending keep their cut, less the members who are no longer to be
    added in the same way: to send the same people together again is what lets the answer prove most.
    """
    wanted = {add.key: add for add in adds}
    numbers = count(1)
    groups = [_still_wanted(batch, wanted) for batch in pending]
    groups.append(list(wanted.values()))
    return tuple(
        Batch(
            next(numbers),
            {add.key: add.attributes for add in chunk},
            frozenset(add.key for add in chunk if add.doubtful),
        )
        for group in groups
        for chunk in chunks(group, size)
    )


def chunks(members: Sequence[Add], size: int) -> Iterator[list[Add]]:
    """The members in runs of `size`; the last may be shorter."""
    remaining = iter(members)
    while chunk := list(islice(remaining, size)):
        yield chunk


def _still_wanted(batch: Batch, wanted: dict[str, Add]) -> list[Add]:
    return [
        wanted.pop(key)
        for key, attributes in batch.members.items()
        if key in wanted and identical(wanted[key].attributes, attributes)
    ]


def divide(batch: Batch, size: int, numbers: Iterator[int]) -> list[Batch]:
    """The batch in parts of at most `size`, in order, each under a new number."""
    keys = [*batch.members]
    return [_part(batch, keys[start : start + size], next(numbers)) for start in range(0, len(keys), size)]


def set_last_apart(batch: Batch, numbers: Iterator[int]) -> list[Batch]:
    """The batch without its last member, and the last member alone."""
    keys = [*batch.members]
    return [_part(batch, keys[:-1], next(numbers)), _part(batch, keys[-1:], next(numbers))]


def _part(batch: Batch, keys: Sequence[str], number: int) -> Batch:
    return Batch(number, {key: batch.members[key] for key in keys}, batch.doubtful.intersection(keys))
