"""A batch: the members of one call, and how all that a plan sends is cut into them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, islice
from typing import NamedTuple

from reconciler.member import EMAIL_ADDRESS, Attributes, Removal, identical
from reconciler.plan.model import Plan
from reconciler.questionpro.panel import Request, Save, Withdraw


class Kind(StrEnum):
    """What a batch asks of the API about its members; those of one batch are of one kind."""

    ADD = "add"
    CHANGE = "change"
    UNSUBSCRIBE = "unsubscribe"
    DELETE = "delete"

    @property
    def removal(self) -> Removal | None:
        """The call that takes them away; None for members to save."""
        return Removal(self.value) if self in _REMOVALS else None


_REMOVALS = frozenset({Kind.UNSUBSCRIBE, Kind.DELETE})


class Errand(NamedTuple):
    """One member about whom the API is asked for something.

    `attributes` are those to save or, of somebody who leaves, those of the last push. `doubtful` is one about
    whom an earlier call got no proper answer.
    """

    kind: Kind
    key: str
    attributes: Attributes
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """The members of one call, by identity, in the order in which they are sent.

    `doubtful` are those about whom an earlier call got no proper answer: what was asked may have been done.
    """

    number: int
    members: Mapping[str, Attributes]
    doubtful: frozenset[str] = frozenset()
    kind: Kind = Kind.ADD

    def __len__(self) -> int:
        """How many members it holds."""
        return len(self.members)

    @property
    def request(self) -> Request:
        """What is sent."""
        removal = self.kind.removal
        if removal is None:
            return Save([*self.members.values()])
        return Withdraw(removal, [attributes[EMAIL_ADDRESS] for attributes in self.members.values()])


def errands(plan: Plan) -> list[Errand]:
    """All that a plan sends: members to add, then to change, then to remove."""
    return [
        *(Errand(Kind.ADD, add.key, add.attributes, add.doubtful) for add in plan.adds),
        *(Errand(Kind.CHANGE, change.key, change.attributes) for change in plan.resubmissions),
        *(
            Errand(Kind(remove.by), remove.key, remove.attributes, remove.doubtful)
            for remove in plan.withdrawals
        ),
    ]


def cut(wanted: Iterable[Errand], size: int, pending: Iterable[Batch] = ()) -> tuple[Batch, ...]:
    """Cut errands into batches of at most `size`, each kind in batches of its own.

    Batches that an interrupted run left pending keep their cut, less the members about whom the same is no
    longer wanted: to send the same people together again is what lets the answer prove most.
    """
    left = {errand.key: errand for errand in wanted}
    numbers = count(1)
    groups = [_still_wanted(batch, left) for batch in pending]
    groups += [[errand for errand in left.values() if errand.kind is kind] for kind in Kind]
    return tuple(
        Batch(
            next(numbers),
            {errand.key: errand.attributes for errand in chunk},
            frozenset(errand.key for errand in chunk if errand.doubtful),
            chunk[0].kind,
        )
        for group in groups
        for chunk in chunks(group, size)
    )


def chunks(members: Sequence[Errand], size: int) -> Iterator[list[Errand]]:
    """The members in runs of `size`; the last may be shorter."""
    remaining = iter(members)
    while chunk := list(islice(remaining, size)):
        yield chunk


def _still_wanted(batch: Batch, wanted: dict[str, Errand]) -> list[Errand]:
    return [
        wanted.pop(key)
        for key, attributes in batch.members.items()
        if key in wanted and wanted[key].kind is batch.kind and identical(wanted[key].attributes, attributes)
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
    members = {key: batch.members[key] for key in keys}
    return Batch(number, members, batch.doubtful.intersection(keys), batch.kind)
