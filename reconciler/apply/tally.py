"""What a run has learnt and spent so far."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.lockfile.model import Present, Rejected, Unconfirmed
from reconciler.panel import Reply
from reconciler.problem import Problem


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
    """Entries by identity, and calls. `total` is how many members the run is about.

    `given_up` counts, by reason, the batches that ended without an answer that says anything.
    """

    total: int
    observer: Observer
    entries: dict[str, Present | Rejected | Unconfirmed] = field(default_factory=dict)
    confirmed: int = 0
    calls: int = 0
    retries: int = 0
    given_up: Counter[str] = field(default_factory=Counter)
    given_up_in_a_row: int = 0
    refused_alike: list[Problem] = field(default_factory=list)

    def learn(self, entries: Mapping[str, Present | Rejected | Unconfirmed]) -> None:
        """This is known of these members, once and for all in this run."""
        self.entries.update(entries)
        self.confirmed += sum(not isinstance(entry, Unconfirmed) for entry in entries.values())

    def tell(self) -> None:
        """Let the observer know how far it came."""
        self.observer.progressed(self.confirmed, self.total, self.calls)
