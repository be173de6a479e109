"""`reconciler sandbox`: the built-in panel, embedded in an environment or served on this machine."""

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
from reconciler.plan.saved import FORMAT
from reconciler.problems import Address, Code, Location, Problem, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.sandbox.embedded import Contents
    from reconciler.sandbox.store import Resident, Store

FILE = click.Path(dir_okay=False, path_type=Path)
_COMMANDS = {
    "serve": CommandEntry("reconciler.cli.sandbox_serve", "serve", "Serve a panel on this machine."),
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


_data_option = click.option(
    "--data", type=FILE, help="The data file of a served sandbox, instead of an environment."
)


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
    if data is not None and name is not None:
        raise UsageError(Problem(("ENV and --data exclude each other.",), ("Give one of them.",)))
    if data is not None:
        found = contents_of(data)
    elif name is not None:
        environment = _embedded(invocation.panels, name)
        found, allowance = contents(environment), environment.api.call_allowance
    else:
        hint = "Name an environment, or give --data FILE."
        raise UsageError(Problem(("Missing argument 'ENV'.",), (hint,)))
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
                ("Name the members and the change." if data else "Name ENV, the members and the change.",),
                ("For example: reconciler sandbox change sandbox ada@example.org --unsubscribe",),
            )
        )
    wanted = dict.fromkeys(identities(addresses), fields)
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


def identities(addresses: "Sequence[str]") -> list[str]:
    return list(dict.fromkeys(map(_identity, addresses)))


def _identity(address: str) -> str:
    try:
        return identity(address)
    except InvalidAddress as error:
        raise click.BadParameter(f"{address!r} is not an e-mail address. {error}") from None


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
