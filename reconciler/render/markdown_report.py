"""A report for a comment or a job's summary: what happened, what it proves, what to do next."""

from collections.abc import Iterator, Sequence

from reconciler.apply.report import Report
from reconciler.plan.model import StillRejected, Unremoved
from reconciler.render.counted import counted
from reconciler.render.markdown_problems import markdown_problems
from reconciler.render.markdown_text import code, details, prose, table
from reconciler.render.report_words import next_steps, outcomes, spent, standing
from reconciler.render.sentence import report_sentence
from reconciler.render.showing import RenderOptions

_MOST_OPEN_ROWS = 20
_MOST_ROWS = 100


def markdown_report(report: Report, showing: RenderOptions) -> str:
    """The whole report; a long table of rejected members folds away, and is cut unless all is asked for."""
    blocks = [
        [f"**{prose(report_sentence(report))}**"],
        list(_outcomes(report)),
        list(_refused("Rejected", report.rejected, showing)),
        list(_refused("Blocked", report.blocked, showing)),
        [markdown_problems(report.problems, showing).rstrip("\n")] if report.problems else [],
        [f"- Spent: {prose(spent(report))}", *(f"- Next: {prose(step)}" for step in next_steps(report))],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _outcomes(report: Report) -> list[str]:
    rows = [(str(count), outcome, prose(meaning)) for count, outcome, meaning in outcomes(report)]
    return table(("members", "outcome", "which means"), rows) if rows else []


def _refused(
    heading: str, refused: Sequence[StillRejected | Unremoved], showing: RenderOptions
) -> Iterator[str]:
    if not refused:
        return
    members = refused if showing.full else refused[:_MOST_ROWS]
    rows = (
        (
            code(showing.address(member.key)),
            code(standing(member)),
            code(showing.reason(member.reason, member.attributes)),
        )
        for member in members
    )
    lines = table(("member", "declared in", "the API's word"), rows)
    yield from (f"#### {heading}: {len(refused)}", "")
    yield from (
        details(f"{len(members)} of {counted(len(refused), 'member')}", lines)
        if len(members) > _MOST_OPEN_ROWS
        else lines
    )
