"""`reconciler suppress`: somebody is never to be added again."""

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, format_option, mask_option, today_option
from reconciler.cli.planning import tell_of_journal
from reconciler.cli.state import typed_key
from reconciler.environment.model import Environment
from reconciler.environment.reader import read_environment
from reconciler.errors import EXIT_DONE, EXIT_INVALID
from reconciler.render.listing import Suppressing
from reconciler.suppressing import Known, suppress_and_tell


@click.command
@environment_argument
@click.argument("address", metavar="EMAIL")
@format_option
@today_option
@mask_option
@click.pass_obj
def suppress(invocation: Invocation, name: str, address: str) -> int:
    """Put EMAIL on the suppression list of ENV, and tell where they still stand and how they leave.

    Nothing is sent, and no member file is touched. Done again, it changes nothing and tells the same. The
    exit code is 1 where something is wrong in the environment's files, so that not all can be told; where the
    suppression list itself is right, the entry is written all the same.

    Example: reconciler suppress production ada@example.org
    """
    environment = read_environment(invocation.panels, name)
    found = suppress_and_tell(
        invocation.panels,
        environment,
        typed_key(address),
        invocation.day,
        lambda: _known(invocation, environment),
    )
    if found.problems:
        invocation.tell_problems(found.problems)
    invocation.show(invocation.view().suppressed(Suppressing(found, invocation.command_line)))
    return EXIT_INVALID if found.problems else EXIT_DONE


def _known(invocation: Invocation, environment: Environment) -> Known:
    state = known_state(environment)
    tell_of_journal(invocation, environment.name, state)
    return Known(state.lockfile, state.unfetched)
