"""A report for a terminal or a log: what happened, what it proves, what to do next."""

from collections.abc import Iterator, Sequence

from reconciler.apply.report import Report
from reconciler.plan.model import StillRejected, Unremoved
from reconciler.render.report_words import next_steps, outcomes, spent, standing
from reconciler.render.sentence import report_sentence
from reconciler.render.showing import RenderOptions
from reconciler.render.visible import readable, visible

_COLOURS = dict.fromkeys(
    ("added", "existing", "unattributed", "resubmitted", "unsubscribed", "deleted", "absent"), "green"
) | {"forgotten": "yellow"}


def text_report(report: Report, showing: RenderOptions) -> str:
    """The whole report, but for its problems: those are said on standard error."""
    blocks = [
        [report_sentence(report)],
        list(_outcomes(report, showing)),
        list(_refused("Rejected:", report.rejected, showing)),
        list(_refused("Blocked:", report.blocked, showing)),
        [f"Spent:  {spent(report)}"],
        [f"Next:   {visible(step)}" for step in next_steps(report)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _outcomes(report: Report, showing: RenderOptions) -> Iterator[str]:
    rows = list(outcomes(report))
    width = max((len(str(count)) for count, _, _ in rows), default=0)
    longest = max((len(outcome) for _, outcome, _ in rows), default=0)
    for count, outcome, meaning in rows:
        name = showing.paint(f"{outcome:{longest}}", _COLOURS.get(outcome, "red"))
        yield f"  {count:{width}} {name}  {meaning}"


def _refused(
    heading: str, members: Sequence[StillRejected | Unremoved], showing: RenderOptions
) -> Iterator[str]:
    if members:
        yield heading
    for member in members:
        symbol = showing.paint("!", "magenta")
        yield f"  {symbol} {readable(showing.address(member.key))}  {readable(standing(member))}"
        yield f"      the API's word: {readable(showing.reason(member.reason, member.attributes))}"
