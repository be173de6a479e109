"""`reconciler apply`: show the plan, ask, carry it out, report."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import click

from reconciler.apply.recovery import KnownState, known_state
from reconciler.apply.report import Report
from reconciler.apply.run import Connect, Wishes, nothing_to_do, objections, plan_for, run_apply
from reconciler.cli.connection import connector
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import (
    allow_option,
    environment_argument,
    format_option,
    mask_option,
    retry_rejected_option,
    yes_option,
)
from reconciler.cli.pending import circumstances_of
from reconciler.cli.progress import observer_for
from reconciler.cli.question import confirm
from reconciler.cli.saving import save
from reconciler.declaration import Declared, read_declaration
from reconciler.errors import EXIT_INTERRUPTED, EXIT_INVALID, InvalidInput, ReconcilerError, UsageError
from reconciler.panel import Panel
from reconciler.plan.model import Plan
from reconciler.plan.saved import saved_digest
from reconciler.problem import Place, Problem
from reconciler.render.plan_words import Circumstances
from reconciler.render.view import Format
from reconciler.render.visible import visible
from reconciler.shown_path import shown


@click.command
@environment_argument
@click.argument("plan_file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@click.option("--expect", metavar="DIGEST", help="Refuse unless the plan is the one with this digest.")
@allow_option
@retry_rejected_option
@yes_option
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
        wishes = Wishes(_expected(name, plan_file, expect), frozenset(allow), retry_rejected)
        report = _carry_out(invocation, name, wishes, yes=yes)
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
    return report.exit_code


_CRASHED = Problem(("The run ended by an error in Reconciler itself.",))
_INTERRUPTED = Problem(("Interrupted before anything began.",))


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


def _carry_out(invocation: Invocation, name: str, wishes: Wishes, *, yes: bool) -> Report:
    declared = read_declaration(invocation.panels, name)
    state = known_state(declared.environment)
    plan = plan_for(declared.environment, declared.roster, state.lockfile, wishes)
    _show(invocation, plan, _circumstances(invocation, name, state, wishes))
    is_refused = bool(objections(plan, wishes))
    if not (is_refused or plan.has_something_to_apply or state.is_recovered):
        return nothing_to_do(plan)
    environment = declared.environment
    connect = connector(environment) if plan.adds and not is_refused else None
    if plan.has_something_to_apply and not is_refused:
        confirm(_question(plan), yes=yes)
    return _run(invocation, declared, wishes, connect, approved=None if yes else plan.digest)


def _circumstances(invocation: Invocation, name: str, state: KnownState, wishes: Wishes) -> Circumstances:
    allow, retry = sorted(wishes.allowed), wishes.retry_rejected
    return circumstances_of(invocation, name, state, allow=allow, retry_rejected=retry)


def _run(
    invocation: Invocation, declared: Declared, wishes: Wishes, connect: Connect | None, approved: str | None
) -> Report:
    environment = declared.environment
    observer = observer_for(invocation)

    def opened() -> AbstractAsyncContextManager[Panel]:
        # Where the plan that was shown has nobody to push, the one made under the lock seldom has either.
        return (connect or connector(environment))()

    return run_apply(environment, declared.roster, wishes, opened, observer, approved=approved)


def _show(invocation: Invocation, plan: Plan, circumstances: Circumstances) -> None:
    """Results go to standard output; where the result is a JSON object or a comment, the plan doesn't."""
    if invocation.format is Format.TEXT:
        invocation.show(invocation.view().plan(plan, circumstances) + "\n")
    else:
        invocation.tell(invocation.words().plan(plan, circumstances))


def _question(plan: Plan) -> str:
    return f"Carry this out for {visible(plan.environment)} ({visible(plan.target)})?"


def _tell(invocation: Invocation, report: Report) -> None:
    if report.problems:
        invocation.tell_problems(report.problems)
    if report.failure is None or invocation.format is not Format.TEXT:
        invocation.show(invocation.view().report(report))


def _as_json(report: Report) -> str:
    from reconciler.render.json_view import JsonView  # noqa: PLC0415 - only where a report is saved

    return JsonView().report(report)
