"""The sentences about outcomes, removals and guards, each written once. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator

from reconciler.apply.report import Report
from reconciler.lockfile.model import Lockfile
from reconciler.member import Removal
from reconciler.plan.model import Action, Change, Plan, Remove
from reconciler.problems import Problem, Severity, counted

OUTCOMES = {
    "added": "new in the panel",
    "existing": "already in the panel before",
    "unattributed": "in the panel; the API doesn't say whether they are new",
    "rejected": "refused by the API",
    "unconfirmed": "sent, but no answer confirms it; they may be in the panel",
    "unsent": "not processed in this run",
    "forgotten": "dropped from the lockfile; the panel is not changed",
    "resubmitted": "sent again with other fields; the API doesn't confirm updates",
    "unsubscribed": "in the panel, and get no more mail",
    "deleted": "no longer in the panel",
    "absent": "not in the panel: never there, or already gone",
    "blocked": "blocked in QuestionPro, and left as they are",
}
"""What each outcome proves, and no more (docs/outcomes.md)."""

LEFT_UNATTRIBUTED = {
    Removal.UNSUBSCRIBE: "get no more mail; the API doesn't say whether they were in the panel",
    Removal.DELETE: "no longer in the panel; the API doesn't say whether this run deleted them",
}
"""`unattributed`, of members who were to leave."""

REMOVED = {
    "unattributed": "removed; the API doesn't say whether they were in the panel",
    "rejected": "the API refused to remove them",
    "unconfirmed": "asked to be removed, but no answer confirms it; they may be in the panel",
}
"""What an outcome proves about people in the lockfile's section `departed`, where it isn't the same."""

LEFT_AS_THEY_ARE = "in the panel; the API refused to change or remove them"
"""`rejected`, of members who are in the panel."""

REMOVALS = {
    Removal.FORGET: "stay in the panel; only the lockfile entry is dropped",
    Removal.UNSUBSCRIBE: "stay in the panel and get no more mail (`POST /micropanel/members/unsubscribe`)",
    Removal.DELETE: "are permanently deleted from the panel (`DELETE /micropanel/members`)",
}
"""How members leave, as the second half of *They …*."""

NO_RESUBSCRIPTION = "They were unsubscribed before, and adding doesn't resubscribe them."

UNDECIDED = "unknown here"
"""How members leave whose suppression can't be checked without the secret."""

RETRY_REMOVAL = (
    "Check in QuestionPro why (unblock them if they are blocked) and apply with `--retry-rejected`. "
    "Or remove them there by hand, then run `reconciler state rm`."
)
"""What to do about members that the API refused to remove."""


BY_HAND = "If they are in the panel, remove them there by hand."
"""What is left to do about people if no call is made."""


def problem_counts(problems: Iterable[Problem]) -> str:
    """How many problems there are, and how many warnings: `2 problems, 1 warning`."""
    found = Counter(problem.severity for problem in problems if not problem.is_detail)
    nouns = {Severity.ERROR: "problem", Severity.WARNING: "warning"}
    return ", ".join(counted(found[each], noun) for each, noun in nouns.items() if found[each])


def interrupted_run(remedy: str) -> Problem:
    """A journal is there; `remedy` names the commands that merge it."""
    return Problem(
        (
            "An interrupted run left a journal, or an apply is running now. ",
            "Its results so far are included here.",
        ),
        (f"If no apply is running, {remedy} merges it into the lockfile.",),
        severity=Severity.WARNING,
        code="interrupted-run",
    )


def plan_sentence(plan: Plan) -> str:
    """What apply would do: `production: 12 to add, 3 to remove (forget), 95 unchanged.` is one."""
    summary = plan.summary
    clauses = [] if plan.has_something_to_apply else ["nothing to do"]
    clauses += _action_clauses(plan.actions, summary.add, summary.remove)
    clauses += [f"{summary.unchanged} unchanged"] if summary.unchanged else []
    clauses += [f"{summary.rejected} rejected"] if summary.rejected else []
    clauses += [] if plan.declared or plan.selection else ["no members are declared"]
    return _sentence(plan.environment, clauses)


def report_sentence(report: Report) -> str:
    """What apply did: `production: 12 added, 2 unconfirmed.` is one."""
    counts = [f"{count} {outcome}" for outcome, count in report.summary._asdict().items() if count]
    nothing = "nothing to do" if report.failure is None else "nothing was done"
    return _sentence(report.environment, counts or [nothing])


def state_sentence(environment: str, lockfile: Lockfile | None) -> str:
    """What the lockfile records: `production: 96 members (90 added, 6 existing), 1 rejected.` is one."""
    if lockfile is None:
        return _sentence(environment, ["no lockfile found"])
    outcomes = Counter(entry.outcome.value for entry in lockfile.members.values())
    kinds = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    clauses = [counted(len(lockfile.members), "member") + (f" ({kinds})" if kinds else "")]
    clauses += [f"{len(lockfile.rejected)} rejected"] if lockfile.rejected else []
    clauses += [f"{len(lockfile.unconfirmed)} unconfirmed"] if lockfile.unconfirmed else []
    clauses += [f"{len(lockfile.departed)} departed"] if lockfile.departed else []
    return _sentence(environment, clauses)


def action_clauses(actions: Iterable[Action]) -> list[str]:
    """How many members some of a plan's actions concern: `2 to add` and `1 to remove (forget)`."""
    actions = tuple(actions)
    kinds = Counter(action.action for action in actions)
    rejected = [f"{kinds['rejected']} rejected"] if kinds["rejected"] else []
    return [*_action_clauses(actions, kinds["add"], kinds["remove"]), *rejected]


def _action_clauses(actions: Iterable[Action], add: int, remove: int) -> Iterator[str]:
    if add:
        yield f"{add} to add"
    changes = [action for action in actions if isinstance(action, Change)]
    deliverable = sum(action.deliverable for action in changes)
    if deliverable:
        yield f"{deliverable} to change"
    if others := len(changes) - deliverable:
        yield f"{others} changed (not deliverable by this API)"
    if remove:
        ways = sorted({action.by or UNDECIDED for action in actions if isinstance(action, Remove)})
        yield f"{remove} to remove ({', '.join(ways)})"


def _sentence(environment: str, clauses: Iterable[str]) -> str:
    return f"{environment}: {', '.join(clauses)}."
