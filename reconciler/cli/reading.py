"""What the commands share that read a panel, or a file that came out of one."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.applying import connector, destination
from reconciler.cli.invocation import Invocation
from reconciler.cli.progress import ReadProgress
from reconciler.cli.terminal import confirm
from reconciler.environment.model import Environment
from reconciler.errors import Interrupted, Refusal, UsageError
from reconciler.importing.columns import parse_mapping
from reconciler.importing.run import ImportOptions
from reconciler.importing.values import DATE_COLUMNS, DateOrder
from reconciler.interruption import interruptible
from reconciler.problems import Problem, counted

if TYPE_CHECKING:
    from reconciler.readback.model import PanelRead

_Command = TypeVar("_Command", bound=Callable[..., Any])


max_calls_option = click.option(
    "--max-calls",
    type=click.IntRange(min=1),
    metavar="N",
    help="Spend at most N calls. Default: twice the expected number of pages, and 10 more.",
)


def source_options(command: _Command) -> _Command:
    """How a file is read: `--map`, `--encoding`, `--sheet` and `--dates`; see `import_options`."""
    for option in (
        click.option(
            "--dates",
            metavar="FIELD=dmy|mdy|ymd",
            multiple=True,
            help="The order in which the dates of a field are written. Repeatable.",
        ),
        click.option("--sheet", metavar="NAME", help="Which sheet of a workbook to read."),
        click.option(
            "--encoding",
            metavar="NAME",
            help="How the text is encoded, if it is not UTF-8 or UTF-16, such as cp1252.",
        ),
        click.option(
            "--map",
            "mappings",
            metavar="HEADER=FIELD",
            multiple=True,
            help="Read this column as this field; `HEADER=` leaves it out. Repeatable.",
        ),
    ):
        command = option(command)
    return command


def import_options(
    mappings: tuple[str, ...], encoding: str | None, sheet: str | None, dates: tuple[str, ...]
) -> ImportOptions:
    """What the `source_options` say."""
    try:
        return ImportOptions(parse_mapping(mappings), _orders(dates), encoding, sheet)
    except ValueError as error:
        raise UsageError(Problem((f"--map: {error}",))) from None


def _orders(dates: tuple[str, ...]) -> dict[str, DateOrder]:
    orders = {}
    for text in dates:
        field, _, order = text.partition("=")
        if field not in DATE_COLUMNS or order not in set(DateOrder):
            fields = ", ".join(sorted(DATE_COLUMNS))
            hint = f"Write FIELD=dmy, FIELD=mdy or FIELD=ymd. The fields are {fields}."
            raise UsageError(Problem((f'--dates: "{text}" is not of that form.',), (hint,)))
        orders[field] = DateOrder(order)
    return orders


def refuse_beside(given: Mapping[str, object], message: str, hint: str = "") -> None:
    """Refuse options that mean nothing in this use of the command; what is empty in `given` was not given.

    `message` says what is wrong, with `{}` for the options.
    """
    if names := [name for name, value in given.items() if value]:
        raise UsageError(Problem((message.format(" and ".join(names)),), (hint,) if hint else ()))


def read_from_api(
    invocation: Invocation,
    environment: Environment,
    size: int,
    expected: Mapping[str, str],
    known: Collection[str] | None,
    max_calls: int | None,
    *,
    yes: bool,
) -> "PanelRead":
    """Say what reading costs, ask, and read the panel.

    Args:
        invocation: where progress is shown.
        environment: whose panel it is.
        size: how many members it may have at least.
        expected: members to look up if they are on no page: their addresses, by identity.
        known: the members that the lockfile has as added or existing; None if any member will do.
        max_calls: what --max-calls says.
        yes: what --yes says.

    Raises:
        InvalidInput: the key is missing or can't be used.
        Refusal: the answer is not yes, or the target's host is not allowed.
        Interrupted: a signal came before the first call.
    """
    from reconciler.readback.reader import ReadPlan, least_calls, read_panel, usual_limit  # noqa: PLC0415 - loads asyncio

    connect = connector(environment)
    most = usual_limit(size) if max_calls is None else max_calls
    least = counted(least_calls(size), "call")
    where = invocation.line(destination(environment))
    invocation.tell(f"Reading the panel of {where} takes at least {least}, and at most {most} (--max-calls).")
    confirm(f"Read the panel of {where}?", yes=yes)
    plan = ReadPlan(expected, known, most, _asked(invocation, yes=yes))
    read = read_panel(connect, environment.api, plan, ReadProgress(invocation))
    if read.is_interrupted and not read.calls:
        raise Interrupted(Problem(("Interrupted before anything was read.",)))
    return read


def _asked(invocation: Invocation, *, yes: bool) -> Callable[[int], bool]:
    """What asks whether to look members up."""

    def may_look_up(missing: int) -> bool:
        who = counted(missing, "member is", "members are")
        invocation.tell(f"{who} on no page. To look them up takes {counted(missing, 'call')}.")
        try:
            with interruptible():
                confirm("Look them up?", yes=yes)
        except (Refusal, Interrupted, KeyboardInterrupt):
            return False
        return True

    return may_look_up
