"""What a run has learnt and spent so far."""

from dataclasses import dataclass, field
from typing import Protocol

from reconciler.lockfile.model import Present, Rejected, Unconfirmed
from reconciler.panel import Reply


class Observer(Protocol):
    """Somebody who watches a run, to tell the user."""

    def progressed(self, settled: int, total: int, calls: int) -> None:
        """So many members of `total` are settled, after so many calls."""

    def called(self, at: str, members: int, reply: Reply) -> None:
        """A call for so many members began at this UTC time, and ended with this reply."""

    def waiting(self, seconds: float, reason: str) -> None:
        """A call failed for this reason, and the next is made after so many seconds."""


@dataclass(slots=True)
class Tally:
    """Entries by identity, and calls. `total` is how many members the run is about."""

    total: int
    observer: Observer
    entries: dict[str, Present | Rejected | Unconfirmed] = field(default_factory=dict)
    calls: int = 0
    retries: int = 0
    unusable_in_a_row: int = 0

    def tell(self) -> None:
        """Let the observer know how far it came."""
        self.observer.progressed(len(self.entries), self.total, self.calls)

    @property
    def has_confirmed(self) -> bool:
        """Whether the API has proven anything about anybody yet."""
        return any(not isinstance(entry, Unconfirmed) for entry in self.entries.values())
