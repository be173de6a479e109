"""Options and arguments that several commands share."""

import math
import os
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from reconciler.cli.invocation import Invocation, day_of
from reconciler.environment.discovery import SETTINGS_FILE, find_panels
from reconciler.environment.overview import environments_in_order
from reconciler.errors import UsageError
from reconciler.output.render import COMMON_FORMATS, Format
from reconciler.plan.guards import ALLOWABLE
from reconciler.plan.pull_request import ACTIONS
from reconciler.problems import Problem

_LEAST_BYTES = 1000  # of markdown
_LONGEST_WAIT = 86_400.0  # seconds: a day
_LINK = re.compile(r"https?://[!-;=?-~]+", re.ASCII)
_Command = TypeVar("_Command", bound=Callable[..., Any])


class Seconds(click.FloatRange):
    """A number of seconds up to a day; unlike click's, never infinite and never `nan`."""

    def __init__(self) -> None:
        super().__init__(min=0, max=_LONGEST_WAIT)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """As click does it; `nan` compares with no bound."""
        seconds: float = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return seconds


def environments_beginning(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The environments whose names begin like this, for a TAB; their files are not read."""
    panels = find_panels(context.find_root().params.get("panels"), os.environ)
    return sorted(
        found.parent.name
        for found in panels.glob(f"*/{SETTINGS_FILE}")
        if found.parent.name.startswith(incomplete)
    )


def _remember_environment(
    context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    context.ensure_object(Invocation).environment = value
    return value


environment_argument = click.argument(
    "name", metavar="ENV", callback=_remember_environment, shell_complete=environments_beginning
)
environment_or_all_argument = click.argument(
    "name",
    metavar="[ENV]",
    required=False,
    callback=_remember_environment,
    shell_complete=environments_beginning,
)


def all_option(help_text: str) -> Callable[[_Command], _Command]:
    """`--all`; the command takes it as `is_all`."""
    return click.option("--all", "is_all", is_flag=True, help=help_text)


no_embedded_option = click.option(
    "--no-embedded",
    is_flag=True,
    help="With --all, leave out environments whose panel is the built-in sandbox.",
)


def _remember_format(context: click.Context, _parameter: click.Parameter, value: str) -> None:
    context.ensure_object(Invocation).format = Format(value)


def format_option_with(*more: Format, about: str = "") -> Callable[[_Command], _Command]:
    """`--format`, which the invocation keeps, with more formats, which the help explains with `about`."""
    explained = "".join(f" {chosen} is {about}." for chosen in more)
    return click.option(
        "--format",
        type=click.Choice([str(chosen) for chosen in (*COMMON_FORMATS, *more)]),
        default=str(Format.TEXT),
        show_default=True,
        expose_value=False,
        callback=_remember_format,
        help=f"How the result is printed; github is text with annotations, for a workflow's log.{explained}",
    )


format_option = format_option_with()
terraform_format_option = format_option_with(
    Format.GITLAB_TERRAFORM,
    about="counts for GitLab's widget for Terraform reports",
)


def size_options(command: _Command) -> _Command:
    """`--full`, `--max-bytes` and `--link`; see `sizes`."""
    for option in (
        click.option("--link", metavar="URL", help="The URL of the full result; markdown links to it."),
        click.option(
            "--max-bytes",
            type=click.IntRange(min=_LEAST_BYTES),
            help="Limit markdown to this size: it keeps all counts, and as many whole rows as fit.",
        ),
        click.option("--full", is_flag=True, help="List everyone, not only the first of each kind."),
    ):
        command = option(command)
    return command


def listing_options(command: _Command) -> _Command:
    """`--only`, and the `size_options`: how much of a plan or a report is shown."""
    only = click.option(
        "--only", type=click.Choice(ACTIONS), multiple=True, help="List only members of this action."
    )
    return only(size_options(command))


def sizes(invocation: Invocation, *, full: bool, max_bytes: int | None, link: str | None) -> dict[str, Any]:
    """What `size_options` ask of `Invocation.show`, unless they contradict each other."""
    for option, value in (("--max-bytes", max_bytes), ("--link", link)):
        if value is not None and invocation.format not in (Format.MARKDOWN, Format.HTML):
            message = f"{option} has no effect on --format {invocation.format}."
            raise UsageError(Problem((message,), ("Use it with --format markdown, or leave it out.",)))
    if full and max_bytes is not None:
        raise UsageError(Problem(("--full and --max-bytes exclude each other.",), ("Give one of them.",)))
    if link is not None and not _LINK.fullmatch(link):
        raise UsageError(Problem(("--link takes an address that begins with https://.",)))
    return {"full": full, "most_bytes": max_bytes, "link": link}


def _remember_masking(context: click.Context, _parameter: click.Parameter, value: bool | None) -> None:  # noqa: FBT001 - click's shape of a callback
    if value is not None:
        context.ensure_object(Invocation).masked = value


mask_option = click.option(
    "--mask/--no-mask",
    default=None,
    expose_value=False,
    callback=_remember_masking,
    help="Mask personal data (JSON is never masked). On by default in CI and with --format github.",
)
allow_option = click.option(
    "--allow",
    type=click.Choice(ALLOWABLE),
    multiple=True,
    help="Lift this guard, for this run; delete: don't ask again before people are deleted. May be given "
    "several times.",
)
retry_rejected_option = click.option(
    "--retry-rejected",
    is_flag=True,
    help="Send members that the API refused again, even if nothing about them changed.",
)
member_option = click.option(
    "--member",
    metavar="EMAIL",
    multiple=True,
    help="Only this member, by address or by `hmac-sha256:` hash. Everyone else stays as they are. "
    "Repeatable.",
)


def _remember_today(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    try:
        day_of(value)
    except ValueError:
        raise click.BadParameter("a date is written 2027-01-31.", context, parameter) from None
    context.ensure_object(Invocation).today = value


today_option = click.option(
    "--today",
    metavar="DATE",
    expose_value=False,
    callback=_remember_today,
    help="Count declarations as if it were this day (UTC), such as 2027-01-31, for tests and rehearsals; "
    "an apply acts on it.",
)
yes_option = click.option("--yes", is_flag=True, help="Don't ask. Required without a terminal.")


# Which environments a command is about: the one that is named, or all, those that come first first.


def selected(invocation: Invocation, name: str | None, *, is_all: bool, no_embedded: bool) -> tuple[str, ...]:
    """The name of ENV, or with --all of all environments, in the order of apply."""
    if is_all and name is not None:
        raise UsageError(Problem(("ENV and --all exclude each other.",), ("Give one of them.",)))
    if no_embedded and not is_all:
        raise UsageError(
            Problem(("--no-embedded goes with --all.",), ("Name one environment, or give --all.",))
        )
    if is_all:
        placed = environments_in_order(invocation.panels)
        return tuple(found.name for found in placed if not (no_embedded and found.is_embedded))
    if name is None:
        raise UsageError(Problem(("Missing argument 'ENV'.",), ("Name an environment, or give --all.",)))
    return (name,)
