"""`reconciler status`: where each environment is, in one table."""

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import format_option
from reconciler.declaration import read_declaration
from reconciler.environment.discovery import environment_names
from reconciler.environment.overview import environments_in_order
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput, ReconcilerError
from reconciler.lockfile.model import Lockfile
from reconciler.output.documents.status import EnvironmentStatus, status_screen
from reconciler.plan.planner import make_plan
from reconciler.problems import Problem


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
