"""`reconciler why`: one person, and what apply would do about them."""

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, format_option, mask_option, today_option
from reconciler.cli.state import typed_key
from reconciler.declaration import DeclarationReading, try_declaration
from reconciler.errors import EXIT_DONE, InvalidInput
from reconciler.explanation.explaining import Known, explain
from reconciler.render.why_next import Commands


@click.command
@environment_argument
@click.argument("address", metavar="EMAIL")
@today_option
@format_option
@mask_option
@click.pass_obj
def why(invocation: Invocation, name: str, address: str) -> int:
    """Tell of EMAIL in ENV: where declared, what is known, what apply would do and why.

    Needs neither key nor network; commit and author come from git, where the file is in it. Mistakes
    elsewhere don't keep it from telling: it says that nothing is applied before they are mended.

    Example: reconciler why production ada@example.org
    """
    key = typed_key(address)
    reading = try_declaration(invocation.panels, name)
    explanation = explain(name, key, reading, _known(reading), invocation.day)
    invocation.show(invocation.view().why(explanation, _commands(invocation, name)))
    return EXIT_DONE


def _known(reading: DeclarationReading) -> Known:
    """What is known of earlier pushes; nothing where the settings don't say whose lockfile it would be."""
    if reading.environment is None:
        return Known(is_readable=False)
    try:
        state = known_state(reading.environment)
    except InvalidInput as error:
        return Known(problems=error.problems)
    return Known(state.lockfile, state.is_recovered, state.unfetched)


def _commands(invocation: Invocation, name: str) -> Commands:
    return Commands(
        validate=invocation.command_line("validate", name),
        apply=invocation.command_line("apply", name),
        publish=invocation.command_line("state", "publish", name),
    )
