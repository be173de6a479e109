"""What is said beside a plan: the journal of an interrupted run, what applies it, what looks odd."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.apply.recovery import known_state
from reconciler.cli.failures import explained
from reconciler.cli.invocation import Invocation
from reconciler.cli.selection import EVERYONE, AskedMembers
from reconciler.declaration import Declared, read_declaration
from reconciler.environment.model import Environment
from reconciler.environment.overview import shared_key_warnings
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput, ReconcilerError, Refusal
from reconciler.lint.model import PlanLint
from reconciler.lockfile.state import KnownState
from reconciler.output.plan_json import PlanContext, PlanListing
from reconciler.output.wording import interrupted_run, plan_sentence
from reconciler.plan.model import Plan
from reconciler.plan.planner import make_plan
from reconciler.plan.pull_request import PullRequestChanges
from reconciler.problems import Problem
from reconciler.warning_codes import CORRECTED_ADDRESS

if TYPE_CHECKING:
    from reconciler.merge_base import MergeBase


NOTHING_ODD = PlanLint()


def tell_of_journal(invocation: Invocation, name: str, known: KnownState) -> None:
    """Say that what is shown is not yet in the lockfile, where that is so."""
    if known.is_recovered:
        recover = invocation.command_line("state", "recover", name)
        invocation.tell_problems([interrupted_run(f"`{recover}`")])


def context_of(
    invocation: Invocation,
    name: str,
    known: KnownState,
    *,
    allow: Iterable[str] = (),
    retry_rejected: bool = False,
    saved: Path | None = None,
    is_applying: bool = False,
    pull_request: PullRequestChanges | None = None,
    lint: PlanLint = NOTHING_ODD,
    members: Sequence[str] = (),
) -> PlanContext:
    """What a reader of the plan should know beside it: what applies just this plan, and of the journal."""
    context = PlanContext(
        is_recovered=known.is_recovered,
        is_applying=is_applying,
        pull_request=pull_request,
        unfetched=known.unfetched,
        conflicts=known.conflicts,
        lint=lint,
        today=invocation.today,
        allowed=tuple(allow),
        retry_rejected=retry_rejected,
    )
    return context.with_commands(invocation.command_line, name, str(saved) if saved else None, members)


def lint_of(
    environment: Environment,
    plan: Plan,
    pull_request: PullRequestChanges | None = None,
    others: tuple[Problem, ...] = (),
) -> PlanLint:
    """The warnings of a plan, or of a pull request's changes, behind `others`; without ignored ones."""
    found = PlanLint()
    if plan.summary.add:
        from reconciler.lint.warnings import plan_lint  # noqa: PLC0415 - most plans add nobody

        found = plan_lint(pull_request.own(plan) if pull_request else plan.actions)
    accepted = environment.warnings
    return PlanLint(
        accepted.without_ignored((*others, *found.warnings)),
        () if CORRECTED_ADDRESS in accepted.ignore else found.corrections,
    )


@dataclass(frozen=True, slots=True)
class Planning:
    """What the command line asks of each plan. `before` is None where it is compared with nothing."""

    invocation: Invocation
    allow: tuple[str, ...]
    retry_rejected: bool
    saved: Path | None = None
    before: "MergeBase | None" = None
    asked: AskedMembers = EVERYONE

    def one(self, name: str) -> tuple[Plan, PlanContext]:
        """The plan of one environment, and what a reader should know beside it.

        Raises:
            ReconcilerError: its declaration, its lockfile or its journal can't be read, or a pull request
                edits the lockfile.
        """
        declared, state = self._read(name)
        plan = make_plan(
            declared.environment,
            declared.roster,
            state.lockfile,
            day=self.invocation.day,
            allowed=frozenset(self.allow),
            retry_rejected=self.retry_rejected,
            selection=self.asked.selection(declared, state.lockfile),
        )
        pull_request = None
        if self.before is not None:
            pull_request = self.before.pull_request_changes(
                declared.environment, declared.roster, self.invocation.day.today
            )
        odd = shared_key_warnings(self.invocation.panels, declared.environment)
        lint = lint_of(declared.environment, plan, pull_request, (*odd, *declared.unchecked))
        context = context_of(
            self.invocation,
            name,
            state,
            allow=self.allow,
            retry_rejected=self.retry_rejected,
            saved=self.saved,
            pull_request=pull_request,
            lint=lint,
            members=self.asked.names,
        )
        would_act = plan.has_something_to_apply or state.lockfile != state.on_disk
        return plan, context._replace(would_act=would_act)

    def _read(self, name: str) -> tuple[Declared, KnownState]:
        declared = read_declaration(self.invocation.panels, name)
        if self.before is not None:
            wrong = (
                self.before.edited_lockfile(declared.environment),
                self.before.committed_working_folder(declared.environment.working_folder),
            )
            if problems := [problem for problem in wrong if problem is not None]:
                raise InvalidInput(*problems)
        return declared, known_state(declared.environment)


def several(planning: Planning, names: Sequence[str]) -> PlanListing:
    """The plans of several environments; one that has none doesn't keep the others from theirs.

    Where they are compared with a merge base, those that nothing of theirs differs in are left out.
    """
    before = planning.before
    plans: list[tuple[Plan, PlanContext]] = []
    problems: dict[str, Problem] = {}
    unaffected: list[str] = []
    for name in names:
        try:
            if before is not None and not before.affects(name):
                unaffected.append(name)
            else:
                plans.append(planning.one(name))
        except Exception as error:  # noqa: BLE001 - no failure keeps other environments from their plan
            # A mistake in a file that several environments share is one mistake.
            problems |= {str(problem): problem for problem in explained(error)[1]}
    listing = PlanListing(tuple(plans), tuple(problems.values()), tuple(unaffected))
    return listing._replace(taken_away=before.taken_away(), base=before.base) if before else listing


@contextmanager
def compared(invocation: Invocation, ref: str | None) -> Iterator["MergeBase | None"]:
    """The merge base of `ref`, or None where there is none to compare with."""
    if ref is None:
        yield None
        return
    from reconciler.merge_base import merge_base  # noqa: PLC0415 - runs git; most plans compare with nothing

    with merge_base(invocation.panels, ref, invocation.request) as before:
        yield before


# Which environment must be applied before which: what `after` says, held against what is applied.


def check_order(invocation: Invocation, name: str) -> None:
    """Refuse to begin while an environment that this one comes after is not applied.

    Raises:
        Refusal: one has something to apply, has members who are still rejected, or can't be planned.
        InvalidInput: there is no environment of this name.
    """
    found = (_unapplied(invocation, name, other) for other in try_environment(invocation.panels, name).after)
    if problems := tuple(problem for problem in found if problem is not None):
        raise Refusal(*problems)


def held_back(name: str, other: str) -> Problem:
    """Why an environment's turn doesn't come: another one, which it comes after, is not applied."""
    return Problem((f"{name} comes after {other}, and {other} is not applied.",), (f"Apply {other} first.",))


def _unapplied(invocation: Invocation, name: str, other: str) -> Problem | None:
    try:
        plan, context = Planning(invocation, (), retry_rejected=False).one(other)
    except ReconcilerError as error:
        first = error.problems[0]
        where = f"{first.location}: " if first.location else ""
        return Problem(held_back(name, other).message, ("Its plan can't be made: ", where, *first.message))
    if not context.would_act and not plan.summary.rejected:
        return None
    why = f"{plan_sentence(plan)} Apply {other} first, or leave out --in-order."
    return Problem(held_back(name, other).message, (why,))
