"""(Roster, Lockfile, policy) → Plan. No I/O, no clock: the same inputs give the same plan on any machine."""

from collections import Counter
from collections.abc import Iterable

from reconciler.environment.model import Api, Environment
from reconciler.lockfile.codec import digest as lockfile_digest
from reconciler.lockfile.model import Lockfile
from reconciler.plan.comparison import Comparison
from reconciler.plan.cost import estimate
from reconciler.plan.digest import plan_digest, roster_digest
from reconciler.plan.expiry import expired_by, expiring_soon
from reconciler.plan.guards import refusals
from reconciler.plan.model import (
    Action,
    Add,
    Change,
    Cost,
    Day,
    Plan,
    Remove,
    StillRejected,
    Summary,
    Unremoved,
)
from reconciler.roster.model import Roster


def make_plan(
    environment: Environment,
    roster: Roster,
    lockfile: Lockfile | None,
    *,
    day: Day | None = None,
    allowed: frozenset[str] = frozenset(),
    retry_rejected: bool = False,
) -> Plan:
    """The plan that turns the lockfile into the roster.

    Args:
        environment: whose policy, guards and limits hold; its files aren't touched.
        roster: everyone declared, those included whose declaration has expired.
        lockfile: what is known of earlier pushes; None where there is no lockfile at all.
        day: the day for which the plan is made; None where nobody's declaration expires.
        allowed: guards that are lifted for this run: `add`, `change`, `remove`, `empty`.
        retry_rejected: ask again for what the API refused, though nothing about it changed.
    """
    known = lockfile or Lockfile(environment.name, environment.target)
    current = roster.on(day.today) if day else roster
    expired = expired_by(roster, day)
    comparison = Comparison(environment.policy, current, known, retry_rejected, expired)
    actions = tuple(sorted((*comparison.declared(), *comparison.undeclared()), key=_order))
    summary = _summary(actions, current)
    before = lockfile_digest(lockfile)
    return Plan(
        environment=environment.name,
        target=environment.target,
        policy=environment.policy,
        actions=actions,
        summary=summary,
        cost=_cost(actions, environment.api),
        refusals=refusals(_guarded(summary, actions), current, known, environment.guards, allowed),
        digest=plan_digest(environment, actions, before),
        roster_digest=roster_digest(current),
        lockfile_digest=before,
        has_lockfile=lockfile is not None,
        declared=len(current.members),
        expiring=expiring_soon(roster, day),
        expired=len(expired),
    )


_RANK = {kind: rank for rank, kind in enumerate((Add, Change, Remove, StillRejected, Unremoved))}


def _order(action: Action) -> tuple[int, str]:
    return _RANK[type(action)], action.key


def _summary(actions: tuple[Action, ...], roster: Roster) -> Summary:
    counts = dict.fromkeys(_RANK, 0)
    for action in actions:
        counts[type(action)] += 1
    listed = counts[Add] + counts[Change] + counts[StillRejected]
    return Summary(
        add=counts[Add],
        change=counts[Change],
        remove=counts[Remove],
        unchanged=len(roster.members) - listed,
        rejected=counts[StillRejected] + counts[Unremoved],
    )


def _guarded(summary: Summary, actions: Iterable[Action]) -> Summary:
    """The summary without the removals that no guard counts."""
    uncounted = sum(isinstance(action, Remove) and action.was_rejected for action in actions)
    return summary._replace(remove=summary.remove - uncounted)


def _cost(actions: Iterable[Action], api: Api) -> Cost:
    kinds = Counter(type(action) for action in actions if _is_sent(action))
    return estimate(api, kinds[Add], kinds[Change], kinds[Remove])


def _is_sent(action: Action) -> bool:
    match action:
        case Add():
            return True
        case Change():
            return action.deliverable
        case Remove():
            return action.calls_the_api
        case _:
            return False
