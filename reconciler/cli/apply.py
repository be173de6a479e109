"""`reconciler apply`: show the plan, ask, carry it out, report."""

from dataclasses import replace
from pathlib import Path

import click

from reconciler.apply.report import Report
from reconciler.apply.run import Wishes
from reconciler.apply.signals import interruptible, uninterruptible
from reconciler.cli.applying import Applying
from reconciler.cli.call_log import CallLog
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import (
    allow_option,
    environment_argument,
    format_option,
    mask_option,
    retry_rejected_option,
    yes_option,
)
from reconciler.cli.provenance import provenance_of
from reconciler.cli.saving import check_place, save
from reconciler.errors import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_INVALID,
    InvalidInput,
    ReconcilerError,
    UsageError,
)
from reconciler.plan.saved import saved_digest
from reconciler.problem import Place, Problem
from reconciler.render.view import Format
from reconciler.shown_path import shown


@click.command
@environment_argument
@click.argument("plan_file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@click.option("--expect", metavar="DIGEST", help="Refuse unless the plan is the one with this digest.")
@allow_option
@retry_rejected_option
@yes_option
@click.option("--max-calls", type=click.IntRange(min=0), help="Stop before spending more calls than this.")
@click.option(
    "--log",
    "log_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also append a line for each call, as JSON, without personal data.",
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also save the report, as JSON, however the run ends.",
)
@format_option
@mask_option
@click.pass_obj
def apply(
    invocation: Invocation,
    name: str,
    *,
    plan_file: Path | None,
    expect: str | None,
    allow: tuple[str, ...],
    retry_rejected: bool,
    yes: bool,
    max_calls: int | None,
    log_file: Path | None,
    report_file: Path | None,
) -> int:
    """Carry out the plan for the panel of ENV, and record the outcomes in its lockfile.

    The plan is made anew and shown before the question. With PLAN, a file that `reconciler plan --out`
    saved, or with --expect, it is carried out only if it is still the same.

    What is confirmed is kept, whatever happens: an apply that was cut short is carried on by the next one.

    Example: reconciler apply production

    Example: reconciler apply production --yes --report report.json
    """
    if report_file is not None:
        check_place(report_file)
    report = Report(name, problems=(_CRASHED,), failure=EXIT_INVALID)
    try:
        wishes = Wishes(None, frozenset(allow), retry_rejected, max_calls)
        with interruptible():
            report = _reported(invocation, name, wishes, plan_file, expect, log_file, yes=yes)
        with uninterruptible():
            _tell(invocation, report)
    finally:
        if report_file is not None:
            with uninterruptible():
                save(report_file, _as_json(report))
    return report.exit_code or (EXIT_INVALID if invocation.could_not_tell else EXIT_DONE)


def _reported(
    invocation: Invocation,
    name: str,
    wishes: Wishes,
    plan_file: Path | None,
    expect: str | None,
    log_file: Path | None,
    *,
    yes: bool,
) -> Report:
    """The run's report, also of one that could not begin, was refused or interrupted."""
    try:
        wishes = replace(wishes, expected=_expected(name, plan_file, expect))
        log = CallLog.opened(log_file) if log_file is not None else None
        report = Applying(invocation, name, wishes, yes, log).carry_out()
    except ReconcilerError as error:
        report = Report(name, problems=error.problems, failure=error.exit_code)
    except KeyboardInterrupt:
        report = Report(name, problems=(_INTERRUPTED,), failure=EXIT_INTERRUPTED)
    return replace(report, provenance=provenance_of(invocation.environ))


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
        raise InvalidInput(Problem((message,), place=Place(shown(plan_file)))) from error
    return saved_digest(data, environment=name, file=shown(plan_file))


def _tell(invocation: Invocation, report: Report) -> None:
    if report.problems:
        invocation.tell_problems(report.problems)
    if report.failure is None or report.calls or invocation.format is not Format.TEXT:
        invocation.show(invocation.view().report(report))
    if invocation.could_not_tell:
        invocation.tell_problems((_UNHEARD,))


def _as_json(report: Report) -> str:
    from reconciler.render.json_view import JsonView  # noqa: PLC0415 - only where a report is saved

    return JsonView().report(report)
