"""`reconciler apply`: show the plan, ask, carry it out, report."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import click

from reconciler.apply.report import Report
from reconciler.apply.run import ApplyOptions
from reconciler.cli.applying import (
    Request,
    ended_by,
    is_shown,
    not_begun,
    reported,
    tell,
    tell_unheard,
)
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import (
    Seconds,
    all_option,
    allow_option,
    environment_or_all_argument,
    format_option,
    mask_option,
    member_option,
    no_embedded_option,
    retry_rejected_option,
    selected,
    today_option,
    yes_option,
)
from reconciler.cli.planning import held_back
from reconciler.cli.saving import check_apart, check_place, refuse_files_of_environments, save
from reconciler.cli.selection import AskedMembers
from reconciler.environment.reader import try_environment
from reconciler.errors import (
    EXIT_DONE,
    EXIT_INCOMPLETE,
    EXIT_INTERRUPTED,
    EXIT_INVALID,
    EXIT_REFUSED,
    UsageError,
)
from reconciler.interruption import remember_signals
from reconciler.output.documents.report import rejected_csv, report_screen, reports_screen
from reconciler.output.json_shapes import json_text
from reconciler.output.render import Format, Screen
from reconciler.output.wording import report_sentence
from reconciler.problems import Problem


@click.command
@environment_or_all_argument
@click.argument("plan_file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@all_option("Apply every environment, in the order that `after` sets.")
@no_embedded_option
@click.option("--expect", metavar="DIGEST", help="Refuse unless the plan is the one with this digest.")
@click.option(
    "--in-order",
    is_flag=True,
    help="Refuse while an environment that this one comes after is not applied. --all always does.",
)
@allow_option
@retry_rejected_option
@member_option
@today_option
@yes_option
@click.option(
    "--wait",
    type=Seconds(),
    default=0.0,
    metavar="SECONDS",
    help="Wait up to this long for another run of the same environment. Default: refuse at once.",
)
@click.option(
    "--max-calls",
    type=click.IntRange(min=0),
    help="Stop before spending more calls than this; with --all, for all of them together.",
)
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
@click.option(
    "--rejected-csv",
    "rejected_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also save rejected members with the reason, to correct and import again.",
)
@format_option
@mask_option
@click.pass_obj
def apply(
    invocation: Invocation,
    name: str | None,
    *,
    plan_file: Path | None,
    is_all: bool,
    no_embedded: bool,
    expect: str | None,
    in_order: bool,
    allow: tuple[str, ...],
    retry_rejected: bool,
    member: tuple[str, ...],
    yes: bool,
    wait: float,
    max_calls: int | None,
    log_file: Path | None,
    report_file: Path | None,
    rejected_file: Path | None,
) -> int:
    """Apply the plan to the panel of ENV, and record the outcomes in its lockfile.

    Apply makes the plan again and shows it before it asks. With PLAN, a file that `reconciler plan --out`
    saved, or with --expect, it goes on only if the plan is still the same.

    Confirmed outcomes are always kept: the next apply carries on after an interrupted one.

    With --all, an environment that fails stops only those that come after it (`after` in environment.yaml).

    Example: reconciler apply production

    Example: reconciler apply production --yes --report report.json

    Example: reconciler apply --all --yes
    """
    _check_together(plan_file, expect, member, is_all=is_all)
    asked = AskedMembers.of(member, must_be_known=not is_all)
    names = selected(invocation, name, is_all=is_all, no_embedded=no_embedded)
    saved = SavedFiles(report_file, rejected_file)
    saved.check()
    check_apart(*saved, log_file, plan_file)
    if log_file is not None:
        refuse_files_of_environments(log_file)
    names = asked.known_in(invocation, names) if is_all else names
    remember_signals()
    options = ApplyOptions(None, frozenset(allow), retry_rejected, max_calls, invocation.day)
    request = Request(
        invocation, options, asked, plan_file, expect, log_file, yes=yes, in_order=in_order, wait=wait
    )
    code = _all(request, names, saved) if is_all else _one(request, names[0], saved)
    return code or (EXIT_INVALID if invocation.could_not_tell else EXIT_DONE)


def _check_together(
    plan_file: Path | None, expect: str | None, member: tuple[str, ...], *, is_all: bool
) -> None:
    if is_all and expect is not None:
        raise UsageError(
            Problem(("--expect names the plan of one environment.",), ("Name it, without --all.",))
        )
    if plan_file is not None and member:
        hint = "Save another plan with `reconciler plan ENV --member EMAIL --out FILE`."
        raise UsageError(Problem(("A saved plan carries its own selection of members.",), (hint,)))
    if plan_file is not None and expect is not None:
        raise UsageError(Problem(("PLAN and --expect say the same thing twice.",), ("Give one of them.",)))


class SavedFiles(NamedTuple):
    """The files that the command line asks for, both for the user's eyes only."""

    report: Path | None
    rejected: Path | None

    def check(self) -> None:
        """See, before anything is sent, that they can be written."""
        for path in self:
            if path is not None:
                check_place(path)

    def write(self, screen: Screen, reports: Sequence[Report]) -> None:
        """Save them, however the run ended."""
        if self.report is not None:
            save(self.report, json_text(screen.data()))
        if self.rejected is not None:
            save(self.rejected, rejected_csv(reports))


def _one(request: Request, name: str, saved: SavedFiles) -> int:
    invocation = request.invocation
    report = reported(request, name)
    try:
        tell(invocation, report)
    finally:
        saved.write(report_screen(report), [report])
    return report.exit_code


def _all(request: Request, names: Sequence[str], saved: SavedFiles) -> int:
    invocation = request.invocation
    applying = ApplyAll(request, names)
    try:
        applying.carry_out()
        if invocation.format is Format.JSON:
            invocation.show(reports_screen(applying.reports))
            tell_unheard(invocation)
        elif not names:
            invocation.say("There is nothing to apply.")
    finally:
        saved.write(reports_screen(applying.reports), applying.reports)
    return applying.exit_code


# Apply of all environments, one behind the other; one that fails stops only those that come after it.


_GRAVEST_FIRST = (EXIT_INVALID, EXIT_REFUSED, EXIT_INCOMPLETE, EXIT_INTERRUPTED)


class ApplyAll:
    """The reports as they come; each environment has one at any moment, however the process ends."""

    def __init__(self, request: Request, names: Sequence[str]) -> None:
        """Nothing has begun yet; `names` are in the order of apply."""
        self._request = request
        self._names = names
        self._ended: dict[str, Report] = {}

    @property
    def reports(self) -> tuple[Report, ...]:
        """One for each environment, in their order."""
        return tuple(self._ended.get(name) or not_begun(name) for name in self._names)

    @property
    def exit_code(self) -> int:
        """The gravest of all; interrupted *before anything began* only where nothing had."""
        codes = {report.exit_code for report in self.reports}
        code = next((code for code in _GRAVEST_FIRST if code in codes), EXIT_DONE)
        has_begun = any(report.calls or report.wrote_lockfile for report in self._ended.values())
        return EXIT_INCOMPLETE if code == EXIT_INTERRUPTED and has_begun else code

    def carry_out(self) -> None:
        """Apply each in its turn and report it; also report the ones that a signal left out."""
        invocation = self._request.invocation
        for name in self._names:
            if self._ended and invocation.format is not Format.JSON:
                invocation.say("")
            self._ended[name] = self._report(name)
            self._tell(name)

    def _report(self, name: str) -> Report:
        if any(report.was_interrupted for report in self._ended.values()):
            return not_begun(name)
        try:
            before = try_environment(self._request.invocation.panels, name).after
        except Exception as error:  # noqa: BLE001 - no failure keeps other environments from their turn
            return ended_by(name, error)
        failed = [other for other in before if other in self._ended and self._ended[other].exit_code]
        if failed:
            problems = tuple(held_back(name, other) for other in failed)
            return Report(name, problems=problems, failure=EXIT_REFUSED)
        return reported(self._with_calls_left(), name)

    def _with_calls_left(self) -> Request:
        """`--max-calls` is what all of them may spend together."""
        options = self._request.options
        if options.most_calls is None:
            return self._request
        left = max(0, options.most_calls - sum(report.calls for report in self._ended.values()))
        return replace(self._request, options=replace(options, most_calls=left))

    def _tell(self, name: str) -> None:
        invocation, report = self._request.invocation, self._ended[name]
        if invocation.format is Format.JSON:  # one object at the end holds them all
            invocation.tell_problems(report.problems)
            return
        tell(invocation, report)
        if not is_shown(invocation, report):  # among others, also the end of one that never began is a result
            invocation.say(report_sentence(report))
