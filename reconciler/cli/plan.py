"""`reconciler plan`: what apply would do."""

from pathlib import Path

import click

from reconciler.apply.recovery import KnownState, known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import (
    allow_option,
    environment_argument,
    format_option,
    mask_option,
    retry_rejected_option,
)
from reconciler.cli.pending import circumstances_of
from reconciler.cli.saving import save
from reconciler.declaration import read_declaration
from reconciler.errors import EXIT_DONE, EXIT_SOMETHING_TO_APPLY
from reconciler.plan.model import Plan
from reconciler.plan.planner import make_plan
from reconciler.render.plan_words import Circumstances

_ACTIONS = ("add", "change", "remove", "rejected")


@click.command
@environment_argument
@format_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also save the plan, as JSON, for `reconciler apply ENV FILE`.",
)
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 where apply would call the API or write the lockfile, with 0 where it would not.",
)
@allow_option
@retry_rejected_option
@click.option("--full", is_flag=True, help="List everybody, not only the first of each action.")
@click.option("--only", type=click.Choice(_ACTIONS), multiple=True, help="List only members of this action.")
@mask_option
@click.pass_obj
def plan(
    invocation: Invocation,
    name: str,
    *,
    out: Path | None,
    detailed_exitcode: bool,
    allow: tuple[str, ...],
    retry_rejected: bool,
    full: bool,
    only: tuple[str, ...],
) -> int:
    """Show what apply would do to the panel of ENV, without key or network.

    The plan is shown whole, also where apply would refuse it. JSON is never shortened and never masked.

    Example: reconciler plan production

    Example: reconciler plan production --format markdown --only add
    """
    declared = read_declaration(invocation.panels, name)
    state = known_state(declared.environment)
    made = make_plan(
        declared.environment,
        declared.roster,
        state.lockfile,
        allowed=frozenset(allow),
        retry_rejected=retry_rejected,
    )
    circumstances = circumstances_of(
        invocation, name, state, allow=allow, retry_rejected=retry_rejected, saved=out
    )
    if out is not None:
        save(out, plan_text(made, circumstances))
    invocation.show(invocation.view(full=full, only=frozenset(only)).plan(made, circumstances))
    return EXIT_SOMETHING_TO_APPLY if detailed_exitcode and _would_act(made, state) else EXIT_DONE


def plan_text(made: Plan, circumstances: Circumstances) -> str:
    """The plan as it is saved: the object that `--format json` prints."""
    from reconciler.render.json_view import JsonView  # noqa: PLC0415 - only where a plan is saved

    return JsonView().plan(made, circumstances)


def _would_act(made: Plan, state: KnownState) -> bool:
    return made.has_something_to_apply or state.lockfile != state.on_disk
