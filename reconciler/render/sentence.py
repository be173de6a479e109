"""The one sentence that says a plan or a report in short: the same in every format."""

from collections import Counter
from collections.abc import Iterable, Iterator

from reconciler.apply.report import Report
from reconciler.lockfile.model import Lockfile
from reconciler.plan.model import Action, Change, Plan, Remove
from reconciler.render.counted import counted
from reconciler.render.visible import visible

_UNDELIVERABLE = "(not deliverable by this API)"


def plan_sentence(plan: Plan) -> str:
    """What apply would do: `production: 12 to add, 3 to remove (forget), 95 unchanged.` is one."""
    clauses = [] if plan.has_something_to_apply else ["nothing to do"]
    return _sentence(plan.environment, (*clauses, *_plan_clauses(plan)))


def report_sentence(report: Report) -> str:
    """What apply did: `production: 12 added, 2 unconfirmed.` is one."""
    counts = [f"{count} {outcome}" for outcome, count in report.summary._asdict().items() if count]
    nothing = "nothing to do" if report.failure is None else "nothing was done"
    return _sentence(report.environment, counts or [nothing])


def state_sentence(environment: str, lockfile: Lockfile | None) -> str:
    """Whom the lockfile knows: `production: 96 members (90 added, 6 existing), 1 rejected.` is one."""
    if lockfile is None:
        return _sentence(environment, ["there is no lockfile"])
    clauses = [_members(lockfile)]
    if lockfile.rejected:
        clauses.append(f"{len(lockfile.rejected)} rejected")
    if lockfile.unconfirmed:
        clauses.append(f"{len(lockfile.unconfirmed)} unconfirmed")
    return _sentence(environment, clauses)


def action_clauses(actions: Iterable[Action]) -> Iterator[str]:
    """How many members some of a plan's actions concern: `2 to add` and `1 to remove (forget)`."""
    actions = tuple(actions)
    kinds = Counter(action.action for action in actions)
    if kinds["add"]:
        yield f"{kinds['add']} to add"
    yield from _change_clauses(actions)
    if kinds["remove"]:
        ways = sorted({action.by for action in actions if isinstance(action, Remove)})
        yield f"{kinds['remove']} to remove ({', '.join(ways)})"
    if kinds["rejected"]:
        yield f"{kinds['rejected']} rejected"


def _sentence(environment: str, clauses: Iterable[str]) -> str:
    return f"{visible(environment)}: {', '.join(clauses)}."


def _plan_clauses(plan: Plan) -> Iterator[str]:
    summary = plan.summary
    if summary.add:
        yield f"{summary.add} to add"
    yield from _change_clauses(plan.actions)
    if summary.remove:
        yield f"{summary.remove} to remove ({', '.join(sorted({action.by for action in plan.removes}))})"
    if summary.unchanged:
        yield f"{summary.unchanged} unchanged"
    if summary.rejected:
        yield f"{summary.rejected} rejected"
    if not plan.declared and plan.selection is None:
        yield "nobody is declared"


def _change_clauses(actions: Iterable[Action]) -> Iterator[str]:
    changes = [action for action in actions if isinstance(action, Change)]
    deliverable = sum(action.deliverable for action in changes)
    if deliverable:
        yield f"{deliverable} to change"
    if others := len(changes) - deliverable:
        yield f"{others} changed {_UNDELIVERABLE}"


def _members(lockfile: Lockfile) -> str:
    outcomes = Counter(entry.outcome.value for entry in lockfile.members.values())
    kinds = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    return counted(len(lockfile.members), "member") + (f" ({kinds})" if kinds else "")
