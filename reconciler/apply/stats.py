"""What a run has learned and spent so far, and the report made from it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from reconciler.apply.report import Counts, Report
from reconciler.lockfile.model import (
    BLOCKED,
    Departure,
    Gone,
    Knowledge,
    Lockfile,
    Outcome,
    Present,
    is_in_doubt,
)
from reconciler.lockfile.state import KnownState
from reconciler.plan.model import Plan, StillRejected, Unremoved
from reconciler.plan.planner import still_refused
from reconciler.problems import Problem
from reconciler.questionpro.panel import Reply
from reconciler.roster.model import Roster


class Observer(Protocol):
    """Watches a run and shows its progress to the user."""

    def progressed(self, settled: int, total: int, calls: int) -> None:
        """So many members of `total` are settled, after so many calls."""

    def called(self, at: str, members: int, reply: Reply) -> None:
        """A call for so many members began at this UTC time, and ended with this reply."""

    def waiting(self, seconds: float, reason: str) -> None:
        """A call failed for this reason, and the next is made after so many seconds."""


@dataclass(slots=True)
class RunStats:
    """What is known by identity, and calls. `total` is how many members the run is about.

    `given_up` counts, by reason, the batches that ended without a usable answer.
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
        self.confirmed += sum(not is_in_doubt(knowledge) for knowledge in learnt.values())


def report_of(
    plan: Plan, roster: Roster, state: KnownState, stats: RunStats, lockfile: Lockfile | None, forgotten: int
) -> Report:
    """The report of a run that ended normally; `lockfile` is the current one, None if there is none."""
    entries = stats.entries.values()
    present = Counter(entry.outcome for entry in entries if isinstance(entry, Present))
    gone = Counter(entry.departed.outcome for entry in entries if isinstance(entry, Gone))
    counts = Counts(
        added=present[Outcome.ADDED],
        existing=present[Outcome.EXISTING],
        unattributed=present[Outcome.UNATTRIBUTED] + gone[Departure.UNATTRIBUTED],
        unconfirmed=sum(map(is_in_doubt, entries)),
        unsent=stats.total - len(stats.entries),
        forgotten=forgotten,
        resubmitted=present[Outcome.RESUBMITTED],
        unsubscribed=gone[Departure.UNSUBSCRIBED],
        deleted=gone[Departure.DELETED],
        absent=gone[Departure.ABSENT],
    )
    return replace(
        _report(plan, counts, still_refused(plan, roster, lockfile) if lockfile is not None else ()),
        calls=stats.calls,
        retries=stats.retries,
        recovered=state.recovered,
        left_unattributed=gone[Departure.UNATTRIBUTED],
        wrote_lockfile=lockfile != state.on_disk,
    )


def report_before_run(plan: Plan) -> Report:
    """The report of an apply that sent nothing: there was nothing to apply, or it was refused."""
    refused = [action for action in plan.actions if isinstance(action, StillRejected | Unremoved)]
    return _report(plan, Counts(unsent=len(plan.operations)), refused)


def _report(plan: Plan, counts: Counts, refused: Iterable[StillRejected | Unremoved]) -> Report:
    rejected: list[StillRejected | Unremoved] = []
    blocked: list[Unremoved] = []
    for member in refused:
        if isinstance(member, Unremoved) and member.reason == BLOCKED:
            blocked.append(member)
        else:
            rejected.append(member)
    return Report(
        plan.environment,
        counts._replace(rejected=len(rejected), blocked=len(blocked)),
        rejected=tuple(rejected),
        blocked=tuple(blocked),
        digest=plan.digest,
        roster_digest=plan.roster_digest,
        planned=plan.summary,
        policy=plan.policy,
    )
