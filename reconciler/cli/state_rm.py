"""`reconciler state rm`: drop members from the lockfile."""

from collections.abc import Sequence

import click

from reconciler.apply.recovery import known_state
from reconciler.apply.state_edit import remove_members
from reconciler.cli.invocation import Invocation
from reconciler.cli.known_member import Entry, entries, known_key
from reconciler.cli.options import environment_argument, mask_option, yes_option
from reconciler.cli.question import confirm
from reconciler.environment.reader import read_environment
from reconciler.errors import EXIT_DONE, InvalidInput
from reconciler.lockfile.store import check_known
from reconciler.render.counted import counted
from reconciler.render.masking import masked_address
from reconciler.render.visible import visible

_MEANING = "They stay in the panel; whoever is still declared is added again by the next apply."


@click.command("rm")
@environment_argument
@click.argument("addresses", metavar="EMAIL...", nargs=-1, required=True)
@yes_option
@mask_option
@click.pass_obj
def remove(invocation: Invocation, name: str, addresses: tuple[str, ...], *, yes: bool) -> int:
    """Drop each EMAIL from the lockfile of ENV.

    The people stay in the panel. Whoever is still declared is added again by the next apply.

    Example: reconciler state rm production ada@example.org
    """
    environment = read_environment(invocation.panels, name)
    check_known(environment)
    keys = _keys(addresses, entries(known_state(environment).lockfile))
    entry = counted(len(keys), "entry", "entries")
    invocation.tell("".join(f"  - {_shown(invocation, key)}\n" for key in keys))
    confirm(visible(f"Drop {entry} from the lockfile of {name}? {_MEANING}"), yes=yes)
    remove_members(environment, keys)
    invocation.show(visible(f"{name}: {entry} dropped from the lockfile. {_MEANING}") + "\n")
    return EXIT_DONE


def _keys(addresses: Sequence[str], known: dict[str, Entry]) -> list[str]:
    keys: list[str] = []
    errors: list[InvalidInput] = []
    for address in addresses:
        try:
            keys.append(known_key(address, known))
        except InvalidInput as error:
            errors.append(error)
    if errors:
        raise InvalidInput(*(problem for error in errors for problem in error.problems))
    return sorted(set(keys))


def _shown(invocation: Invocation, key: str) -> str:
    return visible(masked_address(key) if invocation.masked else key)
