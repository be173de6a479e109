"""Guards: how much one apply may do before a person has to confirm it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from reconciler.environment.model import Guards, Limit
from reconciler.lockfile.model import Lockfile
from reconciler.plan.model import Action, GuardRefusal, Remove
from reconciler.problems import Problem
from reconciler.roster.model import Roster

LEAST_POPULATION = 10
"""A percentage counts only once the lockfile holds so many members: 30 % of three is no figure to guard."""

GUARDS = ("add", "change", "remove", "empty")

ALLOWABLE = (*GUARDS, "delete")
"""What can be lifted for one run: the guards, and the question that comes before people are deleted."""


def refusals(
    actions: Iterable[Action], roster: Roster, lockfile: Lockfile, guards: Guards, allowed: frozenset[str]
) -> tuple[GuardRefusal, ...]:
    """The guards that a plan exceeds, except those that are lifted."""
    counted = [action for action in actions if not isinstance(action, Remove) or action.is_counted]
    counts = Counter(action.action for action in counted)
    found = (*_empty(counted, roster, len(lockfile.members)), *_exceeded(counts, lockfile, guards))
    return tuple(refusal for refusal in found if refusal.guard not in allowed)


def guard_exceeded(refusal: GuardRefusal) -> str:
    """What exceeds a guard, and the setting: half a sentence."""
    setting = f"guards.{refusal.guard} allows {refusal.limit}"
    of = f"{refusal.of} member{'s' * (refusal.of != 1)}"
    match refusal.guard:
        case "add":
            return f"{refusal.count} would be added to {of}; {setting}"
        case "empty":
            return f"no members are declared, so all {refusal.count} in the lockfile would be removed"
        case guard:
            return f"{refusal.count} of {of} would be {guard.removesuffix('e')}ed; {setting}"


def guard_problem(refusal: GuardRefusal) -> Problem:
    """A plan exceeds a guard: what an apply would say, and what a plan and `suppress` say beforehand."""
    return Problem(
        (f"A guard refuses this plan: {guard_exceeded(refusal)}.",),
        (f"If you intend this, add `{refusal.lifted_by}`.",),
    )


def _empty(actions: Iterable[Action], roster: Roster, population: int) -> Iterator[GuardRefusal]:
    removed = sum(isinstance(action, Remove) and action.is_known for action in actions)
    if removed and not roster.members:
        yield GuardRefusal("empty", removed, "0", population, "--allow empty")


def _exceeded(counts: Counter[str], lockfile: Lockfile, guards: Guards) -> Iterator[GuardRefusal]:
    population = len(lockfile.members)
    for guard in GUARDS[:3]:
        limit: Limit | None = getattr(guards, guard)
        if limit is not None and _exceeds(counts[guard], limit, population):
            yield GuardRefusal(guard, counts[guard], str(limit), population, f"--allow {guard}")


def _exceeds(count: int, limit: Limit, population: int) -> bool:
    if limit.percent is not None:
        return population >= LEAST_POPULATION and count * 100 > limit.percent * population
    return limit.count is not None and count > limit.count
