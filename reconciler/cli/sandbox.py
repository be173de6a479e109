"""`reconciler sandbox`: the built-in panel, embedded in an environment or served on this machine."""

import ipaddress
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.lazy_group import CommandEntry, LazyGroup
from reconciler.cli.options import (
    environment_argument,
    environment_or_all_argument,
    format_option,
    mask_option,
    yes_option,
)
from reconciler.cli.terminal import confirm
from reconciler.environment.model import Environment
from reconciler.environment.reader import read_environment
from reconciler.errors import InvalidInput, UsageError
from reconciler.files import display_path
from reconciler.identity import InvalidAddress, identity
from reconciler.member import EMAIL_ADDRESS, NUMBER_FIELDS
from reconciler.output.document import Block, Document, Headline, Paragraph, Row, Table
from reconciler.output.render import Screen
from reconciler.output.wording import counted
from reconciler.plan.saved import FORMAT
from reconciler.problems import Address, Code, Location, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.environment.model import RateLimit
    from reconciler.sandbox.embedded import Contents
    from reconciler.sandbox.faults import Fault
    from reconciler.sandbox.store import Resident, Store

_MOST_LINES = 20
_FILE = click.Path(dir_okay=False, path_type=Path)
_COMMANDS = {
    "serve": CommandEntry("reconciler.cli.sandbox", "serve", "Serve a panel on this machine."),
    "show": CommandEntry("reconciler.cli.sandbox", "show", "Show what a panel holds."),
    "change": CommandEntry("reconciler.cli.sandbox", "change", "Act as a member, or as the panel itself."),
    "reset": CommandEntry("reconciler.cli.sandbox", "reset", "Forget what an embedded panel holds."),
}


@click.group(cls=LazyGroup, entries=_COMMANDS)
def sandbox() -> None:
    """Try things out on a panel of your own: nothing leaves this machine.

    An environment with `embedded: true` has a panel built in. `sandbox serve` offers the same panel at an
    address, as the real one is, and can make it fail in all the ways in which the real one may.

    Example: reconciler sandbox show sandbox
    """


def _data_option(command: Any) -> Any:
    return click.option(
        "--data", type=_FILE, help="The data file of a served sandbox, in place of an environment."
    )(command)


# reconciler sandbox show


@click.command
@environment_or_all_argument
@_data_option
@format_option
@mask_option
@click.option("--full", is_flag=True, help="List all members, however many there are.")
@click.pass_obj
def show(invocation: Invocation, name: str | None, data: Path | None, *, full: bool) -> None:
    """Show who is in a panel, how many were deleted, and how many calls were spent.

    Example: reconciler sandbox show sandbox

    Example: reconciler sandbox show --data vendor.sqlite3
    """
    from reconciler.sandbox.embedded import contents, contents_of  # noqa: PLC0415 - loads sqlite3

    allowance = None
    if data is None:
        environment = _embedded(invocation.panels, _needed(name))
        found, allowance = contents(environment), environment.api.call_allowance
    elif name is None:
        found = contents_of(data)
    else:
        raise UsageError(Problem(("ENV and --data exclude each other.",), ("Give one of them.",)))
    label = name or display_path(data or Path())
    screen = Screen(lambda: _document(label, found, allowance), lambda: _data(name, found, allowance))
    invocation.show(screen, full=full)


def _data(name: str | None, found: "Contents", allowance: int | None) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "environment": name,
        "count": len(found.residents),
        **_special(found),
        "calls": found.calls,
        "allowance": allowance,
        "members": [
            {"key": resident.key, "standing": resident.membership, "attributes": resident.attributes}
            for resident in found.residents
        ],
    }


def _document(label: str, found: "Contents", allowance: int | None) -> Document:
    of = "" if allowance is None else f" of {allowance}"
    count = counted(len(found.residents), "member")
    blocks: list[Block] = [Headline(f"The panel of {label} holds {count}; calls so far: {found.calls}{of}.")]
    if special := [f"{number} {word}" for word, number in _special(found).items() if number]:
        blocks.append(Paragraph(f"{', '.join(special)}."))
    if found.residents:
        blocks.append(Table(("member", "status"), found.residents, _row, more="To see all: `--full`"))
    return Document(tuple(blocks))


def _row(resident: "Resident") -> Row:
    status = "" if resident.membership == "member" else resident.membership
    return Row(((Address(resident.key),), status))


def _special(found: "Contents") -> dict[str, int]:
    """How many are in the panel and unsubscribed or blocked, and how many were deleted from it."""
    memberships = [str(resident.membership) for resident in found.residents]
    counts = {word: memberships.count(word) for word in ("unsubscribed", "blocked")}
    return {**counts, "deleted": found.deleted}


# reconciler sandbox change


def _assignments(
    _context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]
) -> dict[str, Any]:
    """`FIELD=VALUE`, by field; whole numbers in the fields that take them."""
    fields: dict[str, Any] = {}
    for text in texts:
        field, equals, value = text.partition("=")
        if not equals or field == EMAIL_ADDRESS:
            raise click.BadParameter(f"{field!r} is not FIELD=VALUE, such as city=Oslo.")
        fields[field] = int(value) if field in NUMBER_FIELDS and value.isdecimal() else value
    if fields:
        from reconciler.sandbox.bodies import wrong_fields  # noqa: PLC0415 - loads pydantic

        if wrong := wrong_fields({EMAIL_ADDRESS: "a@example.org", **fields}):
            raise click.BadParameter(f"the panel does not take this: {', '.join(wrong)}.")
    return fields


@click.command
@click.argument("words", nargs=-1, required=True, metavar="[ENV] EMAIL...")
@_data_option
@click.option(
    "--set",
    "fields",
    multiple=True,
    metavar="FIELD=VALUE",
    callback=_assignments,
    help="They change their profile. May be given several times.",
)
@click.option("--unsubscribe", is_flag=True, help="They opt out of all mail; they stay in the panel.")
@click.option("--inactive", is_flag=True, help="The panel's scheduler sets them inactive.")
@click.option("--leave", is_flag=True, help="They leave the panel.")
@click.option("--join", is_flag=True, help="They join the panel by themselves.")
@click.pass_obj
def change(
    invocation: Invocation, /, words: tuple[str, ...], data: Path | None, fields: dict[str, Any], **acts: bool
) -> None:
    """Act as a member or as the panel does: things change there without Reconciler.

    It costs no call. Give an environment with an embedded panel first, or the data file of a served one.

    Example: reconciler sandbox change sandbox ada@example.org --unsubscribe

    Example: reconciler sandbox change --data vendor.sqlite3 ada@example.org --set city=Oslo
    """
    from reconciler.sandbox.embedded import open_embedded  # noqa: PLC0415 - loads sqlite3
    from reconciler.sandbox.store import Store, readable  # noqa: PLC0415 - loads sqlite3

    addresses = words if data else words[1:]
    if not addresses or not (fields or any(acts.values())):
        raise UsageError(
            Problem(
                (
                    "Say whom to change, and how."
                    if data
                    else "Name an environment, say whom to change, and how.",
                ),
                ("For example: reconciler sandbox change sandbox ada@example.org --unsubscribe",),
            )
        )
    wanted = dict.fromkeys(_identities(addresses), fields)
    store = Store.opened(data) if data else open_embedded(_embedded(invocation.panels, words[0]))
    with closing(store), readable(data), store.transaction():
        for key in wanted:
            _change(store, key, fields, acts)
    invocation.say(f"Changed {counted(len(wanted), 'member')}.")


def _change(store: "Store", key: str, fields: dict[str, Any], acts: dict[str, bool]) -> None:
    if acts["join"]:
        store.add({EMAIL_ADDRESS: key})
    if store.membership(key) in {"unknown", "deleted"}:
        raise InvalidInput(
            Problem((Address(key), " is not in the panel."), ("Add --join to let them join.",))
        )
    status = {"status": "Inactive"} if acts["inactive"] else {}
    store.update({EMAIL_ADDRESS: key, **fields, **status})
    if acts["unsubscribe"] or acts["inactive"]:
        store.unsubscribe(key)
    if acts["leave"]:
        store.delete(key)


def _identities(addresses: "Sequence[str]") -> list[str]:
    try:
        return list(dict.fromkeys(map(identity, addresses)))
    except InvalidAddress as error:
        raise click.BadParameter(str(error)) from None


# reconciler sandbox reset


@click.command
@environment_argument
@yes_option
@click.pass_obj
def reset(invocation: Invocation, name: str, *, yes: bool) -> None:
    """Reset an environment's embedded panel to its seed data.

    The panel then holds the people of sandbox-seed.csv again, if the environment's folder has such a file;
    those with the status Blocked there are blocked. The lockfile is not touched: it still records who was
    sent. To begin from nothing, delete it too.

    Example: reconciler sandbox reset sandbox --yes
    """
    from reconciler.lockfile.lock import environment_lock  # noqa: PLC0415 - needed here alone
    from reconciler.sandbox.embedded import forget  # noqa: PLC0415 - loads sqlite3

    environment = _embedded(invocation.panels, name)
    confirm(invocation.line(f"Forget everyone in the embedded panel of {name}?"), yes=yes)
    with environment_lock(environment):
        forget(environment)
    invocation.say(f"Reset sandbox {name} to its seed data.")
    if environment.lockfile_path.exists():
        lockfile = Code(display_path(environment.lockfile_path))
        invocation.tell(lockfile, " still records who was sent. To begin from nothing, delete it.")


def _embedded(panels: Path, name: str) -> Environment:
    environment = read_environment(panels, name)
    if not environment.is_embedded:
        raise InvalidInput(
            Problem(
                (f"{name} has no embedded panel: it talks to {environment.target}.",),
                ("Only environments with `embedded: true` have one.",),
                Location(display_path(environment.folder / "environment.yaml")),
            )
        )
    return environment


def _needed(name: str | None) -> str:
    if name is None:
        raise UsageError(
            Problem(("Missing argument 'ENV'.",), ("Name an environment, or give --data FILE.",))
        )
    return name


# reconciler sandbox serve


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
    from reconciler.sandbox.faults import parse_faults  # noqa: PLC0415 - loads pydantic

    try:
        return parse_faults(texts)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _members(
    _context: click.Context, _parameter: click.Parameter, addresses: tuple[str, ...]
) -> frozenset[str]:
    return frozenset(_identities(addresses))


@click.command(cls=_ServeCommand)
@click.option("--host", default="127.0.0.1", show_default=True, callback=_loopback, help="Loopback only.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="0 takes any that is free."
)
@click.option("--data", type=_FILE, help="Keep the panel in this file. Without it, it is lost at the end.")
@click.option(
    "--seed",
    type=_FILE,
    help="A CSV file of people whom a new panel already holds: emailAddress,firstName,… "
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
    type=click.FloatRange(min=0),
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
    help="This member is blocked: counted as such, and neither deleted, unsubscribed nor updated. "
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
    help="The most members on one page, whatever a call asks for.",
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
    largest_page: int,
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
    from reconciler.sandbox.pages import Listing  # noqa: PLC0415 - loads pydantic
    from reconciler.sandbox.store import Store  # noqa: PLC0415 - loads sqlite3

    listing = Listing(
        largest_page,
        shows_all="full" in reading,
        repeats_last="repeats" in reading,
        is_elsewhere="elsewhere" in reading,
    )
    may_read = "forbidden" not in reading
    allowed = Rules(_key_rule(key_env), may_read=may_read, listing=listing, **rules)
    with closing(Store.opened(data, (lambda: read_seed(seed)) if seed else tuple)) as store:
        served = server.ServedSandbox(Application(store, allowed), faults, invocation.tell, delay)
        with server.listen(host, port) as listener:
            address = server.address_of(listener)
            server.serve_on(listener, served, lambda: invocation.say(address))


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
