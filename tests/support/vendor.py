"""A panel in memory that knows the truth: who is in it, and who put them there."""

from collections.abc import Callable, Iterable, Sequence
from typing import Self

from reconciler.member import EMAIL_ADDRESS, Attributes
from reconciler.panel import Answer, Counted, Lost, Refused, Reply, TooLarge


class Vendor:
    """Answers as the vendor does. `batches` are the identities of each call, in order.

    `faults` are asked before each call for what goes wrong with it: an answer that replaces the true one.
    """

    def __init__(
        self,
        holds: Iterable[str] = (),
        *,
        refuses: Iterable[str] = (),
        reason: str = "Invalid parameters",
        largest: int = 10**9,
        fault: Callable[[int], Answer | None] = lambda _: None,
    ) -> None:
        """Begin with these people in the panel."""
        self.holds = set(holds)
        self.refuses = set(refuses)
        self.reason = reason
        self.largest = largest
        self.fault = fault
        self.batches: list[list[str]] = []

    async def save(self, members: Sequence[Attributes]) -> Reply:
        """One call."""
        keys = [member[EMAIL_ADDRESS].lower() for member in members]
        fault = self.fault(len(self.batches))
        self.batches.append(keys)
        if fault is not None and not isinstance(fault, Lost):
            return Reply(fault, sent=True)
        answer = self._act(keys)
        return Reply(fault or answer, sent=True)

    def _act(self, keys: Sequence[str]) -> Answer:
        if len(keys) > self.largest:
            return TooLarge("too large")
        if self.refuses.intersection(keys):
            return Refused(self.reason)
        new = [key for key in keys if key not in self.holds]
        self.holds.update(new)
        return Counted(len(new), len(keys) - len(new))

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""
