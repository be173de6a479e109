"""One batch brought to its end: settled, split where the API refuses it, or left with its doubt."""

from collections.abc import Iterable, Iterator, Mapping

from reconciler.apply import ending
from reconciler.apply.batch import Batch, divide, set_last_apart
from reconciler.apply.call import Caller
from reconciler.apply.outcome import proven
from reconciler.apply.refusals import Refusals
from reconciler.apply.stop import Cause
from reconciler.lockfile.model import Present, Rejected, Unconfirmed
from reconciler.panel import Answer, Counted, Refused, TooLarge

_UNUSABLE_IN_A_ROW = 3


class Delivery:
    """Delivers the batches of one run; several may be under way at once.

    `numbers` are those that no batch has yet, for the parts of batches that are split.
    """

    def __init__(self, caller: Caller, numbers: Iterator[int]) -> None:
        """Deliver through `caller`, whose tally, journal and stop are those of the run."""
        self._caller = caller
        self._tally = caller.tally
        self._stop = caller.stop
        self._numbers = numbers
        self._largest: int | None = None

    async def deliver(self, whole: Batch) -> None:
        """Bring the batch and all parts of it to their end, or as far as the run goes.

        Raises:
            DiskFailure: the journal can't be written; what was under way is left unconfirmed.
        """
        refusals = Refusals(len(whole))
        waiting = [whole]  # the next is the last
        try:
            while waiting and not self._stop.is_thrown:
                parts = await self._bring_on(waiting[-1], refusals)
                waiting[-1:] = reversed(parts)
                self._judge(refusals, waiting)
            if not self._stop.is_thrown:
                self._reject(refusals.rest())
        finally:
            self._leave_unconfirmed([*waiting, *(batch for batch, _ in refusals.rest())])

    async def _bring_on(self, batch: Batch, refusals: Refusals) -> list[Batch]:
        """Settle the batch, give it up, or return the parts that go on in its place."""
        if self._largest is not None and len(batch) > self._largest:
            return self._replace(batch, divide(batch, self._largest, self._numbers))
        answer = await self._caller.ask(batch)
        half = -(-len(batch) // 2)
        match answer:
            case Counted():
                refusals.has_accepted |= self._settle_counted(batch, answer)
            case Refused() if len(batch) > 1:
                return self._replace(batch, divide(batch, half, self._numbers))
            case Refused():
                refusals.held.append((batch, answer.reason))
            case TooLarge() if len(batch) > 1:
                self._largest = min(self._largest or half, half)
                return self._replace(batch, divide(batch, half, self._numbers))
            case TooLarge():
                self._reject([(batch, answer.reason)])
            case _:
                self._give_up(batch, answer)
        return []

    def _judge(self, refusals: Refusals, waiting: list[Batch]) -> None:
        if refusals.wants_probes():
            waiting[:] = self._with_probes(waiting)
            refusals.probe(sum(len(batch) == 1 for batch in waiting))
        if refusals.are_about_something_else():
            problem = ending.refused_alike(refusals.held[0][1], len(refusals.held))
            self._stop.throw(Cause.REFUSED_ALIKE, problem)
        self._reject(refusals.certain())

    def _with_probes(self, waiting: Iterable[Batch]) -> list[Batch]:
        """The same members, with one of each part set apart, to be asked about first."""
        parts: list[Batch] = []
        for batch in waiting:
            parts += self._replace(batch, set_last_apart(batch, self._numbers)) if len(batch) > 1 else [batch]
        return sorted(parts, key=len, reverse=True)

    def _replace(self, batch: Batch, parts: list[Batch]) -> list[Batch]:
        self._caller.journal.split(batch, parts)
        at = self._caller.doubts.pop(batch.number, None)
        if at is not None:
            self._caller.doubts.update((part.number, at) for part in parts)
        return parts

    def _settle_counted(self, batch: Batch, answer: Counted) -> bool:
        doubtful = batch.members if batch.number in self._caller.doubts else batch.doubtful
        outcomes = proven(answer, batch.members, doubtful)
        if outcomes is None:
            self._give_up(batch, answer)
            return False
        at = self._caller.now()
        self._settle(batch, {key: Present(outcomes[key], at, batch.members[key]) for key in outcomes})
        self._tally.unusable_in_a_row = 0
        return True

    def _reject(self, refused: Iterable[tuple[Batch, str]]) -> None:
        for batch, reason in refused:
            at = self._caller.now()
            self._settle(batch, {key: Rejected(reason, at, batch.members[key]) for key in batch.members})
            self._tally.unusable_in_a_row = 0

    def _give_up(self, batch: Batch, answer: Answer | None) -> None:
        """End the batch without an answer that says anything about its members."""
        self._leave_unconfirmed([batch])
        if answer is None or self._stop.is_thrown:
            return
        self._tally.unusable_in_a_row += 1
        if self._tally.unusable_in_a_row >= _UNUSABLE_IN_A_ROW:
            self._stop.throw(Cause.NO_USABLE_ANSWER, ending.no_usable_answer(answer))

    def _leave_unconfirmed(self, batches: Iterable[Batch]) -> None:
        for batch in batches:
            at = self._caller.doubts.get(batch.number)
            if at is not None:
                self._settle(batch, {key: Unconfirmed(at, batch.members[key]) for key in batch.members})

    def _settle(self, batch: Batch, entries: Mapping[str, Present | Rejected | Unconfirmed]) -> None:
        self._tally.entries.update(entries)  # first: it can't fail, and the lockfile is written from it
        self._caller.doubts.pop(batch.number, None)
        self._caller.journal.settled(batch, entries)
        self._tally.tell()
