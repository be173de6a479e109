"""One apply as its user sees it: the plan, the question, the run."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from reconciler.apply import ending
from reconciler.apply.recovery import KnownState, known_state
from reconciler.apply.report import Report
from reconciler.apply.reporting import report_before_run
from reconciler.apply.run import (
    Connect,
    Shown,
    Wishes,
    must_agree_to_delete,
    objections,
    plan_for,
    run_apply,
)
from reconciler.cli.call_log import CallLog
from reconciler.cli.connection import connector
from reconciler.cli.invocation import Invocation
from reconciler.cli.pending import circumstances_of, lint_of
from reconciler.cli.progress import observer_for
from reconciler.cli.question import confirm
from reconciler.declaration import Declared, read_declaration
from reconciler.environment.model import Environment
from reconciler.errors import ReconcilerError
from reconciler.lockfile.store import check_known
from reconciler.panel import Panel
from reconciler.plan.model import Plan
from reconciler.render.counted import counted
from reconciler.render.view import Format
from reconciler.render.visible import visible


@dataclass(frozen=True, slots=True)
class Applying:
    """What the command line says; `log` is None where no calls are logged."""

    invocation: Invocation
    name: str
    wishes: Wishes
    yes: bool
    log: CallLog | None

    def carry_out(self) -> Report:
        """Show the plan, ask, and do it; with nothing to do, neither ask nor need a key.

        Raises:
            ReconcilerError: the declaration, the lockfile or the journal can't be read, or part of the
                suppression lists can't be checked here.
        """
        declared = read_declaration(self.invocation.panels, self.name)
        declared.require_checked()
        state = known_state(declared.environment, declared.roster.members)
        plan = plan_for(declared.environment, declared.roster, state.lockfile, self.wishes)
        self._show(plan, state)
        try:
            return self._go_on(declared, state, plan)
        except ReconcilerError as error:
            return replace(report_before_run(plan), problems=error.problems, failure=error.exit_code)

    def _go_on(self, declared: Declared, state: KnownState, plan: Plan) -> Report:
        is_refused = bool(objections(plan, self.wishes))
        if not (is_refused or plan.has_something_to_apply or state.is_recovered):
            return report_before_run(plan)
        check_known(declared.environment)
        connect = connector(declared.environment) if plan.calls_the_api else None
        # A plan that is refused goes on to the lock all the same: the journal is taken in, and then it is.
        wishes = self.wishes
        if plan.has_something_to_apply and not is_refused:
            confirm(f"Carry this out for {_destination(declared.environment)}?", yes=self.yes)
            wishes = self._agreed_to_delete(declared.environment, plan)
        return self._run(declared, wishes, connect, Shown(plan, state.lockfile, self.wishes))

    def _agreed_to_delete(self, environment: Environment, plan: Plan) -> Wishes:
        """What the command line says, and what is said now of people who would be deleted."""
        if not must_agree_to_delete(plan, self.wishes):
            return self.wishes
        who = counted(plan.deletions, "person", "people")
        question = f"This deletes {who} for good from the panel of {_destination(environment)}. Delete them?"
        confirm(question, without_terminal=ending.deletes(plan.deletions))
        return replace(self.wishes, allowed=self.wishes.allowed | {"delete"})

    def _run(self, declared: Declared, wishes: Wishes, connect: Connect | None, shown: Shown) -> Report:
        environment = declared.environment
        approved = None if self.yes else shown.plan.digest
        observer = observer_for(self.invocation, self.log)

        def opened() -> AbstractAsyncContextManager[Panel]:
            # Where the plan that was shown has nobody to push, the one made under the lock seldom has either.
            return (connect or connector(environment))()

        report = run_apply(
            environment, declared.roster, wishes, opened, observer, approved=approved, shown=shown
        )
        publish = self.invocation.command_line("state", "publish", environment.name)
        return replace(report, publish=publish if environment.lockfile_branch else None)

    def _show(self, plan: Plan, state: KnownState) -> None:
        """Results go to standard output; where the result is a JSON object or a comment, the plan doesn't."""
        wishes = self.wishes
        circumstances = circumstances_of(
            self.invocation,
            self.name,
            state,
            allow=sorted(wishes.allowed),
            retry_rejected=wishes.retry_rejected,
            is_applying=True,
            lint=lint_of(plan),
        )
        if self.invocation.format is Format.TEXT:
            self.invocation.show(self.invocation.view().plan(plan, circumstances) + "\n")
        else:
            self.invocation.tell(self.invocation.words().plan(plan, circumstances))


def _destination(environment: Environment) -> str:
    """Where the question leads: the environment, its target, and where the key comes from."""
    key = environment.api_key
    with_key = f", with the key in {key.described(environment.folder)}" if key else ""
    return visible(f"{environment.name} ({environment.target}{with_key})")
