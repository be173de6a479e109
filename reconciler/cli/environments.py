"""`reconciler environments`: which there are, and in which order they are applied."""

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import format_option
from reconciler.environment.discovery import environment_folder
from reconciler.environment.overview import environments_in_order
from reconciler.errors import EXIT_DONE
from reconciler.output.documents.status import environments_screen


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
