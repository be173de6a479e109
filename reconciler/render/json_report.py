"""A report and problems as the objects that `--format json` prints and `--report` saves. Never masked."""

from collections.abc import Iterable
from typing import Any

from reconciler.apply.report import Report, outcomes_of
from reconciler.plan.model import StillRejected, Unremoved
from reconciler.problems import Location, Problem, plain
from reconciler.render.json_text import FORMAT
from reconciler.render.sentence import report_sentence


def report_document(report: Report) -> dict[str, Any]:
    """The contract's shape; what stands behind `calls`, but for `rejected`, is ours."""
    return {
        "format": FORMAT,
        "environment": report.environment,
        "summary": _summary(report),
        "calls": report.calls,
        "retries": report.retries,
        "allowance_left": report.allowance_left,
        "recovered": report.recovered,
        "rejected": [_refused(member) for member in report.rejected],
        "blocked": [_refused(member) for member in report.blocked],
        "digest": report.digest,
        "roster_digest": report.roster_digest,
        "planned": report.planned._asdict() if report.planned else None,
        "exit_code": report.exit_code,
        "sentence": report_sentence(report),
        "ci": report.provenance._asdict() if report.provenance else None,
        "problems": problem_documents(report.problems),
    }


def _summary(report: Report) -> dict[str, int]:
    """The contract's counts; behind them those that this environment's policy can come to."""
    known = outcomes_of(report.policy)
    return {name: count for name, count in report.summary._asdict().items() if count or name in known}


def _refused(member: StillRejected | Unremoved) -> dict[str, Any]:
    if isinstance(member, Unremoved):
        return {"key": member.key, "source": None, "by": member.by, "reason": member.reason}
    return {"key": member.key, "source": member.source, "reason": member.reason}


def reports_document(reports: Iterable[Report]) -> dict[str, Any]:
    """What is printed of several environments: a report of each, in the order in which they were applied."""
    return {"format": FORMAT, "reports": [report_document(report) for report in reports]}


def problems_document(problems: Iterable[Problem], environment: str | None) -> dict[str, Any]:
    """What is printed where a command could not do its work."""
    return {"format": FORMAT, "environment": environment, "problems": problem_documents(problems)}


def problem_documents(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Each problem with the five keys of the contract, null where there is nothing to say.

    `excerpt`, the line at the place, stands behind them where it is known.
    """
    return [_problem(problem) for problem in problems]


def _problem(problem: Problem) -> dict[str, Any]:
    place = problem.location or Location("")
    excerpt = {"excerpt": problem.excerpt.text} if problem.excerpt else {}
    return {
        "file": place.file or None,
        "line": place.line,
        "column": place.column,
        "message": plain(problem.message),
        "hint": plain(problem.hint) or None,
    } | excerpt
