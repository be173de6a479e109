"""One apply in the contract's order: lock, journal, plan again, check, send, replace the lockfile.

To show the plan and to ask come before, and belong to the command.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reconciler.apply import stop_messages
from reconciler.apply.batches import cut
from reconciler.apply.journal import Journal, discard
from reconciler.apply.recovery import interrupted_run, take_in
from reconciler.apply.report import Report
from reconciler.apply.sender import send
from reconciler.apply.signals import Cause, Signals, Stop
from reconciler.apply.stats import Observer, RunStats, report_of
from reconciler.environment.model import Environment
from reconciler.errors import EXIT_INVALID, DiskFailure, Interrupted, InvalidInput, Refusal
from reconciler.lockfile.codec import digest
from reconciler.lockfile.file import LockfileFile
from reconciler.lockfile.lock import NO_PATIENCE, Patience, environment_lock
from reconciler.lockfile.model import Lockfile, Present
from reconciler.lockfile.state import KnownState, Lineage, commits_of
from reconciler.plan.guards import guard_problem
from reconciler.plan.model import Change, Day, Plan, Selection
from reconciler.plan.planner import make_plan
from reconciler.plan.saved import ReviewedPlan
from reconciler.problems import Problem
from reconciler.questionpro.panel import Panel
from reconciler.roster.model import Roster

Connect = Callable[[], AbstractAsyncContextManager[Panel]]


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What the command line asks of one apply.

    `expected` is the plan that was reviewed, None where any will do; `allowed` are the guards that
    are lifted; `most_calls` is how many calls may be spent, None where that doesn't matter; `day` is the
    one for which is planned, None where nobody's declaration expires; `selection` are the members that the
    apply is limited to, None for everyone.
    """

    expected: ReviewedPlan | None = None
    allowed: frozenset[str] = frozenset()
    retry_rejected: bool = False
    most_calls: int | None = None
    day: Day | None = None
    selection: Selection | None = None


def plan_for(
    environment: Environment, roster: Roster, lockfile: Lockfile | None, options: ApplyOptions
) -> Plan:
    """The plan that apply shows, and the same that it makes again under the lock."""
    return make_plan(
        environment,
        roster,
        lockfile,
        day=options.day,
        allowed=options.allowed,
        retry_rejected=options.retry_rejected,
        selection=options.selection,
    )


def objections(plan: Plan, options: ApplyOptions) -> tuple[Problem, ...]:
    """Why apply refuses this plan; empty if it doesn't. Deletions are a separate question."""
    expected = options.expected
    stale = () if expected is None or expected.digest == plan.digest else stop_messages.stale(expected, plan)
    return (*stale, *map(guard_problem, plan.refusals))


def must_agree_to_delete(plan: Plan, options: ApplyOptions) -> bool:
    """Whether people would be deleted without permission so far."""
    return bool(plan.deletions) and "delete" not in options.allowed


def run_apply(
    environment: Environment,
    roster: Roster,
    options: ApplyOptions,
    connect: Connect,
    observer: Observer,
    *,
    approved: str | None = None,
    shown: Plan | None = None,
    patience: Patience = NO_PATIENCE,
) -> Report:
    """Apply the plan; returns the report, however the run ended.

    Args:
        environment: the environment to apply.
        roster: everyone declared.
        options: what the command line asks for.
        connect: opens the connection to the panel; called only if there are members to send.
        observer: gets the progress.
        approved: the digest of the plan that the user approved; another one is not applied.
        shown: the plan that was shown, of these options; it is used again if the lockfile is still the same.
        patience: how long to wait for the lock.

    Raises:
        Refusal: the lock is held, a guard is exceeded, the plan is not the expected one.
        InvalidInput: lockfile or journal can't be read.
        DiskFailure: something could not be written before the first call.
        Interrupted: a signal came before the first call.
    """
    with (
        Signals() as signals,
        environment_lock(environment, patience._replace(is_over=lambda: signals.count > 0)),
    ):
        commits = commits_of(environment)
        state = take_in(environment)
        began_from = Lineage(digest(state.lockfile), commits)
        if shown is not None and shown.lockfile_digest == began_from.digest:
            plan = shown
        else:
            plan = plan_for(environment, roster, state.lockfile, options)
        try:
            _check(plan, options, approved)
        except Refusal:
            discard(environment)  # the lockfile has all of it now
            raise
        current = roster.on(options.day.today) if options.day else roster
        stats = RunStats(len(plan.operations), observer)
        run = _Run(environment, current, plan, state, began_from, stats, options.most_calls)
        return run.carry_out(connect, signals)


def _check(plan: Plan, options: ApplyOptions, approved: str | None) -> None:
    problems = objections(plan, options)
    if must_agree_to_delete(plan, options):
        problems = (*problems, stop_messages.deletes(plan.deletions))
    if not problems and approved not in (None, plan.digest):
        problems = (stop_messages.moved_on(),)
    if problems:
        raise Refusal(*problems)


@dataclass(frozen=True, slots=True)
class _Run:
    environment: Environment
    roster: Roster
    plan: Plan
    state: KnownState
    began_from: Lineage
    stats: RunStats
    most_calls: int | None

    def carry_out(self, connect: Connect, signals: Signals) -> Report:
        stats = self.stats
        stop = self._send(connect, signals) if self.plan.operations else None
        if stop is not None and stop.cause is Cause.SIGNAL and not stats.calls:
            discard(self.environment)
            raise Interrupted(stop_messages.interrupted(0, stats.total, 0))
        failed_at_once = stop is not None and stop.cause is Cause.DENIED and not stats.confirmed
        left = () if failed_at_once else self.plan.removes
        forgotten = frozenset(remove.key for remove in left if not remove.calls_the_api)
        try:
            lockfile, problems = self._write(forgotten)
            discard(self.environment)
        except (DiskFailure, InvalidInput) as error:  # the journal has the outcomes, so they can be shown too
            report = self._report(self.state.lockfile, 0)
            return replace(report, problems=error.problems, failure=EXIT_INVALID)
        report = self._report(lockfile, 0 if problems else len(forgotten))
        report = replace(report, problems=(*problems, *self._in_passing()))
        if stop is None or not stop.is_thrown:
            return report
        problem = stop.problem or stop_messages.interrupted(stats.confirmed, stats.total, stats.calls)
        return replace(
            report,
            problems=(*report.problems, problem),
            allowance_left=0 if stop.cause is Cause.ALLOWANCE else None,
            failure=EXIT_INVALID if failed_at_once else None,
            was_stopped=stop.cause is Cause.SIGNAL,
        )

    def _report(self, lockfile: Lockfile | None, forgotten: int) -> Report:
        return report_of(self.plan, self.roster, self.state, self.stats, lockfile, forgotten)

    def _send(self, connect: Connect, signals: Signals) -> Stop:
        environment = self.environment
        connection = connect()
        interrupted = interrupted_run(environment)
        pending = interrupted.pending if interrupted is not None else ()
        batches = cut(self.plan.operations, environment.api.batch_size, pending)
        journal = Journal.begin(environment, batches, self.began_from, started=utc_now())
        try:
            return asyncio.run(
                send(batches, connection, journal, environment, self.stats, signals, utc_now, self.most_calls)
            )
        finally:
            journal.close()

    def _write(self, forgotten: frozenset[str]) -> tuple[Lockfile | None, tuple[Problem, ...]]:
        """Replace the lockfile if there is news; returns it as it is now, and what kept news out of it."""
        if not (self.stats.entries or forgotten):
            return self.state.lockfile, ()
        here = LockfileFile(self.environment).read()
        if digest(here.lockfile if here is not None else None) != self.began_from.digest:
            # Git or a person replaced it meanwhile; the new one must not be lost.
            state = take_in(self.environment)
            return state.lockfile, (stop_messages.replaced_meanwhile(self.environment.lockfile_path),)
        before = self.state.lockfile or Lockfile(self.environment.name, self.environment.target)
        after = before.with_entries(self.stats.entries).forgetting(forgotten).renamed(self._name)
        LockfileFile(self.environment).write(after)
        return after, ()

    def _name(self, name: str) -> str:
        """How the lists name a departed person: as a hash, if they have nothing else by now."""
        names = self.roster.suppression.names_of(name)
        return names[0] if names else name

    def _in_passing(self) -> tuple[Problem, ...]:
        """What went wrong without ending the run."""
        stats = self.stats
        given_up = (stop_messages.given_up(reason, batches) for reason, batches in stats.given_up.items())
        not_updated = [stop_messages.not_updated(stats.not_updated)] if stats.not_updated else []
        kept = sorted(
            {
                change.field
                for sent in self.plan.actions
                if isinstance(sent, Change) and isinstance(stats.entries.get(sent.key), Present)
                for change in sent.changes
                if change.after is None
            }
        )
        not_cleared = [stop_messages.not_cleared(kept)] if kept else []
        return (*given_up, *stats.refused_alike, *not_updated, *not_cleared)


def utc_now() -> str:
    """The time as lockfile and journal write it: `2026-11-23T09:00:00Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
