"""`reconciler state list`: everybody whom the lockfile knows."""

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, format_option, mask_option
from reconciler.cli.pending import tell_of_journal
from reconciler.environment.reader import read_environment
from reconciler.errors import EXIT_DONE


@click.command("list")
@environment_argument
@format_option
@mask_option
@click.pass_obj
def list_members(invocation: Invocation, name: str) -> int:
    """List everybody whom the lockfile of ENV knows: who, with which outcome, pushed when.

    Example: reconciler state list production
    """
    known = known_state(read_environment(invocation.panels, name))
    tell_of_journal(invocation, name, known)
    invocation.show(invocation.view().members(name, known.lockfile))
    return EXIT_DONE
