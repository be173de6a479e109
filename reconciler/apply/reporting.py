"""What a run has learnt → its report."""

from reconciler.apply.recovery import KnownState
from reconciler.apply.report import Counts, Report
from reconciler.apply.tally import Tally
from reconciler.lockfile.model import Lockfile, Outcome, Present, Unconfirmed
from reconciler.member import identical
from reconciler.plan.model import Plan, StillRejected
from reconciler.roster.model import Roster


def report_of(
    plan: Plan, roster: Roster, state: KnownState, tally: Tally, lockfile: Lockfile | None, forgotten: int
) -> Report:
    """The report of a run that ended by itself; `lockfile` is as it stands now, None where there is none."""
    proven = [entry.outcome for entry in tally.entries.values() if isinstance(entry, Present)]
    rejected = _still_rejected(roster, lockfile)
    counts = Counts(
        added=proven.count(Outcome.ADDED),
        existing=proven.count(Outcome.EXISTING),
        unattributed=proven.count(Outcome.UNATTRIBUTED),
        rejected=len(rejected),
        unconfirmed=sum(isinstance(entry, Unconfirmed) for entry in tally.entries.values()),
        unsent=tally.total - len(tally.entries),
        forgotten=forgotten,
    )
    return Report(
        plan.environment,
        counts,
        calls=tally.calls,
        retries=tally.retries,
        recovered=state.recovered,
        rejected=rejected,
        digest=plan.digest,
        roster_digest=plan.roster_digest,
        planned=plan.summary,
        wrote_lockfile=lockfile != state.on_disk,
    )


def report_before_run(plan: Plan) -> Report:
    """The report of an apply that sent nothing: there was nothing to carry out, or it was refused."""
    rejected = tuple(action for action in plan.actions if isinstance(action, StillRejected))
    counts = Counts(rejected=len(rejected), unsent=len(plan.adds))
    return Report(
        plan.environment,
        counts,
        rejected=rejected,
        digest=plan.digest,
        roster_digest=plan.roster_digest,
        planned=plan.summary,
    )


def _still_rejected(roster: Roster, lockfile: Lockfile | None) -> tuple[StillRejected, ...]:
    rejected = lockfile.rejected if lockfile else {}
    return tuple(
        StillRejected(key, roster.members[key].source, entry.reason, entry.attributes)
        for key, entry in sorted(rejected.items())
        if key in roster.members and identical(roster.members[key].attributes, entry.attributes)
    )
