"""A verdict: that there was nothing to do, and for what. Pure; holds nothing but hashes and a count.

It is given only where a plan lists nobody. Then the plan has no sources to name, no guard to raise, and is
the same whatever guards are lifted and whether or not rejected members are to be sent again: for none of
those declared stands rejected.
"""

from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.plan.cost import estimate
from reconciler.plan.digest import plan_digest
from reconciler.plan.model import Plan, Summary


class Verdict(NamedTuple):
    """Nothing to do. The hashes are written `sha256:…`.

    `inputs` stands for all that the plan was made from; `declared` is how many people that is about.
    """

    inputs: str
    roster_digest: str
    lockfile_digest: str
    declared: int


def verdict_of(plan: Plan, inputs: str) -> Verdict | None:
    """The verdict that a plan comes to, made from these inputs; None where it has anything to tell of."""
    if plan.actions or plan.refusals or plan.expiring or plan.expired or not plan.has_lockfile:
        return None
    return Verdict(inputs, plan.roster_digest, plan.lockfile_digest, plan.declared)


def plan_of(verdict: Verdict, environment: Environment) -> Plan:
    """The plan that came to this verdict for this environment."""
    return Plan(
        environment=environment.name,
        target=environment.target,
        policy=environment.policy,
        actions=(),
        summary=Summary(add=0, change=0, remove=0, unchanged=verdict.declared, rejected=0),
        cost=estimate(environment.api),
        refusals=(),
        digest=plan_digest(environment, (), verdict.lockfile_digest),
        roster_digest=verdict.roster_digest,
        lockfile_digest=verdict.lockfile_digest,
        has_lockfile=True,
        declared=verdict.declared,
    )
