"""`reconciler state recover`: take in the journal of an interrupted run."""

import click

from reconciler.apply import state_edit
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument
from reconciler.environment.reader import read_environment
from reconciler.errors import EXIT_DONE
from reconciler.render.counted import counted
from reconciler.render.visible import visible


@click.command("recover")
@environment_argument
@click.pass_obj
def recover(invocation: Invocation, name: str) -> int:
    """Take the journal of an interrupted run into the lockfile of ENV, without network.

    Apply does the same before anything else; this is for whoever wants the lockfile right without applying.

    Example: reconciler state recover production
    """
    result = state_edit.recover(read_environment(invocation.panels, name))
    invocation.show(visible(f"{name}: {_outcome(result)}") + "\n")
    return EXIT_DONE


def _outcome(result: state_edit.RecoveryResult) -> str:
    if not result.was_pending:
        return "there is no journal of an interrupted run; nothing has changed."
    settled = counted(result.recovered, "member")
    doubt = f" {result.unconfirmed} stand unconfirmed in the lockfile." if result.unconfirmed else ""
    return f"the journal of an interrupted run is taken in: {settled} settled.{doubt}"
