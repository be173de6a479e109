"""`reconciler drift ENV`: how the panel differs from what is declared. It only reads."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.applying import connector, destination
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import (
    environment_argument,
    format_option,
    mask_option,
    size_options,
    sizes,
    yes_option,
)
from reconciler.cli.planning import tell_of_journal
from reconciler.cli.progress import ReadProgress
from reconciler.cli.terminal import confirm
from reconciler.declaration import Declared, read_declaration
from reconciler.errors import (
    EXIT_DONE,
    EXIT_INCOMPLETE,
    EXIT_INVALID,
    EXIT_SOMETHING_TO_APPLY,
    Interrupted,
    Refusal,
)
from reconciler.interruption import interruptible
from reconciler.lockfile.state import check_known
from reconciler.output.documents.drift import drift_screen
from reconciler.output.wording import counted
from reconciler.problems import Problem
from reconciler.readback.drift import compare, expected_in, known_in
from reconciler.readback.model import Drift

if TYPE_CHECKING:
    from reconciler.lockfile.model import Lockfile
    from reconciler.readback.model import PanelRead
    from reconciler.roster.model import Roster


@click.command
@environment_argument
@click.option(
    "--max-calls",
    type=click.IntRange(min=1),
    metavar="N",
    help="Spend at most N calls. Without it: twice the pages that it takes at least, and 10 more.",
)
@yes_option
@format_option
@mask_option
@size_options
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 if there is a finding, and with 0 if there is none.",
)
@click.pass_obj
def drift(
    invocation: Invocation,
    name: str,
    max_calls: int | None,
    *,
    yes: bool,
    full: bool,
    max_bytes: int | None,
    link: str | None,
    detailed_exitcode: bool,
) -> int:
    """Compare the panel of ENV with the member files and the lockfile.

    It reads the panel by the API's call that lists members, and changes nothing: neither the panel nor the
    lockfile. Findings: who opted out in the panel; whose declared fields differ; who is recorded as present
    and was not seen; who is only in the panel.

    Members who are on no page are looked up, one call each; that is asked separately. Not seen is not gone.

    Example: reconciler drift production

    Example: reconciler drift production --yes --format json --detailed-exitcode
    """
    wishes = sizes(invocation, full=full, max_bytes=max_bytes, link=link)
    declared = read_declaration(invocation.panels, name)
    environment = declared.environment
    check_known(environment)
    state = known_state(environment)
    tell_of_journal(invocation, name, state)
    if declared.unchecked:
        invocation.tell_problems(declared.unchecked)
    roster = declared.roster.on(invocation.day.today)
    read = _read(invocation, declared, roster, state.lockfile, max_calls, yes=yes)
    if read.is_interrupted and not read.calls:
        raise Interrupted(Problem(("Interrupted before anything was read.",)))
    members, same = compare(roster, read, declared.roster.suppression, environment.drift.ignore)
    recorded = state.lockfile.members.keys() if state.lockfile else frozenset()
    pending = len(roster.members.keys() - recorded - read.members.keys())
    found = Drift(name, environment.target, "api", read, members, same, pending)
    if read.denial is not None:
        invocation.tell_problems((read.denial,))
    invocation.show(drift_screen(found), **wishes)
    return _exit_code(found, detailed=detailed_exitcode)


def _exit_code(found: Drift, *, detailed: bool) -> int:
    if found.read.denial is not None:
        return EXIT_INVALID
    if not found.read.is_complete:
        return EXIT_INCOMPLETE
    return EXIT_SOMETHING_TO_APPLY if detailed and found.members else EXIT_DONE


def _read(
    invocation: Invocation,
    declared: Declared,
    roster: "Roster",
    lockfile: "Lockfile | None",
    max_calls: int | None,
    *,
    yes: bool,
) -> "PanelRead":
    from reconciler.readback.reader import ReadPlan, least_calls, read_panel, usual_limit  # noqa: PLC0415 - loads asyncio

    environment = declared.environment
    connect = connector(environment)
    size = max(len(roster.members), len(lockfile.members) if lockfile else 0)
    most = usual_limit(size) if max_calls is None else max_calls
    least = counted(least_calls(size), "call")
    where = invocation.line(destination(environment))
    price = f"at least {least}, and at most {most} (--max-calls)"
    invocation.tell(f"Reading the panel of {where} takes {price}.")
    confirm(f"Read the panel of {where}?", yes=yes)
    plan = ReadPlan(expected_in(roster, lockfile), known_in(lockfile), most, _asked(invocation, yes=yes))
    return read_panel(connect, environment.api, plan, ReadProgress(invocation))


def _asked(invocation: Invocation, *, yes: bool) -> Callable[[int], bool]:
    """What asks whether to look members up."""

    def may_look_up(missing: int) -> bool:
        who = counted(missing, "member is", "members are")
        invocation.tell(f"{who} on no page. To look them up takes {counted(missing, 'call')}.")
        try:
            with interruptible():
                confirm("Look them up?", yes=yes)
        except (Refusal, Interrupted, KeyboardInterrupt):
            return False
        return True

    return may_look_up
