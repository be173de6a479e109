"""`reconciler doctor [ENV…]`: what a first apply needs, without adding anyone."""

import click

from reconciler.checks import has_failed
from reconciler.cli.applying import connector
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environments_beginning, format_option, mask_option
from reconciler.doctor import examine
from reconciler.environment.discovery import environment_folder
from reconciler.environment.overview import environments_in_order
from reconciler.errors import EXIT_DONE, EXIT_INVALID
from reconciler.output.documents.checks import doctor_screen
from reconciler.problems import counted


@click.command
@click.argument("names", metavar="[ENV]...", nargs=-1, shell_complete=environments_beginning)
@format_option
@mask_option
@click.pass_obj
def doctor(invocation: Invocation, names: tuple[str, ...]) -> int:
    """Check what a first apply of each ENV needs, without adding anyone. Without ENV: of all.

    One line for each check: declaration, variable, host allowed, address, TLS and proxy, key, git remote and
    lockfile branch, permission to add. Each is ok, failed or unknown, with the reason and what to do. The
    exit code is 1 only if a check failed.

    It spends one reading call for each environment: the first page of the call that lists members. Whether
    the key may add members is always unknown, since only adding a member shows it.

    Example: reconciler doctor production

    Example: reconciler doctor --format json
    """
    for name in names:
        environment_folder(invocation.panels, name)
    wanted = list(dict.fromkeys(names)) or [found.name for found in environments_in_order(invocation.panels)]
    calls = counted(len(wanted), "reading call")
    invocation.tell(f"This spends at most {calls}, one for each environment, and adds nobody.")
    found = [examine(invocation.panels, name, connector) for name in wanted]
    invocation.show(doctor_screen(found))
    return EXIT_INVALID if has_failed(found) else EXIT_DONE
