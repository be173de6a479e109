"""`reconciler state show`: all that is known of one member."""

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.known_member import entries, known_key
from reconciler.cli.options import environment_argument, format_option, mask_option
from reconciler.cli.pending import tell_of_journal
from reconciler.environment.reader import read_environment
from reconciler.errors import EXIT_DONE
from reconciler.render.listing import KnownMember


@click.command("show")
@environment_argument
@click.argument("address", metavar="EMAIL")
@format_option
@mask_option
@click.pass_obj
def show_member(invocation: Invocation, name: str, address: str) -> int:
    """Show all that the lockfile of ENV knows of EMAIL, and what it proves.

    Example: reconciler state show production ada@example.org
    """
    known = known_state(read_environment(invocation.panels, name))
    found = entries(known.lockfile)
    key = known_key(address, found)
    tell_of_journal(invocation, name, known)
    invocation.show(invocation.view().member(KnownMember(name, key, found[key])))
    return EXIT_DONE
