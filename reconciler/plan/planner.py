"""(Roster, Lockfile, policy) → Plan. No I/O, no clock: the same inputs give the same plan on any machine."""

from collections.abc import Iterator

from reconciler.environment.model import Environment
from reconciler.lockfile.codec import digest as lockfile_digest
from reconciler.lockfile.model import Lockfile, Rejected
from reconciler.member import Attributes, equal, identical
from reconciler.plan.changes import field_changes
from reconciler.plan.cost import estimate
from reconciler.plan.digest import plan_digest, roster_digest
from reconciler.plan.guards import refusals
from reconciler.plan.model import Action, Add, Change, Plan, Remove, StillRejected, Summary
from reconciler.roster.model import Declaration, Roster


def make_plan(
    environment: Environment,
    roster: Roster,
    lockfile: Lockfile | None,
    *,
    allowed: frozenset[str] = frozenset(),
    retry_rejected: bool = False,
) -> Plan:
    """The plan that turns the lockfile into the roster.

    Args:
        environment: whose policy, guards and limits hold; its files aren't touched.
        roster: everyone declared.
        lockfile: what is known of earlier pushes; None where there is no lockfile at all.
        allowed: guards that are lifted for this run: `add`, `change`, `remove`, `empty`.
        retry_rejected: push members again whom the API refused, though nothing about them changed.
    """
    known = lockfile or Lockfile(environment.name, environment.target)
    found = (*_declared(roster, known, retry_rejected=retry_rejected), *_removed(environment, roster, known))
    actions = tuple(sorted(found, key=_order))
    summary = _summary(actions, roster)
    before = lockfile_digest(lockfile)
    return Plan(
        environment=environment.name,
        target=environment.target,
        policy=environment.policy,
        actions=actions,
        summary=summary,
        cost=estimate(summary.add, environment.api),
        refusals=refusals(summary, roster, known, environment.guards, allowed),
        digest=plan_digest(environment, actions, before),
        roster_digest=roster_digest(roster),
        lockfile_digest=before,
        has_lockfile=lockfile is not None,
        declared=len(roster.members),
    )


_RANK = {kind: rank for rank, kind in enumerate((Add, Change, Remove, StillRejected))}


def _order(action: Action) -> tuple[int, str]:
    return _RANK[type(action)], action.key


def _declared(roster: Roster, known: Lockfile, *, retry_rejected: bool) -> Iterator[Action]:
    for key, declaration in roster.members.items():
        if (present := known.members.get(key)) is not None:
            if not equal(present.attributes, declaration.attributes):
                yield _change(key, present.attributes, declaration)
        elif (rejected := known.rejected.get(key)) is not None and not retry_rejected:
            yield _refused_before(key, rejected, declaration)
        else:
            doubtful = key in known.unconfirmed or (rejected is not None and rejected.doubtful)
            yield Add(key, declaration.source, declaration.attributes, doubtful)


def _change(key: str, before: Attributes, declaration: Declaration) -> Change:
    return Change(key, declaration.source, field_changes(before, declaration.attributes))


def _refused_before(key: str, rejected: Rejected, declaration: Declaration) -> Action:
    # The spelling counts here, though it is no change elsewhere: it may be what the API refused.
    if identical(rejected.attributes, declaration.attributes):
        return StillRejected(key, declaration.source, rejected.reason, declaration.attributes)
    return Add(key, declaration.source, declaration.attributes, rejected.doubtful)


def _removed(environment: Environment, roster: Roster, known: Lockfile) -> Iterator[Remove]:
    by = environment.policy.on_remove.value
    for section in (known.members, known.unconfirmed):
        yield from (Remove(key, by) for key in section if key not in roster.members)


def _summary(actions: tuple[Action, ...], roster: Roster) -> Summary:
    counts = dict.fromkeys((Add, Change, Remove, StillRejected), 0)
    for action in actions:
        counts[type(action)] += 1
    listed = counts[Add] + counts[Change] + counts[StillRejected]
    return Summary(
        add=counts[Add],
        change=counts[Change],
        remove=counts[Remove],
        unchanged=len(roster.members) - listed,
        rejected=counts[StillRejected],
    )
