"""A plan in parts: what the pull request itself changes, and what was pending before it."""

from typing import NamedTuple

from reconciler.plan.model import Action, Plan
from reconciler.plan.pull_request import PullRequestChanges
from reconciler.render.counted import counted
from reconciler.render.sentence import action_clauses


class Part(NamedTuple):
    """Some of a plan's actions, under one heading; it is empty where the plan is compared with nothing."""

    heading: str
    actions: tuple[Action, ...]


def parts(plan: Plan, share: PullRequestChanges | None) -> list[Part]:
    """The parts in the order in which they are read: the pull request's own first."""
    if share is None:
        return [Part("", plan.actions)]
    own, pending = share.own(plan), share.pending(plan)
    found = [Part(f"This pull request: {_own(own, share.settled(plan))}.", own)]
    if pending:
        found.append(Part(f"Pending before it: {', '.join(action_clauses(pending))}.", pending))
    return found


def _own(actions: tuple[Action, ...], settled: int) -> str:
    clauses = list(action_clauses(actions)) or ["nothing to do"]
    if settled:
        verb = "differs" if settled == 1 else "differ"
        clauses.append(
            f"and {counted(settled, 'declaration')} that {verb} but need{'s' * (settled == 1)} nothing"
        )
    return ", ".join(clauses)
