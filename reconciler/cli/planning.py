"""The plans of one command: of each environment that it is about, or why there is none."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconciler.apply.recovery import KnownState, known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.pending import NOTHING_ODD, circumstances_of, lint_of
from reconciler.cli.remembered import Remembered
from reconciler.declaration import Declared, read_declaration
from reconciler.errors import InvalidInput, ReconcilerError
from reconciler.garbage import garbage_collection_paused, keep_to_the_end
from reconciler.lint.model import PlanLint
from reconciler.plan.model import Plan
from reconciler.plan.planner import make_plan
from reconciler.plan.share import Share
from reconciler.problems import Problem
from reconciler.render.listing import PlanListing
from reconciler.render.plan_words import PlanContext

if TYPE_CHECKING:
    from reconciler.merge_base import MergeBase


class Planned(NamedTuple):
    """One environment's plan; `would_act` tells whether apply would call the API or write the lockfile."""

    plan: Plan
    circumstances: PlanContext
    would_act: bool


@dataclass(frozen=True, slots=True)
class Planning:
    """What the command line asks of each plan. `before` is None where it is compared with nothing."""

    invocation: Invocation
    allow: tuple[str, ...]
    retry_rejected: bool
    saved: Path | None = None
    before: "MergeBase | None" = None

    def one(self, name: str, *, is_last: bool = False) -> Planned:
        """The plan of one environment. The last one's roster and lockfile stay until the program ends.

        Raises:
            ReconcilerError: its declaration, its lockfile or its journal can't be read, or a pull request
                edits the lockfile.
        """
        with garbage_collection_paused():
            return self._one(name, is_last=is_last)

    def _one(self, name: str, *, is_last: bool) -> Planned:
        remembered = self._remembered(name)
        plan = remembered.plan() if remembered else None
        if plan is not None:
            return Planned(plan, self._circumstances(name, KnownState(None, None)), would_act=False)
        declared, state = self._read(name)
        plan = make_plan(
            declared.environment,
            declared.roster,
            state.lockfile,
            day=self.invocation.day,
            allowed=frozenset(self.allow),
            retry_rejected=self.retry_rejected,
        )
        if remembered and not declared.unchecked:
            remembered.keep(plan)
        would_act = plan.has_something_to_apply or state.lockfile != state.on_disk
        share = self._share(declared)
        lint = lint_of(plan, share, declared.unchecked)
        if is_last:
            keep_to_the_end(declared, state, plan)
        return Planned(plan, self._circumstances(name, state, share, lint), would_act)

    def _remembered(self, name: str) -> Remembered | None:
        if self.before is not None:
            return None
        return Remembered(self.invocation.panels, name, self.invocation.day.today)

    def _read(self, name: str) -> tuple[Declared, KnownState]:
        declared = read_declaration(self.invocation.panels, name)
        if self.before is not None:
            wrong = (
                self.before.edited_lockfile(declared.environment),
                self.before.committed_working_folder(declared.environment.working_folder),
            )
            if problems := [problem for problem in wrong if problem is not None]:
                raise InvalidInput(*problems)
        return declared, known_state(declared.environment, declared.roster.members)

    def _circumstances(
        self, name: str, state: KnownState, share: Share | None = None, lint: PlanLint = NOTHING_ODD
    ) -> PlanContext:
        return circumstances_of(
            self.invocation,
            name,
            state,
            allow=self.allow,
            retry_rejected=self.retry_rejected,
            saved=self.saved,
            share=share,
            lint=lint,
        )

    def _share(self, declared: Declared) -> Share | None:
        if self.before is None:
            return None
        return self.before.share(declared.environment, declared.roster, self.invocation.day.today)


@dataclass
class Outcome:
    """What became of several plans, gathered as they are made."""

    planned: list[Planned] = field(default_factory=list)
    problems: dict[str, Problem] = field(default_factory=dict)
    unaffected: list[str] = field(default_factory=list)

    def listing(self, before: "MergeBase | None") -> PlanListing:
        """All of it, to be shown."""
        return PlanListing(
            plans=tuple((found.plan, found.circumstances) for found in self.planned),
            problems=tuple(self.problems.values()),
            unaffected=tuple(self.unaffected),
            taken_away=before.taken_away() if before else (),
            base=before.base if before else None,
        )


def several(planning: Planning, names: Sequence[str]) -> Outcome:
    """The plans of several environments; one that has none doesn't keep the others from theirs.

    Where they are compared with a merge base, those that nothing of theirs differs in are left out.
    """
    outcome = Outcome()
    for name in names:
        if planning.before is not None and not planning.before.affects(name):
            outcome.unaffected.append(name)
            continue
        try:
            outcome.planned.append(planning.one(name))
        except ReconcilerError as error:
            # A mistake in a file that several environments share is one mistake.
            outcome.problems |= {str(problem): problem for problem in error.problems}
    return outcome


@contextmanager
def compared(panels: Path, ref: str | None) -> Iterator["MergeBase | None"]:
    """The merge base of `ref`, or None where there is none to compare with.

    Raises:
        InvalidInput: as `merge_base`.
    """
    if ref is None:
        yield None
        return
    from reconciler.merge_base import merge_base  # noqa: PLC0415 - runs git; most plans compare with nothing

    with merge_base(panels, ref) as before:
        yield before
