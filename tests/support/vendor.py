"""A panel in memory that knows the truth: who is in it, and who put them there."""

from collections.abc import Callable, Iterable, Sequence
from typing import Self

from reconciler.member import EMAIL_ADDRESS
from reconciler.questionpro.panel import (
    Answer,
    Counted,
    CountedAway,
    Lost,
    Refused,
    Reply,
    Request,
    Save,
    TooLarge,
    Unreachable,
    Withdraw,
)


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
        blocked: Iterable[str] = (),
        updates: bool = False,
        largest: int = 10**9,
        fault: Callable[[int], Answer | None] = lambda _: None,
    ) -> None:
        """Begin with these people in the panel.

        `blocked` are those that it won't remove; `updates` says whether it updates known addresses.
        """
        self.holds = set(holds)
        self.refuses = set(refuses)
        self.reason = reason
        self.blocked = set(blocked)
        self.updates = updates
        self.largest = largest
        self.fault = fault
        self.batches: list[list[str]] = []

    async def send(self, request: Request) -> Reply:
        """One call."""
        keys = [key.lower() for key in _addresses(request)]
        fault = self.fault(len(self.batches))
        self.batches.append(keys)
        if fault is not None and not isinstance(fault, Lost):
            return Reply(fault, sent=True)
        answer = self._act(request, keys)
        return Reply(fault or answer, sent=True)

    def _act(self, request: Request, keys: Sequence[str]) -> Answer:
        if len(keys) > self.largest:
            return TooLarge("too large")
        if self.refuses.intersection(keys):
            return Refused(self.reason)
        if isinstance(request, Withdraw):
            return self._withdraw(keys)
        new = [key for key in keys if key not in self.holds]
        self.holds.update(new)
        return Counted(len(keys) if self.updates else len(new), 0 if self.updates else len(keys) - len(new))

    def _withdraw(self, keys: Sequence[str]) -> Answer:
        blocked = self.blocked.intersection(keys)
        there = self.holds.intersection(keys) - blocked
        self.holds -= there
        return CountedAway(len(there), len(keys) - len(there) - len(blocked), 0, len(blocked))

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""


class Onlooker:
    """Checks the progress of a run, and shows nothing."""

    def progressed(self, settled: int, total: int, calls: int) -> None:
        """No more members are settled than there are."""
        assert settled <= total
        assert calls >= 0

    def called(self, at: str, members: int, reply: Reply) -> None:
        """Each call has a time and members."""
        assert at
        assert members
        assert reply.sent or isinstance(reply.answer, Unreachable)

    def waiting(self, seconds: float, reason: str) -> None:
        """Each wait has a reason."""
        assert seconds >= 0
        assert reason


def _addresses(request: Request) -> Sequence[str]:
    if isinstance(request, Save):
        return [member[EMAIL_ADDRESS] for member in request.members]
    return request.addresses
