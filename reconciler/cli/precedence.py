"""Which environment must be applied before which: what `after` says, held against what is applied."""

from reconciler.cli.invocation import Invocation
from reconciler.cli.planning import Planning
from reconciler.environment.reader import try_environment
from reconciler.errors import ReconcilerError, Refusal
from reconciler.problems import Problem
from reconciler.render.sentence import plan_sentence


def check_order(invocation: Invocation, name: str) -> None:
    """Refuse to begin while an environment that this one comes after is not applied.

    Raises:
        Refusal: one has something to apply, has members who stand rejected, or can't be planned.
        InvalidInput: there is no environment of this name.
    """
    found = (_unapplied(invocation, name, other) for other in try_environment(invocation.panels, name).after)
    if problems := tuple(problem for problem in found if problem is not None):
        raise Refusal(*problems)


def held_back(name: str, other: str) -> Problem:
    """Why an environment's turn doesn't come: another one, which it comes after, is not applied."""
    return Problem((f"{name} comes after {other}, and {other} is not applied.",), (f"Apply {other} first.",))


def _unapplied(invocation: Invocation, name: str, other: str) -> Problem | None:
    try:
        planned = Planning(invocation, (), retry_rejected=False).one(other)
    except ReconcilerError as error:
        first = error.problems[0]
        where = f"{first.location}: " if first.location else ""
        return Problem(held_back(name, other).message, ("Its plan can't be made: ", where, *first.message))
    if not planned.would_act and not planned.plan.summary.rejected:
        return None
    why = f"{plan_sentence(planned.plan)} Apply {other} first, or leave out --in-order."
    return Problem(held_back(name, other).message, (why,))
