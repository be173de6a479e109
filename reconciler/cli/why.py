"""`reconciler why`: one member, and what apply would do about them."""

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, format_option, mask_option, today_option
from reconciler.cli.state import typed_key
from reconciler.declaration import DeclarationReading, try_declaration
from reconciler.errors import EXIT_DONE, InvalidInput
from reconciler.explain import explain
from reconciler.lockfile.state import KnownState
from reconciler.output.documents.explain import why_screen
from reconciler.problems import Problem


@click.command
@environment_argument
@click.argument("address", metavar="EMAIL")
@today_option
@format_option
@mask_option
@click.pass_obj
def why(invocation: Invocation, name: str, address: str) -> int:
    """Explain EMAIL in ENV: where declared, what is recorded, what apply would do and why.

    Works without key or network. Commit and author come from git, if the file is in it. Mistakes elsewhere
    don't prevent the explanation: it says that nothing is applied before they are fixed.

    Example: reconciler why production ada@example.org
    """
    key = typed_key(address)
    reading = try_declaration(invocation.panels, name)
    state, problems = _state(reading)
    explanation = explain(name, key, reading, state, invocation.day, problems)
    invocation.show(why_screen(explanation, invocation.command_line))
    return EXIT_DONE


def _state(reading: DeclarationReading) -> tuple[KnownState | None, tuple[Problem, ...]]:
    """What is recorded, or why that is not known; nothing if the settings don't say whose lockfile it is."""
    if reading.environment is None:
        return None, ()
    try:
        return known_state(reading.environment), ()
    except InvalidInput as error:
        return None, error.problems
