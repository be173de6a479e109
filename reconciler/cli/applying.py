"""Applying one environment, or one after the other: connection, question, report; and who ran it in CI."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.apply import stop_messages
from reconciler.apply.recovery import known_state
from reconciler.apply.report import Provenance, Report
from reconciler.apply.run import (
    ApplyOptions,
    Connect,
    Shown,
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
from reconciler.errors import EXIT_INTERRUPTED, InvalidInput, ReconcilerError, UsageError
from reconciler.files import display_path
from reconciler.interruption import interruptible
from reconciler.lockfile.lock import Patience
from reconciler.lockfile.state import KnownState, check_known
from reconciler.output.documents.plan import plan_screen
from reconciler.output.documents.report import report_screen
from reconciler.output.render import Format
from reconciler.plan.model import Plan
from reconciler.plan.saved import ReviewedPlan, read_saved_plan
from reconciler.problems import Location, Problem, counted
from reconciler.questionpro.panel import Panel

if TYPE_CHECKING:
    from reconciler.questionpro.client import QuestionProPanel


def provenance_of(environ: Mapping[str, str], folder: Path | None = None) -> Provenance | None:
    """What CI says about this run; None outside CI.

    The commit is the one that is checked out around `folder`, which may be newer than the event's.
    """
    from reconciler.ci import provenance_on  # noqa: PLC0415 - only in CI

    found = provenance_on(environ)
    return Provenance(_checked_out(folder) or found.commit, found.run, found.actor) if found else None


def _checked_out(folder: Path | None) -> str | None:
    """The commit of HEAD; None if git doesn't know, which is no reason for a report to fail."""
    from reconciler.git.repository import Repository  # noqa: PLC0415 - only in CI

    try:
        repository = Repository.find(folder) if folder is not None else None
    except InvalidInput:
        return None
    return repository.commit_of("HEAD") if repository is not None else None


# Which panel an environment talks to, and how it is opened: the vendor over the network, or the sandbox.


def connector(environment: Environment) -> "Callable[[], QuestionProPanel]":
    """What opens the connection, once it is called. The key is read now, so that a missing one is said first.

    Raises:
        InvalidInput: the key is missing or can't be used.
        Refusal: `RECONCILER_HOSTS` doesn't name the target's host.
    """
    from reconciler.questionpro.client import QuestionProPanel  # noqa: PLC0415 - loads httpx

    timeout = environment.api.timeout
    from reconciler.questionpro.key import key_for  # noqa: PLC0415 - only if there are members to send

    key = key_for(environment)
    if key is None:
        from reconciler.sandbox.embedded import EMBEDDED_ADDRESS, embedded_transport  # noqa: PLC0415 - loads SQLite

        def embedded() -> QuestionProPanel:
            transport = embedded_transport(environment)
            return QuestionProPanel(EMBEDDED_ADDRESS, None, timeout, transport=transport)

        return embedded

    return lambda: QuestionProPanel(environment.target, key, timeout)


# One apply as its user sees it: the plan, the question, the run.


@dataclass(frozen=True, slots=True)
class Applying:
    """What the command line says, and what it is about; `state` is as it was before the lock.

    `log` is None if no calls are logged. `wait` is in seconds.
    """

    invocation: Invocation
    declared: Declared
    state: KnownState
    options: ApplyOptions
    yes: bool
    log: CallLog | None
    wait: float = 0.0

    def carry_out(self) -> Report:
        """Show the plan, ask, and apply it; with nothing to do, don't ask and need no key."""
        environment = self.declared.environment
        plan = plan_for(environment, self.declared.roster, self.state.lockfile, self.options)
        self._show(plan, shared_key_warnings(self.invocation.panels, environment))
        try:
            return self._go_on(plan)
        except ReconcilerError as error:
            return replace(report_before_run(plan), problems=error.problems, failure=error.exit_code)

    def _go_on(self, plan: Plan) -> Report:
        environment, state = self.declared.environment, self.state
        is_refused = bool(objections(plan, self.options))
        if not (is_refused or plan.has_something_to_apply or state.is_recovered):
            return report_before_run(plan)
        check_known(environment)
        connect = connector(environment) if plan.calls_the_api else None
        # A refused plan still gets the lock: the journal is merged first, then the plan is refused.
        options = self.options
        if plan.has_something_to_apply and not is_refused:
            confirm(f"Apply this to {self._destination(environment)}?", yes=self.yes)
            options = self._agreed_to_delete(plan)
        return self._run(options, connect, Shown(plan, state.lockfile, self.options))

    def _agreed_to_delete(self, plan: Plan) -> ApplyOptions:
        """What the command line says, and what is said now of people who would be deleted."""
        if not must_agree_to_delete(plan, self.options):
            return self.options
        who = counted(plan.deletions, "person", "people")
        panel = self._destination(self.declared.environment)
        question = f"This permanently deletes {who} from the panel of {panel}. Delete them?"
        confirm(question, without_terminal=stop_messages.deletes(plan.deletions))
        return replace(self.options, allowed=self.options.allowed | {"delete"})

    def _run(self, options: ApplyOptions, connect: Connect | None, shown: Shown) -> Report:
        environment = self.declared.environment
        approved = None if self.yes else shown.plan.digest
        observer = observer_for(self.invocation, self.log)

        def opened() -> AbstractAsyncContextManager[Panel]:
            # Where the plan that was shown has nobody to push, the one made under the lock seldom has either.
            return (connect or connector(environment))()

        report = run_apply(
            environment,
            self.declared.roster,
            options,
            opened,
            observer,
            approved=approved,
            shown=shown,
            patience=Patience(self.wait, self._tell_of_the_wait),
        )
        publish = self.invocation.command_line("state", "publish", environment.name)
        return replace(report, publish=publish if environment.lockfile_branch else None)

    def _tell_of_the_wait(self, holder: str) -> None:
        name = self.declared.environment.name
        line = f"Waiting for up to {self.wait:g} s: another run is writing to {name}, {holder}."
        self.invocation.tell(line)

    def _show(self, plan: Plan, odd: tuple[Problem, ...]) -> None:
        """Results go to standard output; where the result is a JSON object or a comment, the plan doesn't."""
        options = self.options
        context = context_of(
            self.invocation,
            plan.environment,
            self.state,
            allow=sorted(options.allowed),
            retry_rejected=options.retry_rejected,
            is_applying=True,
            lint=lint_of(self.declared.environment, plan, others=odd),
            members=plan.selection.members if plan.selection else (),
        )
        if self.invocation.format is Format.TEXT:
            self.invocation.show(plan_screen(plan, context))
            self.invocation.say("")
        else:
            self.invocation.tell_document(plan_screen(plan, context).document())

    def _destination(self, environment: Environment) -> str:
        return self.invocation.line(destination(environment))


def destination(environment: Environment) -> str:
    """Where the question leads: the environment, its target, and where the key comes from."""
    key = environment.api_key
    with_key = f", with the key in {key.described(environment.folder)}" if key else ""
    return f"{environment.name} ({environment.target}{with_key})"


# One environment's apply and its report, however it ends; and how the report is shown.


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks of each environment's apply, beside its name."""

    invocation: Invocation
    options: ApplyOptions
    asked: AskedMembers
    plan_file: Path | None
    expect: str | None
    log_file: Path | None
    yes: bool
    in_order: bool
    wait: float


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
    options = replace(request.options, expected=reviewed, selection=selection)
    with CallLog.opened(request.log_file) if request.log_file is not None else nullcontext() as log:
        return Applying(
            request.invocation, declared, state, options, request.yes, log, request.wait
        ).carry_out()


def tell(invocation: Invocation, report: Report) -> None:
    """Show the report, and say its problems in words."""
    tell_problems(invocation, report)
    if is_shown(invocation, report):
        invocation.show(report_screen(report))
    tell_unheard(invocation)


def is_shown(invocation: Invocation, report: Report) -> bool:
    """Whether the report says more than its problems do, which text says on standard error."""
    return report.failure is None or report.calls > 0 or invocation.format is not Format.TEXT


def tell_problems(invocation: Invocation, report: Report) -> None:
    """Say the report's problems in words."""
    if report.problems:
        invocation.tell_problems(report.problems)


def tell_unheard(invocation: Invocation) -> None:
    """Say that not all could be said, where that is so."""
    if invocation.could_not_tell:
        invocation.tell_problems((_UNHEARD,))


_UNHEARD = Problem(("The run ended as reported, but not all of its progress could be written.",))


def _expected(name: str, plan_file: Path | None, expect: str | None) -> ReviewedPlan | None:
    if plan_file is None:
        return None if expect is None else ReviewedPlan(expect)
    if expect is not None:
        raise UsageError(Problem(("PLAN and --expect say the same thing twice.",), ("Give one of them.",)))
    try:
        data = plan_file.read_bytes()
    except OSError as error:
        message = f"The plan can't be read: {error.strerror}."
        raise InvalidInput(Problem((message,), location=Location(display_path(plan_file)))) from error
    return read_saved_plan(data, environment=name, file=display_path(plan_file))
