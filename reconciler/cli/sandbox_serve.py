"""`reconciler sandbox serve`."""

import ipaddress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from reconciler.cli.invocation import Invocation

if TYPE_CHECKING:
    from reconciler.environment.model import RateLimit
    from reconciler.sandbox.application import KeyRule, Rules
    from reconciler.sandbox.faults import Fault
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
    fault: "list[Fault]"


class _ServeCommand(click.Command):
    """A command whose help ends with the list of faults, which is loaded only for it."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The kinds of faults, in their table's order."""
        from reconciler.sandbox.faults import FAULTS  # noqa: PLC0415 - loads pydantic

        with formatter.section("Faults ('acts': members are added before it strikes)"):
            formatter.write_dl([(f.kind, f"acts; {f.says}" if f.acts else f.says) for f in FAULTS.values()])
        super().format_epilog(ctx, formatter)


def _loopback(_context: click.Context, _parameter: click.Parameter, host: str) -> str:
    if host == "localhost":
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise click.BadParameter(
        f"{host!r} is not this machine alone: the sandbox is no real server. Use 127.0.0.1 or ::1."
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
    from reconciler.sandbox.faults import read_faults  # noqa: PLC0415 - loads pydantic

    try:
        return read_faults(texts)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=_ServeCommand)
@click.option("--host", default="127.0.0.1", show_default=True, callback=_loopback, help="Loopback only.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="0 takes any that is free."
)
@click.option(
    "--data", type=_FILE, help="Keep the panel in this file. Without it, the panel is forgotten at the end."
)
@click.option(
    "--seed", type=_FILE, help="A CSV file of people whom a new panel holds already: emailAddress,firstName,…"
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
    "--fault",
    multiple=True,
    metavar="KIND[:COUNT]",
    callback=_faults,
    help="What goes wrong with the next call, or with the next COUNT calls. "
    "May be given several times; one after the other, then all goes well.",
)
@click.pass_obj
def serve(invocation: Invocation, /, **settings: Any) -> None:
    """Serve a panel on this machine that behaves as QuestionPro's does.

    The first line on standard output is the address for `base_url` in environment.yaml; it stands there
    once calls are taken. Each call leaves a line on standard error. Stop it with Ctrl-C.

    Example: reconciler sandbox serve --port 8900

    Example: reconciler sandbox serve --fault reset-after --fault 503:2
    """
    _serve(invocation, _Settings(**settings))


def _serve(invocation: Invocation, settings: _Settings) -> None:
    from reconciler.sandbox.application import Application  # noqa: PLC0415 - loads pydantic
    from reconciler.sandbox.served import ServedSandbox  # noqa: PLC0415 - loads asyncio
    from reconciler.sandbox.server import address_of, listen, serve_on  # noqa: PLC0415 - loads uvicorn

    def log(line: str) -> None:
        invocation.tell(f"{line}\n")

    rules = _rules(settings)
    store = _store(settings)
    try:
        sandbox = ServedSandbox(Application(store, rules), settings.fault, log)
        with listen(settings.host, settings.port) as listener:
            serve_on(listener, sandbox, partial(invocation.show, f"{address_of(listener)}\n"))
    finally:
        store.close()


def _rules(settings: _Settings) -> "Rules":
    from reconciler.sandbox.application import Rules  # noqa: PLC0415 - loads pydantic

    return Rules(_key_rule(settings.key_env), settings.allowance, settings.rate, settings.max_body)


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
