"""One environment's apply and its report, however it ends; and how the report is told."""

from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.apply.report import Report
from reconciler.apply.run import Wishes
from reconciler.cli.applying import Applying
from reconciler.cli.call_log import CallLog
from reconciler.cli.invocation import Invocation
from reconciler.cli.precedence import check_order
from reconciler.cli.provenance import provenance_of
from reconciler.errors import EXIT_INTERRUPTED, EXIT_INVALID, InvalidInput, ReconcilerError, UsageError
from reconciler.files import display_path
from reconciler.plan.saved import saved_digest
from reconciler.problems import Location, Problem
from reconciler.render.view import Format


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks of each environment's apply, beside its name."""

    invocation: Invocation
    wishes: Wishes
    plan_file: Path | None
    expect: str | None
    log_file: Path | None
    yes: bool
    in_order: bool


def crashed(name: str) -> Report:
    """The report that stands until there is a better one."""
    return Report(name, problems=(_CRASHED,), failure=EXIT_INVALID)


def not_begun(name: str) -> Report:
    """The report of an environment whose turn never came, for a signal came first."""
    return Report(name, problems=(_INTERRUPTED,), failure=EXIT_INTERRUPTED)


def reported(request: Request, name: str) -> Report:
    """The run's report, also of one that could not begin, was refused or interrupted."""
    try:
        if request.in_order:
            check_order(request.invocation, name)
        wishes = replace(request.wishes, expected=_expected(name, request.plan_file, request.expect))
        log = CallLog.opened(request.log_file) if request.log_file is not None else None
        report = Applying(request.invocation, name, wishes, request.yes, log).carry_out()
    except ReconcilerError as error:
        report = Report(name, problems=error.problems, failure=error.exit_code)
    except KeyboardInterrupt:
        report = not_begun(name)
    return replace(report, provenance=provenance_of(request.invocation.environ))


def tell(invocation: Invocation, report: Report) -> None:
    """Show the report, and say its problems in words."""
    tell_problems(invocation, report)
    if is_shown(invocation, report):
        invocation.show(invocation.view().report(report))
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


_CRASHED = Problem(("The run ended by an error in Reconciler itself.",))
_INTERRUPTED = Problem(("Interrupted before anything began.",))
_UNHEARD = Problem(("The run ended as reported, but not all of its progress could be written.",))


def _expected(name: str, plan_file: Path | None, expect: str | None) -> str | None:
    if plan_file is None:
        return expect
    if expect is not None:
        raise UsageError(Problem(("PLAN and --expect say the same thing twice.",), ("Give one of them.",)))
    try:
        data = plan_file.read_bytes()
    except OSError as error:
        message = f"The plan can't be read: {error.strerror}."
        raise InvalidInput(Problem((message,), location=Location(display_path(plan_file)))) from error
    return saved_digest(data, environment=name, file=display_path(plan_file))
