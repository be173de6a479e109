"""`reconciler apply`: show the plan, ask, carry it out, report."""

from pathlib import Path

import click

from reconciler.apply.report import Report
from reconciler.apply.run import Wishes
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
from reconciler.cli.saving import save
from reconciler.errors import EXIT_INTERRUPTED, EXIT_INVALID, InvalidInput, ReconcilerError, UsageError
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
    report = Report(name, problems=(_CRASHED,), failure=EXIT_INVALID)
    try:
        wishes = Wishes(_expected(name, plan_file, expect), frozenset(allow), retry_rejected, max_calls)
        log = CallLog.opened(log_file) if log_file is not None else None
        report = Applying(invocation, name, wishes, yes, log).carry_out()
    except UsageError:
        raise
    except ReconcilerError as error:
        report = Report(name, problems=error.problems, failure=error.exit_code)
    except KeyboardInterrupt:
        report = Report(name, problems=(_INTERRUPTED,), failure=EXIT_INTERRUPTED)
    finally:
        if report_file is not None:
            save(report_file, _as_json(report))
    _tell(invocation, report)
    if invocation.could_not_tell:
        invocation.tell_problems((_UNHEARD,))
        return report.exit_code or EXIT_INVALID
    return report.exit_code


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
    if report.failure is None or invocation.format is not Format.TEXT:
        invocation.show(invocation.view().report(report))


def _as_json(report: Report) -> str:
    from reconciler.render.json_view import JsonView  # noqa: PLC0415 - only where a report is saved

    return JsonView().report(report)
