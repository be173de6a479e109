"""`reconciler sandbox show ENV`."""

from typing import TYPE_CHECKING

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, mask_option
from reconciler.cli.sandbox_environment import embedded_environment
from reconciler.render.counted import counted
from reconciler.render.json_text import json_text
from reconciler.render.masking import masked_address
from reconciler.render.view import Format
from reconciler.render.visible import visible
from reconciler.sandbox.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.sandbox.embedded import Contents

_MOST_LINES = 20


@click.command
@environment_argument
@click.option(
    "--format",
    "chosen",
    type=click.Choice([str(Format.TEXT), str(Format.JSON)]),
    default=str(Format.TEXT),
    show_default=True,
    help="How the result is printed; json names everyone with all their fields, never hidden.",
)
@mask_option
@click.option("--full", is_flag=True, help="Name everyone, however many they are.")
@click.pass_obj
def show(invocation: Invocation, name: str, chosen: str, *, full: bool) -> None:
    """Show who is in an environment's embedded panel, how many were deleted, and the calls that it took.

    Example: reconciler sandbox show sandbox
    """
    from reconciler.sandbox.embedded import contents  # noqa: PLC0415 - loads sqlite3

    found = contents(embedded_environment(invocation.panels, name))
    if chosen == Format.JSON:
        invocation.show(_as_json(name, found))
        return
    invocation.show("\n".join(_lines(name, found, masked=invocation.masked, full=full)) + "\n")


def _as_json(name: str, found: "Contents") -> str:
    members = [
        {"key": key, "standing": found.standings[key], "attributes": attributes}
        for key, attributes in found.members.items()
    ]
    result = {
        "format": 1,
        "environment": name,
        "count": len(members),
        **_special(found),
        "calls": found.calls,
        "allowance": found.allowance,
        "members": members,
    }
    return json_text(result)


def _lines(name: str, found: "Contents", *, masked: bool, full: bool) -> "Iterator[str]":
    count = len(found.members)
    of = "" if found.allowance is None else f" of {found.allowance}"
    yield f"The panel of {visible(name)} holds {counted(count, 'member')}; calls so far: {found.calls}{of}."
    special = [f"{number} {word}" for word, number in _special(found).items() if number]
    if special:
        yield f"{', '.join(special)}."
    listed = list(found.members) if full else list(found.members)[:_MOST_LINES]
    for key in listed:
        standing = found.standings[key]
        mark = "" if standing is Standing.MEMBER else f"  {standing}"
        yield f"  {visible(masked_address(key) if masked else key)}{mark}"
    if len(listed) < count:
        yield f"  … and {count - len(listed)} more; --full names them all"


def _special(found: "Contents") -> dict[str, int]:
    """How many are in the panel and unsubscribed or blocked, and how many were deleted from it."""
    standings = list(found.standings.values())
    return {
        "unsubscribed": standings.count(Standing.UNSUBSCRIBED),
        "blocked": standings.count(Standing.BLOCKED),
        "deleted": found.deleted,
    }
