"""A report for a terminal or a log: what happened, what it proves, what to do next."""

from collections.abc import Iterator

from reconciler.apply.report import Report
from reconciler.render.report_words import next_steps, outcomes, spent
from reconciler.render.sentence import report_sentence
from reconciler.render.showing import Showing
from reconciler.render.visible import readable, visible

_COLOURS = {"added": "green", "existing": "green", "unattributed": "green", "forgotten": "yellow"}


def text_report(report: Report, showing: Showing) -> str:
    """The whole report, but for its problems: those are said on standard error."""
    blocks = [
        [report_sentence(report)],
        list(_outcomes(report, showing)),
        list(_rejected(report, showing)),
        [f"Spent:  {spent(report)}"],
        [f"Next:   {visible(step)}" for step in next_steps(report)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _outcomes(report: Report, showing: Showing) -> Iterator[str]:
    rows = list(outcomes(report))
    width = max((len(str(count)) for count, _, _ in rows), default=0)
    longest = max((len(outcome) for _, outcome, _ in rows), default=0)
    for count, outcome, meaning in rows:
        name = showing.paint(f"{outcome:{longest}}", _COLOURS.get(outcome, "red"))
        yield f"  {count:{width}} {name}  {meaning}"


def _rejected(report: Report, showing: Showing) -> Iterator[str]:
    if report.rejected:
        yield "Rejected:"
    for member in report.rejected:
        symbol = showing.paint("!", "magenta")
        yield f"  {symbol} {readable(showing.address(member.key))}  {readable(member.source)}"
        yield f"      the API's word: {readable(showing.reason(member.reason, member.attributes))}"
