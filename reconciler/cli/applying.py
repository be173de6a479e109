"""Applying one environment, or one after the other: connection, question, report; and who ran it in CI."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.apply import stop_messages
from reconciler.apply.recovery import known_state
from reconciler.apply.report import Provenance, Report
from reconciler.apply.run import (
    ApplyOptions,
    Connect,
    must_agree_to_delete,
    objections,
    plan_for,
    run_apply,
)
from reconciler.apply.stats import report_before_run
from reconciler.cli.failures import INTERRUPTED, explained
from reconciler.cli.invocation import Invocation
from reconciler.cli.planning import check_order, context_of, lint_of
from reconciler.cli.progress import CallLog, observer_for
from reconciler.cli.selection import AskedMembers
from reconciler.cli.terminal import confirm
from reconciler.declaration import Declared, read_declaration
from reconciler.environment.model import Environment
from reconciler.environment.overview import shared_key_warnings
from reconciler.errors import EXIT_INTERRUPTED, InvalidInput, ReconcilerError
from reconciler.files import display_path, read_named
from reconciler.interruption import interruptible
from reconciler.lockfile.lock import Patience
from reconciler.lockfile.state import KnownState, check_known
from reconciler.output.documents.plan import plan_screen
from reconciler.output.documents.report import report_screen
from reconciler.output.render import Format
from reconciler.plan.model import Plan
from reconciler.plan.saved import ReviewedPlan, read_saved_plan
from reconciler.problems import Problem, counted
from reconciler.questionpro.panel import Panel

if TYPE_CHECKING:
    from reconciler.questionpro.client import QuestionProPanel


def provenance_of(environ: Mapping[str, str], folder: Path | None = None) -> Provenance | None:
    """What CI says about this run; None outside CI.

    The commit is the one that is checked out around `folder`, which may be newer than the event's. That git
    doesn't know it is no reason for a report to fail.
    """
    from reconciler.ci import provenance_on  # noqa: PLC0415 - only in CI

    found = provenance_on(environ)
    if found is None:
        return None
    from reconciler.git.repository import Repository  # noqa: PLC0415 - only in CI

    repository = None
    if folder is not None:
        with suppress(InvalidInput):
            repository = Repository.find(folder)
    checked_out = repository.commit_of("HEAD") if repository else None
    return Provenance(checked_out or found.commit, found.run, found.actor)


def connector(environment: Environment) -> "Callable[[], QuestionProPanel]":
    """What opens the connection, to the vendor over the network or to the sandbox, once it is called.

    The key is read now, so that a missing one is said first.

    Raises:
        InvalidInput: the key is missing or can't be used.
        Refusal: `RECONCILER_HOSTS` doesn't name the target's host.
    """
    from reconciler.questionpro.client import QuestionProPanel  # noqa: PLC0415 - loads httpx
    from reconciler.questionpro.key import key_for  # noqa: PLC0415 - only if there are members to send

    timeout = environment.api.timeout
    key = key_for(environment)
    if key is not None:
        return lambda: QuestionProPanel(environment.target, key, timeout)
    from reconciler.sandbox.embedded import EMBEDDED_ADDRESS, embedded_transport  # noqa: PLC0415 - loads SQLite

    return lambda: QuestionProPanel(
        EMBEDDED_ADDRESS, None, timeout, transport=embedded_transport(environment)
    )


def destination(environment: Environment) -> str:
    """Where the question leads: the environment, its target, and where the key comes from."""
    key = environment.api_key
    with_key = f", with the key in {key.described(environment.folder)}" if key else ""
    return f"{environment.name} ({environment.target}{with_key})"


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks of each environment's apply, beside its name. `wait` is in seconds."""

    invocation: Invocation
    options: ApplyOptions
    asked: AskedMembers
    plan_file: Path | None
    expect: str | None
    log_file: Path | None
    yes: bool
    in_order: bool
    wait: float


# One environment's apply as its user sees it: the plan, the question, the run.


@dataclass(frozen=True, slots=True)
class _Applying:
    """One environment's part of a request, whose `options` are complete; `state` is as before the lock."""

    request: Request
    declared: Declared
    state: KnownState
    log: CallLog | None

    def carry_out(self) -> Report:
        """Show the plan, ask, and apply it; with nothing to do, don't ask and need no key."""
        plan = plan_for(self._environment, self.declared.roster, self.state.lockfile, self.request.options)
        self._show(plan)
        try:
            return self._go_on(plan)
        except ReconcilerError as error:
            return replace(report_before_run(plan), problems=error.problems, failure=error.exit_code)

    @property
    def _environment(self) -> Environment:
        return self.declared.environment

    def _go_on(self, plan: Plan) -> Report:
        options = self.request.options
        is_refused = bool(objections(plan, options))
        if not (is_refused or plan.has_something_to_apply or self.state.is_recovered):
            return report_before_run(plan)
        check_known(self._environment)
        connect = connector(self._environment) if plan.calls_the_api else None
        # A refused plan still gets the lock: the journal is merged first, then the plan is refused.
        if plan.has_something_to_apply and not is_refused:
            where = self.request.invocation.line(destination(self._environment))
            confirm(f"Apply this to {where}?", yes=self.request.yes)
            if must_agree_to_delete(plan, options):
                who = counted(plan.deletions, "person", "people")
                question = f"This permanently deletes {who} from the panel of {where}. Delete them?"
                confirm(question, without_terminal=stop_messages.deletes(plan.deletions))
                options = replace(options, allowed=options.allowed | {"delete"})
        return self._run(options, connect, plan)

    def _run(self, options: ApplyOptions, connect: Connect | None, shown: Plan) -> Report:
        environment, invocation = self._environment, self.request.invocation

        def opened() -> AbstractAsyncContextManager[Panel]:
            # Where the plan that was shown has nobody to push, the one made under the lock seldom has either.
            return (connect or connector(environment))()

        report = run_apply(
            environment,
            self.declared.roster,
            options,
            opened,
            observer_for(invocation, self.log),
            approved=None if self.request.yes else shown.digest,
            shown=shown,
            patience=Patience(self.request.wait, self._tell_of_the_wait),
        )
        publish = invocation.command_line("state", "publish", environment.name)
        return replace(report, publish=publish if environment.lockfile_branch else None)

    def _tell_of_the_wait(self, holder: str) -> None:
        seconds, name = self.request.wait, self._environment.name
        self.request.invocation.tell(
            f"Waiting for up to {seconds:g} s: another run is writing to {name}, {holder}."
        )

    def _show(self, plan: Plan) -> None:
        """Results go to standard output; where the result is a JSON object or a comment, the plan doesn't."""
        invocation, options = self.request.invocation, self.request.options
        odd = shared_key_warnings(invocation.panels, self._environment)
        context = context_of(
            invocation,
            plan.environment,
            self.state,
            allow=sorted(options.allowed),
            retry_rejected=options.retry_rejected,
            is_applying=True,
            lint=lint_of(self._environment, plan, others=odd),
            members=plan.selection.members if plan.selection else (),
        )
        if invocation.format is Format.TEXT:
            invocation.show(plan_screen(plan, context))
            invocation.say("")
        else:
            invocation.tell_document(plan_screen(plan, context).document())


# Its report, however it ends; and how the report is shown.


def not_begun(name: str) -> Report:
    """The report of an environment whose turn never came, for a signal came first."""
    return Report(name, problems=(INTERRUPTED,), failure=EXIT_INTERRUPTED)


def ended_by(name: str, error: Exception) -> Report:
    """The report of an environment whose apply an error ended."""
    code, problems = explained(error)
    return Report(name, problems=tuple(problems), failure=code)


def reported(request: Request, name: str) -> Report:
    """The run's report, also of one that could not begin, was refused or interrupted."""
    try:
        with interruptible():  # until the run itself begins, which ends well after a signal
            report = _carried_out(request, name)
    except KeyboardInterrupt:
        report = not_begun(name)
    except Exception as error:  # noqa: BLE001 - no failure keeps other environments from their turn
        report = ended_by(name, error)
    return replace(report, provenance=provenance_of(request.invocation.environ, request.invocation.panels))


def _carried_out(request: Request, name: str) -> Report:
    if request.in_order:
        check_order(request.invocation, name)
    reviewed = _expected(name, request.plan_file, request.expect)
    asked = request.asked
    if reviewed is not None and reviewed.members is not None:
        asked = AskedMembers(reviewed.members, must_be_known=False)
    declared = read_declaration(request.invocation.panels, name)
    declared.require_checked()
    state = known_state(declared.environment)
    selection = asked.selection(declared, state.lockfile)
    complete = replace(request, options=replace(request.options, expected=reviewed, selection=selection))
    with CallLog.opened(request.log_file) if request.log_file is not None else nullcontext() as log:
        return _Applying(complete, declared, state, log).carry_out()


def tell(invocation: Invocation, report: Report) -> None:
    """Show the report, and say its problems in words."""
    invocation.tell_problems(report.problems)
    if is_shown(invocation, report):
        invocation.show(report_screen(report))
    tell_unheard(invocation)


def is_shown(invocation: Invocation, report: Report) -> bool:
    """Whether the report says more than its problems do, which text says on standard error."""
    return report.failure is None or report.calls > 0 or invocation.format is not Format.TEXT


def tell_unheard(invocation: Invocation) -> None:
    """Say that not all could be said, where that is so."""
    if invocation.could_not_tell:
        message = "The run ended as reported, but not all of its progress could be written."
        invocation.tell_problems([Problem((message,))])


def _expected(name: str, plan_file: Path | None, expect: str | None) -> ReviewedPlan | None:
    if plan_file is None:
        return None if expect is None else ReviewedPlan(expect)
    return read_saved_plan(read_named(plan_file), environment=name, file=display_path(plan_file))
