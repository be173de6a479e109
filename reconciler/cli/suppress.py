"""`reconciler suppress`: people who must never be added again."""

from pathlib import Path

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import (
    all_option,
    environment_or_all_argument,
    format_option,
    mask_option,
    today_option,
)
from reconciler.cli.planning import tell_of_journal
from reconciler.cli.state import typed_key
from reconciler.environment.discovery import environment_names
from reconciler.environment.model import Environment
from reconciler.environment.reader import read_environment
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput, ReconcilerError, UsageError
from reconciler.files import display_path
from reconciler.output.documents.suppress import suppressed_screen
from reconciler.problems import Location, Problem
from reconciler.suppressing import Suppressed, left_to_do
from reconciler.suppression.model import PREFIX, parse
from reconciler.suppression.writer import Listed, check_suppressible
from reconciler.suppression.writer import suppress as write_entries
from reconciler.text_source import text_of


@click.command
@environment_or_all_argument
@click.argument("addresses", metavar="[EMAIL]...", nargs=-1)
@all_option("Suppress them in every environment.")
@click.option(
    "--from",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Suppress also the addresses in this file, one a line, as in a suppression list.",
)
@format_option
@today_option
@mask_option
@click.pass_obj
def suppress(
    invocation: Invocation, name: str | None, addresses: tuple[str, ...], *, is_all: bool, file: Path | None
) -> int:
    """Add each EMAIL to the suppression list of ENV; say where they are still declared and how they leave.

    Nothing is sent, and no member file is changed. Run again, it changes nothing and says the same. If an
    address or a list is wrong, nothing is written. If something else is wrong in an environment's files, the
    entries are written, and the exit code is 1, since not everything can be said.

    Example: reconciler suppress production ada@example.org

    Example: reconciler suppress --all --from unsubscribed.txt
    """
    if is_all:
        invocation.environment = None
        addresses = (*(() if name is None else (name,)), *addresses)
        names: tuple[str, ...] = environment_names(invocation.panels)
    elif name is None:
        raise UsageError(Problem(("Name an environment, or give --all.",)))
    else:
        names = (name,)
    keys = _keys(addresses, file)
    environments = _environments(invocation, names, keys)
    found = [each for environment in environments for each in _suppress(invocation, environment, keys)]
    problems = tuple(dict.fromkeys(problem for each in found for problem in each.problems))
    invocation.tell_problems(problems)
    is_single = len(addresses) == 1 and not is_all and file is None
    invocation.show(suppressed_screen(found, invocation.command_line, is_single=is_single))
    return EXIT_INVALID if problems else EXIT_DONE


def _keys(addresses: tuple[str, ...], file: Path | None) -> list[str]:
    """The identities, each once."""
    problems: list[Problem] = []
    keys = []
    for address in addresses:
        if address.lower().startswith(PREFIX):
            by_hand = "A hash that was made with this environment's secret can be added to its list by hand."
            hint = f"Write the address itself, here or in the file of --from. {by_hand}"
            problems.append(Problem((f"EMAIL takes an address, and this is a hash: {address}.",), (hint,)))
            continue
        try:
            keys.append(typed_key(address))
        except InvalidInput as error:
            problems += error.problems
    if file is not None:
        name = display_path(file)
        found = parse(text_of(file, name), name)
        problems += found.problems
        for entry in found.entries:
            if entry.is_hashed:
                message = "A hash can't be taken from another list: its secret may be another one."
                place = Location(name, entry.line, entry.column)
                problems.append(Problem((message,), ("Write the address itself.",), place))
        keys += [entry.text for entry in found.entries if not entry.is_hashed]
    if problems:
        raise InvalidInput(*problems)
    if not keys:
        where = f"{display_path(file)} holds none." if file else "Give at least one, or --from FILE."
        raise UsageError(Problem(("There is no address to suppress.",), (where,)))
    return list(dict.fromkeys(keys))


def _environments(invocation: Invocation, names: tuple[str, ...], keys: list[str]) -> list[Environment]:
    """The environments, in all of which the addresses can be suppressed."""
    environments: list[Environment] = []
    problems: list[Problem] = []
    for name in names:
        try:
            environments.append(read_environment(invocation.panels, name))
            check_suppressible(environments[-1], keys)
        except InvalidInput as error:
            problems += error.problems
    if problems:
        raise InvalidInput(*dict.fromkeys(problems))
    return environments


def _suppress(invocation: Invocation, environment: Environment, keys: list[str]) -> list[Suppressed]:
    """Write the entries, then look at what is left to do."""
    listed: dict[str, Listed] = write_entries(environment, keys)
    try:
        state = known_state(environment)
    except ReconcilerError as error:
        return left_to_do(invocation.panels, environment, listed, None, invocation.day, error.problems)
    tell_of_journal(invocation, environment.name, state)
    found = left_to_do(invocation.panels, environment, listed, state.lockfile, invocation.day)
    return [each._replace(unfetched=state.unfetched) for each in found]
