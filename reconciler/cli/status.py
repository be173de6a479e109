"""`reconciler status`, `environments` and `doctor`: where each environment is, and what it needs."""

import click

from reconciler.apply.recovery import known_state
from reconciler.checks import has_failed
from reconciler.cli.applying import connector
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environments_beginning, format_option, mask_option
from reconciler.declaration import read_declaration
from reconciler.environment.discovery import environment_folder, environment_names
from reconciler.environment.overview import environments_in_order
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput, ReconcilerError
from reconciler.lockfile.model import Lockfile
from reconciler.output.documents.status import EnvironmentStatus, environments_screen, status_screen
from reconciler.plan.planner import make_plan
from reconciler.problems import Problem, counted


@click.command
@format_option
@click.pass_obj
def status(invocation: Invocation) -> int:
    """Show for each environment what is declared, recorded and left to do, without key or network.

    An environment with mistakes is named, and the others are still shown.

    Example: reconciler status
    """
    environments: list[EnvironmentStatus] = []
    problems: dict[str, Problem] = {}
    for name in _names(invocation, problems):
        try:
            environments.append(_status(invocation, name))
        except ReconcilerError as error:
            # A mistake in a file that several environments share is one mistake.
            problems |= {str(problem): problem for problem in error.problems}
    found = tuple(problems.values())
    invocation.tell_problems(found)
    invocation.show(status_screen(environments, found))
    return EXIT_INVALID if found else EXIT_DONE


def _names(invocation: Invocation, problems: dict[str, Problem]) -> list[str]:
    try:
        return [placed.name for placed in environments_in_order(invocation.panels)]
    except InvalidInput as error:
        names = environment_names(invocation.panels)
        if not names:
            raise
        problems |= {str(problem): problem for problem in error.problems}
        return [*names]


def _status(invocation: Invocation, name: str) -> EnvironmentStatus:
    declared = read_declaration(invocation.panels, name)
    state = known_state(declared.environment)
    plan = make_plan(declared.environment, declared.roster, state.lockfile, day=invocation.day)
    lockfile = state.lockfile or Lockfile(name, declared.environment.target)
    sections = (lockfile.members, lockfile.rejected, lockfile.unconfirmed)
    return EnvironmentStatus(
        environment=name,
        declared=plan.declared,
        recorded=len(lockfile.members),
        add=plan.summary.add,
        change=plan.summary.change,
        remove=plan.summary.remove,
        rejected=plan.summary.rejected,
        unconfirmed=len(lockfile.unconfirmed),
        last_pushed=max((entry.pushed for section in sections for entry in section.values()), default=None),
        interrupted=state.is_recovered,
        unfetched=state.unfetched,
    )


@click.command
@click.argument("names", metavar="[ENV]...", nargs=-1)
@click.option(
    "--no-embedded", is_flag=True, help="Leave out environments whose panel is the built-in sandbox."
)
@format_option
@click.pass_obj
def environments(invocation: Invocation, names: tuple[str, ...], *, no_embedded: bool) -> int:
    """List the environments (or those of each ENV), in the order in which they are applied.

    An environment with a wrong environment.yaml is listed too; `reconciler validate` says what is wrong.

    Example: reconciler environments

    Example: reconciler environments --no-embedded --format json
    """
    for name in names:
        environment_folder(invocation.panels, name)
    listed = [
        placed
        for placed in environments_in_order(invocation.panels)
        if placed.name in (names or (placed.name,)) and not (no_embedded and placed.is_embedded)
    ]
    left_out = [name for name in names if name not in {placed.name for placed in listed}]
    if left_out:
        invocation.tell(f"Left out, because their panel is the built-in sandbox: {', '.join(left_out)}.")
    invocation.show(environments_screen(listed))
    return EXIT_DONE


@click.command
@click.argument("names", metavar="[ENV]...", nargs=-1, shell_complete=environments_beginning)
@format_option
@mask_option
@click.pass_obj
def doctor(invocation: Invocation, names: tuple[str, ...]) -> int:
    """Check what a first apply of each ENV needs, without adding anyone. Without ENV: of all.

    One line for each check: declaration, variable, host allowed, address, TLS and proxy, key, git remote and
    lockfile branch, permission to add. Each is ok, failed or unknown, with the reason and what to do. The
    exit code is 1 only if a check failed.

    It spends one reading call for each environment: the first page of the call that lists members. Whether
    the key may add members is always unknown, since only adding a member shows it.

    Example: reconciler doctor production

    Example: reconciler doctor --format json
    """
    from reconciler.doctor import examine  # noqa: PLC0415 - the others need no network
    from reconciler.output.documents.checks import doctor_screen  # noqa: PLC0415 - the same

    for name in names:
        environment_folder(invocation.panels, name)
    wanted = list(dict.fromkeys(names)) or [found.name for found in environments_in_order(invocation.panels)]
    calls = counted(len(wanted), "reading call")
    invocation.tell(f"This spends at most {calls}, one for each environment, and adds nobody.")
    found = [examine(invocation.panels, name, connector) for name in wanted]
    invocation.show(doctor_screen(found))
    return EXIT_INVALID if has_failed(found) else EXIT_DONE
