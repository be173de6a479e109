"""How what a run applied compares with what the pull request showed, in words. Pure."""

from reconciler.cli.github_applied import Applied
from reconciler.plan.model import Summary
from reconciler.plan.pull_request import PlanFigures

_KINDS = {
    "add": "to add",
    "change": "to change",
    "remove": "to remove",
    "unchanged": "unchanged",
    "rejected": "rejected",
}


def comparison(environment: str, showed: PlanFigures | None, applied: Applied) -> str:
    """A few sentences; `showed` is None where the pull request showed no plan for the environment."""
    if not applied.has_report:
        return "The run left no report, so it can't be compared with what this pull request showed."
    if applied.planned is None:
        return "The run ended before it had a plan that it could carry out."
    planned = applied.planned
    if showed is None:
        now = counts(planned.summary)
        return f"This pull request showed no plan for `{environment}` to compare with. Now it was {now}."
    if showed.digest == planned.digest:
        return "This is the plan that the pull request showed."
    figures = f"The pull request showed {counts(showed.summary)}; now it was {counts(planned.summary)}."
    return f"{figures} {_why(showed, planned)}"


def counts(summary: Summary) -> str:
    """`3 to add, 95 unchanged`; `nobody` where there is nothing to count."""
    clauses = [f"{count} {_KINDS[kind]}" for kind, count in summary._asdict().items() if count]
    return ", ".join(clauses) or "nobody"


def _why(showed: PlanFigures, planned: PlanFigures) -> str:
    if showed.roster_digest != planned.roster_digest:
        return "Other changes were merged in between, and are part of this plan."
    before, now = _work(showed.summary), _work(planned.summary)
    if now < before:
        return "The same members are declared: an apply in between did part of it."
    if now > before:
        return "The same members are declared: an apply in between left more to do."
    return "The same members are declared: the lockfile or a setting changed in between."


def _work(summary: Summary) -> int:
    return summary.add + summary.change + summary.remove
