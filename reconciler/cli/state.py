"""`reconciler state`: the group of the commands about the lockfile."""

import click

from reconciler.cli.lazy_group import Entry, LazyGroup

_COMMANDS = {
    "list": Entry("reconciler.cli.state_list", "list_members", "List everybody whom the lockfile knows."),
    "show": Entry("reconciler.cli.state_show", "show_member", "Show all that is known of one member."),
    "rm": Entry("reconciler.cli.state_rm", "remove", "Drop members from the lockfile."),
    "recover": Entry("reconciler.cli.state_recover", "recover", "Take in the journal of an interrupted run."),
    "publish": Entry("reconciler.cli.state_publish", "publish", "Bring lockfile and remote together."),
}


@click.group(cls=LazyGroup, entries=_COMMANDS)
def state() -> None:
    """Look at the lockfile, and mend it. Nothing here calls the API.

    Example: reconciler state list production
    """
