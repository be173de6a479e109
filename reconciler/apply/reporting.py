"""What a run has learnt → its report."""

from collections import Counter
from collections.abc import Iterable

from reconciler.apply.report import Counts, Report
from reconciler.apply.tally import Tally
from reconciler.lockfile.model import (
    BLOCKED,
    Departure,
    Gone,
    Lockfile,
    Outcome,
    Present,
    Unconfirmed,
)
from reconciler.lockfile.state import KnownState
from reconciler.plan.model import Plan, StillRejected, Unremoved
from reconciler.plan.planner import still_refused
from reconciler.roster.model import Roster


def report_of(
    plan: Plan, roster: Roster, state: KnownState, tally: Tally, lockfile: Lockfile | None, forgotten: int
) -> Report:
    """The report of a run that ended by itself; `lockfile` is as it stands now, None where there is none."""
    rejected, blocked = _apart(_standing(plan, roster, lockfile))
    entries = tally.entries.values()
    present = Counter(entry.outcome for entry in entries if isinstance(entry, Present))
    gone = Counter(entry.departure for entry in entries if isinstance(entry, Gone))
    counts = Counts(
        added=present[Outcome.ADDED],
        existing=present[Outcome.EXISTING],
        unattributed=present[Outcome.UNATTRIBUTED] + gone[Departure.UNATTRIBUTED],
        rejected=len(rejected),
        unconfirmed=sum(isinstance(entry, Unconfirmed) for entry in entries),
        unsent=tally.total - len(tally.entries),
        forgotten=forgotten,
        resubmitted=present[Outcome.RESUBMITTED],
        unsubscribed=gone[Departure.UNSUBSCRIBED],
        deleted=gone[Departure.DELETED],
        absent=gone[Departure.ABSENT],
        blocked=len(blocked),
    )
    return Report(
        plan.environment,
        counts,
        calls=tally.calls,
        retries=tally.retries,
        recovered=state.recovered,
        rejected=rejected,
        blocked=blocked,
        left_unattributed=gone[Departure.UNATTRIBUTED],
        digest=plan.digest,
        roster_digest=plan.roster_digest,
        planned=plan.summary,
        policy=plan.policy,
        wrote_lockfile=lockfile != state.on_disk,
    )


def report_before_run(plan: Plan) -> Report:
    """The report of an apply that sent nothing: there was nothing to carry out, or it was refused."""
    rejected, blocked = _apart(
        action for action in plan.actions if isinstance(action, StillRejected | Unremoved)
    )
    unsent = len(plan.adds) + len(plan.resubmissions) + len(plan.withdrawals)
    return Report(
        plan.environment,
        Counts(rejected=len(rejected), unsent=unsent, blocked=len(blocked)),
        rejected=rejected,
        blocked=blocked,
        digest=plan.digest,
        roster_digest=plan.roster_digest,
        planned=plan.summary,
        policy=plan.policy,
    )


def _standing(plan: Plan, roster: Roster, lockfile: Lockfile | None) -> list[StillRejected | Unremoved]:
    """All that stands refused in the lockfile as it is now."""
    if lockfile is None:
        return []
    return still_refused(plan, roster, lockfile)


def _apart(
    refused: Iterable[StillRejected | Unremoved],
) -> tuple[tuple[StillRejected | Unremoved, ...], tuple[Unremoved, ...]]:
    """Those whom the API refused, and those whom it calls blocked."""
    rejected: list[StillRejected | Unremoved] = []
    blocked: list[Unremoved] = []
    for member in refused:
        if isinstance(member, Unremoved) and member.reason == BLOCKED:
            blocked.append(member)
        else:
            rejected.append(member)
    return tuple(rejected), tuple(blocked)
