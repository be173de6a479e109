"""`reconciler sandbox serve`: the built-in panel at an address of this machine."""

import ipaddress
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import Seconds
from reconciler.cli.sandbox import FILE, identities
from reconciler.errors import InvalidInput
from reconciler.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.environment.model import RateLimit
    from reconciler.sandbox.faults import Fault


class _ServeCommand(click.Command):
    """A command whose help ends with the list of faults, which is loaded only for it."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The kinds of faults, in their table's order."""
        from reconciler.sandbox.faults import FAULTS, READING_FAULTS  # noqa: PLC0415 - loads pydantic

        with formatter.section("Faults ('acts': the panel does what it was asked before it strikes)"):
            formatter.write_dl([(f.kind, f"acts; {f.says}" if f.acts else f.says) for f in FAULTS.values()])
        with formatter.section("Faults of a panel that changes between two pages"):
            formatter.write_dl([(fault.kind, fault.says) for fault in READING_FAULTS.values()])
        super().format_epilog(ctx, formatter)


def _loopback(_context: click.Context, _parameter: click.Parameter, host: str) -> str:
    """The address to listen on, of this machine alone."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise click.BadParameter(
        f"{host!r} is not loopback only: the sandbox is not a real server. Use 127.0.0.1 or ::1."
    )


def _rate(_context: click.Context, _parameter: click.Parameter, text: str) -> "RateLimit":
    from reconciler.environment.model import RateLimit  # noqa: PLC0415 - needed here alone

    calls, _, seconds = text.partition("/")
    if calls.isdecimal() and seconds.isdecimal() and int(calls) and int(seconds):
        return RateLimit(calls=int(calls), seconds=int(seconds))
    raise click.BadParameter(f"{text!r} is not CALLS/SECONDS, such as 300/60.")


def _faults(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> "list[Fault]":
    if not texts:
        return []
    from reconciler.sandbox.faults import parse_faults  # noqa: PLC0415 - loads pydantic

    try:
        return parse_faults(texts)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _members(
    _context: click.Context, _parameter: click.Parameter, addresses: tuple[str, ...]
) -> frozenset[str]:
    return frozenset(identities(addresses))


@click.command(cls=_ServeCommand)
@click.option("--host", default="127.0.0.1", show_default=True, callback=_loopback, help="Loopback only.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="0 takes any that is free."
)
@click.option("--data", type=FILE, help="Keep the panel in this file. Without it, it is lost at the end.")
@click.option(
    "--seed",
    type=FILE,
    help="A CSV file of the people in a new panel: emailAddress,firstName,… "
    "Those with the status Blocked there are blocked.",
)
@click.option(
    "--key-env", metavar="NAME", help="The variable with the one key to accept. Without it, any key will do."
)
@click.option(
    "--rate",
    metavar="CALLS/SECONDS",
    default="300/60",
    show_default=True,
    callback=_rate,
    help="The most calls in any such time.",
)
@click.option(
    "--allowance",
    type=click.IntRange(min=0),
    help="So many calls, then none: as when a licence's calls are used up.",
)
@click.option(
    "--max-body",
    type=click.IntRange(min=2),
    default=1024 * 1024,
    show_default=True,
    metavar="BYTES",
    help="The longest body of a call.",
)
@click.option(
    "--delay",
    type=Seconds(),
    default=0.0,
    metavar="SECONDS",
    help="Answer each call so much later. The panel acts before the wait on one call, after it on the next.",
)
@click.option(
    "--refuse",
    "refuses",
    multiple=True,
    metavar="EMAIL",
    callback=_members,
    help="Refuse each batch that holds this member, with HTTP 400. May be given several times.",
)
@click.option(
    "--block",
    "blocks",
    multiple=True,
    metavar="EMAIL",
    callback=_members,
    help="This member is blocked: counted as such, and never deleted, unsubscribed or updated. "
    "May be given several times.",
)
@click.option(
    "--update-known",
    "updates_known",
    is_flag=True,
    help="Update known members with the fields that are sent, as Communities accounts do. "
    "Without it, they fail to be added.",
)
@click.option(
    "--reading",
    multiple=True,
    type=click.Choice(["forbidden", "elsewhere", "repeats", "full"]),
    help="How the call that lists members behaves. forbidden: 403; elsewhere: it lists another, empty panel; "
    "repeats: behind the end comes the last page, for ever; full: status, deviceType and profileFields are "
    "shown, which are null otherwise. May be given several times.",
)
@click.option(
    "--largest-page",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="MEMBERS",
    help="The most members on one page, even if a call asks for more.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND[:COUNT]",
    callback=_faults,
    help="What goes wrong with the next call, or with the next COUNT calls. "
    "May be given several times; one after the other, then all goes well.",
)
@click.pass_obj
def serve(
    invocation: Invocation,
    /,
    host: str,
    port: int,
    data: Path | None,
    seed: Path | None,
    key_env: str | None,
    delay: float,
    faults: "list[Fault]",
    reading: tuple[str, ...],
    **rules: Any,
) -> None:
    """Serve a panel on this machine that behaves as QuestionPro's does.

    It takes the calls that add, unsubscribe, delete and list members.

    The first line on standard output is the address for `base_url` in environment.yaml; it is printed once
    calls are taken. Each call leaves a line on standard error. Stop it with Ctrl-C. It needs the package
    uvicorn: pip install 'panel-reconciler[sandbox]'.

    Example: reconciler sandbox serve --port 8900

    Example: reconciler sandbox serve --fault reset-after --fault 503:2

    Example: reconciler sandbox serve --refuse ada@example.org

    Example: reconciler sandbox serve --update-known --block eve@example.org
    """
    server = _import_server()
    from reconciler.sandbox.app import Application, Rules  # noqa: PLC0415 - loads pydantic
    from reconciler.sandbox.embedded import read_seed  # noqa: PLC0415 - loads pydantic
    from reconciler.sandbox.pages import Reading  # noqa: PLC0415 - loads pydantic
    from reconciler.sandbox.store import Store  # noqa: PLC0415 - loads sqlite3

    allowed = Rules(_key_rule(key_env), reading=frozenset(map(Reading, reading)), **rules)
    with closing(Store.opened(data, (lambda: read_seed(seed)) if seed else tuple)) as store:
        served = server.ServedSandbox(Application(store, allowed), faults, invocation.tell, delay)
        with server.listen(host, port) as listener:
            address = server.address_of(listener)
            server.server_for(served, lambda: invocation.say(address)).run(sockets=[listener])


def _import_server() -> Any:
    try:
        from reconciler.sandbox import server  # noqa: PLC0415 - loads uvicorn
    except ModuleNotFoundError as error:
        if error.name != "uvicorn":
            raise
        raise InvalidInput(
            Problem(
                ("`sandbox serve` needs the package uvicorn, which is not installed.",),
                ("Run: pip install 'panel-reconciler[sandbox]'",),
            )
        ) from None
    return server


def _key_rule(variable: str | None) -> "Callable[[str | None], bool]":
    """Any key but none or an empty one; or the one that the variable holds."""
    if variable is None:
        return bool
    import hmac  # noqa: PLC0415 - needed here alone

    from reconciler.environment.model import KeySource  # noqa: PLC0415 - needed here alone
    from reconciler.questionpro.key import read_key  # noqa: PLC0415 - needed here alone

    right = read_key(KeySource(env=variable)).reveal().encode()
    return lambda key: key is not None and hmac.compare_digest(key.encode(), right)
