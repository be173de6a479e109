"""`reconciler plan`: what apply would do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import (
    all_option,
    allow_option,
    environment_or_all_argument,
    listing_options,
    mask_option,
    member_option,
    no_embedded_option,
    retry_rejected_option,
    selected,
    sizes,
    terraform_format_option,
    today_option,
)
from reconciler.cli.planning import Planning, compared, several
from reconciler.cli.saving import check_place, save
from reconciler.cli.selection import AskedMembers
from reconciler.errors import EXIT_DONE, EXIT_INVALID, EXIT_SOMETHING_TO_APPLY, ReconcilerError, UsageError
from reconciler.output.documents.plan import plan_screen, plans_screen
from reconciler.output.json_shapes import json_text, problems_data
from reconciler.output.plan_json import PlanListing


@click.command
@environment_or_all_argument
@all_option("Plan every environment, in the order in which they are applied.")
@no_embedded_option
@terraform_format_option
@click.option(
    "--base",
    metavar="REF",
    help="Say what this branch changes since it left REF, such as origin/main, and what was pending "
    "before. With --all, leave out what it doesn't affect. Fails if a lockfile was edited.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also save the plan, as JSON, for `reconciler apply ENV FILE`; with --all, all plans in one file.",
)
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 where apply would call the API or write the lockfile, with 0 where it would not.",
)
@allow_option
@retry_rejected_option
@member_option
@today_option
@listing_options
@mask_option
@click.pass_obj
def plan(
    invocation: Invocation,
    name: str | None,
    *,
    is_all: bool,
    no_embedded: bool,
    base: str | None,
    out: Path | None,
    detailed_exitcode: bool,
    allow: tuple[str, ...],
    retry_rejected: bool,
    member: tuple[str, ...],
    full: bool,
    only: tuple[str, ...],
    max_bytes: int | None,
    link: str | None,
) -> int:
    """Show what apply would do to the panel of ENV, or of --all, without key or network.

    The plan is shown whole, also where apply would refuse it. JSON is never shortened and never masked.

    Example: reconciler plan production

    Example: reconciler plan production --format markdown --only add

    Example: reconciler plan --all --base origin/main
    """
    wishes = sizes(invocation, full=full, max_bytes=max_bytes, link=link)
    if out is not None:
        check_place(out)
    with _failure_saved(invocation, out):
        names = selected(invocation, name, is_all=is_all, no_embedded=no_embedded)
        asked = AskedMembers.of(member, must_be_known=not is_all)
        names = asked.known_in(invocation, names) if is_all else names
        with compared(invocation, base) as before:
            planning = Planning(invocation, allow, retry_rejected, None if is_all else out, before, asked)
            listing = several(planning, names) if is_all else PlanListing((planning.one(names[0]),))
    invocation.tell_problems(listing.problems)
    screen = plans_screen(listing, only) if is_all else plan_screen(*listing.plans[0], only)
    if out is not None:
        save(out, json_text(screen.data()))
    invocation.show(screen, **wishes)
    if listing.problems:
        return EXIT_INVALID
    would_act = any(context.would_act for _, context in listing.plans)
    return EXIT_SOMETHING_TO_APPLY if detailed_exitcode and would_act else EXIT_DONE


@contextmanager
def _failure_saved(invocation: Invocation, out: Path | None) -> Iterator[None]:
    """Save why no plan could be made, if that is so: `reconciler show` then says it in a comment."""
    try:
        yield
    except ReconcilerError as error:
        if out is not None and not isinstance(error, UsageError):
            save(out, json_text(problems_data(error.problems, invocation.environment)))
        raise
