"""`reconciler sandbox`: the built-in panel, embedded in an environment or served on this machine."""

import click

from reconciler.cli.lazy_group import CommandEntry, LazyGroup

_COMMANDS = {
    "serve": CommandEntry("reconciler.cli.sandbox_serve", "serve", "Serve a panel on this machine."),
    "show": CommandEntry("reconciler.cli.sandbox_show", "show", "Show what an embedded panel holds."),
    "reset": CommandEntry("reconciler.cli.sandbox_reset", "reset", "Forget what an embedded panel holds."),
}


@click.group(cls=LazyGroup, entries=_COMMANDS)
def sandbox() -> None:
    """Try things out on a panel of your own: nothing leaves this machine.

    An environment with `embedded: true` has a panel built in. `sandbox serve` offers the same panel at
    an address, as the real one is, and can make it fail in all the ways in which the real one may.

    Example: reconciler sandbox show sandbox
    """
