"""Batches: the operations of one call, and how all that a plan asks for is cut into them. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from reconciler.lockfile.model import Departed, Departure, Gone, Knowledge, Unconfirmed, Undelivered
from reconciler.member import EMAIL_ADDRESS, Removal, identical
from reconciler.plan.model import Operation, OperationKind
from reconciler.questionpro.panel import Request, Save, Withdraw


@dataclass(frozen=True, slots=True)
class Batch:
    """The operations of one call, all of one kind, by identity, in the order in which they are sent."""

    number: int
    kind: OperationKind
    members: Mapping[str, Operation]

    def __len__(self) -> int:
        """How many members it holds."""
        return len(self.members)

    @property
    def doubtful(self) -> frozenset[str]:
        """The members for whom an earlier call got no usable answer: it may have taken effect."""
        return frozenset(key for key, operation in self.members.items() if operation.doubtful)

    @property
    def request(self) -> Request:
        """What is sent."""
        removal = self.kind.removal
        people = [operation.attributes for operation in self.members.values()]
        if removal is None:
            return Save(people)
        return Withdraw(removal, [attributes[EMAIL_ADDRESS] for attributes in people])

    def divide(self, size: int, numbers: Iterator[int]) -> list["Batch"]:
        """Parts of at most `size`, in order, each under a new number."""
        return [_batch(next(numbers), chunk) for chunk in _chunks([*self.members.values()], size)]

    def set_last_apart(self, numbers: Iterator[int]) -> list["Batch"]:
        """The batch without its last member, and the last member alone."""
        *others, last = self.members.values()
        return [_batch(next(numbers), others), _batch(next(numbers), [last])]


def in_doubt(operation: Operation, at: str, reason: str | None = None) -> Knowledge:
    """What is known about a member after a call without a usable answer, at a UTC time.

    `reason` is what the API said when the call was repeated and refused.
    """
    removal = operation.kind.removal
    if removal is not None and not operation.is_known:
        return gone(operation, Departure.UNCONFIRMED, at, reason)
    note = Undelivered(operation.kind.value, reason, at) if removal is not None and reason else None
    return Unconfirmed(at, operation.attributes, note)


def gone(operation: Operation, outcome: Departure, at: str, reason: str | None = None) -> Gone:
    """What is known about a member who is in no other section of the lockfile any more."""
    return Gone(Departed(outcome, Removal(operation.kind.value), at, reason), operation.kept_as)


def cut(wanted: Iterable[Operation], size: int, pending: Iterable[Batch] = ()) -> tuple[Batch, ...]:
    """Cut operations into batches of at most `size`, with one kind in each batch.

    Batches that an interrupted run left pending keep their cut, without the members whose operation changed:
    the answer proves most if the same people are sent together again.
    """
    left = {operation.key: operation for operation in wanted}
    numbers = count(1)
    groups = [_still_wanted(batch, left) for batch in pending]
    groups += [[operation for operation in left.values() if operation.kind is kind] for kind in OperationKind]
    return tuple(_batch(next(numbers), chunk) for group in groups for chunk in _chunks(group, size))


def _still_wanted(batch: Batch, wanted: dict[str, Operation]) -> list[Operation]:
    return [wanted.pop(key) for key, before in batch.members.items() if _is_same(wanted.get(key), before)]


def _is_same(wanted: Operation | None, before: Operation) -> bool:
    return (
        wanted is not None and wanted.kind is before.kind and identical(wanted.attributes, before.attributes)
    )


def _chunks(operations: Sequence[Operation], size: int) -> Iterator[Sequence[Operation]]:
    """The operations in runs of `size`; the last may be shorter."""
    return (operations[start : start + size] for start in range(0, len(operations), size))


def _batch(number: int, operations: Sequence[Operation]) -> Batch:
    return Batch(number, operations[0].kind, {operation.key: operation for operation in operations})
