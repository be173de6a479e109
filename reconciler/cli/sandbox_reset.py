"""`reconciler sandbox reset ENV`."""

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, yes_option
from reconciler.cli.sandbox_environment import embedded_environment
from reconciler.cli.terminal import confirm
from reconciler.files import display_path
from reconciler.render.visible import visible


@click.command
@environment_argument
@yes_option
@click.pass_obj
def reset(invocation: Invocation, name: str, *, yes: bool) -> None:
    """Forget everyone in an environment's embedded panel, so that it begins anew.

    The panel then holds the people of sandbox-seed.csv again, if the environment's folder has such a
    file; whoever has the status Blocked there is blocked. The lockfile is not touched: it still says who
    was pushed. Delete it too, to begin at the very beginning.

    Example: reconciler sandbox reset sandbox --yes
    """
    from reconciler.lockfile.lock import environment_lock  # noqa: PLC0415 - needed here alone
    from reconciler.sandbox.embedded import forget  # noqa: PLC0415 - loads sqlite3

    environment = embedded_environment(invocation.panels, name)
    confirm(f"Forget everyone in the embedded panel of {visible(name)}?", yes=yes)
    with environment_lock(environment):
        forget(environment)
    invocation.show(f"The panel of {visible(name)} is as it was at the beginning.\n")
    if environment.lockfile_path.exists():
        lockfile = visible(display_path(environment.lockfile_path))
        invocation.tell(
            f"{lockfile} still says who was pushed; delete it too, to begin at the very beginning.\n"
        )
