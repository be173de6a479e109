"""What a run has learnt and spent so far."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.apply.batch import Batch, Kind
from reconciler.lockfile.model import Knowledge, Unconfirmed
from reconciler.problems import Problem
from reconciler.questionpro.panel import Answer, Counted, Reply


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
    """What is known by identity, and calls. `total` is how many members the run is about.

    `given_up` counts, by reason, the batches that ended without an answer that says anything.
    `not_updated` counts the changes that came back as failed, which is how the API says "exists already".
    """

    total: int
    observer: Observer
    entries: dict[str, Knowledge] = field(default_factory=dict)
    confirmed: int = 0
    calls: int = 0
    retries: int = 0
    given_up: Counter[str] = field(default_factory=Counter)
    given_up_in_a_row: int = 0
    refused_alike: list[Problem] = field(default_factory=list)
    not_updated: int = 0

    def learn(self, learnt: Mapping[str, Knowledge]) -> None:
        """This is known of these members, once and for all in this run."""
        self.entries.update(learnt)
        self.confirmed += sum(not isinstance(knowledge, Unconfirmed) for knowledge in learnt.values())

    def heed(self, batch: Batch, answer: Answer) -> None:
        """Take from an answer what says something about the account."""
        if batch.kind is Kind.CHANGE and isinstance(answer, Counted):
            self.not_updated += answer.failed

    def tell(self) -> None:
        """Let the observer know how far it came."""
        self.observer.progressed(self.confirmed, self.total, self.calls)
