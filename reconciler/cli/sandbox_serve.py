"""`reconciler sandbox serve`."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.sandbox_options import faults, identities, loopback, rate
from reconciler.errors import InvalidInput
from reconciler.problems import Problem

if TYPE_CHECKING:
    from reconciler.environment.model import RateLimit
    from reconciler.sandbox.faults import Fault
    from reconciler.sandbox.rules import KeyRule, Rules
    from reconciler.sandbox.store import Store


class _Settings(NamedTuple):
    """The command line, read."""

    host: str
    port: int
    data: Path | None
    seed: Path | None
    key_env: str | None
    rate: "RateLimit"
    allowance: int | None
    max_body: int
    delay: float
    refuse: frozenset[str]
    block: frozenset[str]
    update_known: bool
    fault: "list[Fault]"


class _ServeCommand(click.Command):
    """A command whose help ends with the list of faults, which is loaded only for it."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The kinds of faults, in their table's order."""
        from reconciler.sandbox.faults import FAULTS  # noqa: PLC0415 - loads pydantic

        with formatter.section("Faults ('acts': the panel does what it was asked before it strikes)"):
            formatter.write_dl([(f.kind, f"acts; {f.says}" if f.acts else f.says) for f in FAULTS.values()])
        super().format_epilog(ctx, formatter)


_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=_ServeCommand)
@click.option("--host", default="127.0.0.1", show_default=True, callback=loopback, help="Loopback only.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="0 takes any that is free."
)
@click.option(
    "--data", type=_FILE, help="Keep the panel in this file. Without it, the panel is forgotten at the end."
)
@click.option(
    "--seed",
    type=_FILE,
    help="A CSV file of people whom a new panel holds already: emailAddress,firstName,… "
    "Whoever has the status Blocked there is blocked.",
)
@click.option(
    "--key-env", metavar="NAME", help="The variable with the one key to accept. Without it, any key will do."
)
@click.option(
    "--rate",
    metavar="CALLS/SECONDS",
    default="300/60",
    show_default=True,
    callback=rate,
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
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Answer each call so much later. The panel acts before the wait on one call, behind it on the next.",
)
@click.option(
    "--refuse",
    multiple=True,
    metavar="EMAIL",
    callback=identities,
    help="Refuse each batch that holds this member, with HTTP 400. May be given several times.",
)
@click.option(
    "--block",
    multiple=True,
    metavar="EMAIL",
    callback=identities,
    help="This member is blocked: counted as such, and neither deleted, unsubscribed nor updated. "
    "May be given several times.",
)
@click.option(
    "--update-known",
    is_flag=True,
    help="Update known members with the fields that are sent, as Communities accounts do. "
    "Without it, they fail to be added.",
)
@click.option(
    "--fault",
    multiple=True,
    metavar="KIND[:COUNT]",
    callback=faults,
    help="What goes wrong with the next call, or with the next COUNT calls. "
    "May be given several times; one after the other, then all goes well.",
)
@click.pass_obj
def serve(invocation: Invocation, /, **settings: Any) -> None:
    """Serve a panel on this machine that behaves as QuestionPro's does.

    It takes the calls that add, unsubscribe and delete members.

    The first line on standard output is the address for `base_url` in environment.yaml; it stands there
    once calls are taken. Each call leaves a line on standard error. Stop it with Ctrl-C.

    Example: reconciler sandbox serve --port 8900

    Example: reconciler sandbox serve --fault reset-after --fault 503:2

    Example: reconciler sandbox serve --refuse ada@example.org

    Example: reconciler sandbox serve --update-known --block eve@example.org
    """
    _serve(invocation, _Settings(**settings))


def _serve(invocation: Invocation, settings: _Settings) -> None:
    from reconciler.sandbox.application import Application  # noqa: PLC0415 - loads pydantic
    from reconciler.sandbox.served import ServedSandbox  # noqa: PLC0415 - loads asyncio

    try:
        from reconciler.sandbox.server import address_of, listen, serve_on  # noqa: PLC0415 - loads uvicorn
    except ModuleNotFoundError as error:
        if error.name != "uvicorn":
            raise
        raise InvalidInput(
            Problem(
                ("`sandbox serve` needs the package uvicorn, which is not installed.",),
                ("Run: pip install 'panel-reconciler[sandbox]'",),
            )
        ) from None

    def log(line: str) -> None:
        invocation.tell(f"{line}\n")

    rules = _rules(settings)
    store = _store(settings)
    try:
        sandbox = ServedSandbox(Application(store, rules), settings.fault, log, settings.delay)
        with listen(settings.host, settings.port) as listener:
            serve_on(listener, sandbox, partial(invocation.show, f"{address_of(listener)}\n"))
    finally:
        store.close()


def _rules(settings: _Settings) -> "Rules":
    from reconciler.sandbox.rules import Rules  # noqa: PLC0415 - needed here alone

    return Rules(
        _key_rule(settings.key_env),
        settings.allowance,
        settings.rate,
        settings.max_body,
        refuses=settings.refuse,
        blocks=settings.block,
        updates_known=settings.update_known,
    )


def _key_rule(variable: str | None) -> "KeyRule":
    """Any key but none or an empty one; or the one that the variable holds."""
    if variable is None:
        return bool
    import hmac  # noqa: PLC0415 - needed here alone

    from reconciler.environment.model import KeySource  # noqa: PLC0415 - needed here alone
    from reconciler.questionpro.key import read_key  # noqa: PLC0415 - needed here alone

    right = read_key(KeySource(env=variable)).reveal().encode()
    return lambda key: key is not None and hmac.compare_digest(key.encode(), right)


def _store(settings: _Settings) -> "Store":
    from reconciler.sandbox.seed import read_seed  # noqa: PLC0415 - loads pydantic
    from reconciler.sandbox.store import Store  # noqa: PLC0415 - loads sqlite3

    seed = settings.seed
    return Store.opened(settings.data, (lambda: read_seed(seed)) if seed else tuple)
