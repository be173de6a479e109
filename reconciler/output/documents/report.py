"""A report: what an apply did, what that proves, and what to do next."""

from collections.abc import Iterator, Sequence

from reconciler.apply.report import Report
from reconciler.errors import EXIT_INTERRUPTED, EXIT_REFUSED
from reconciler.member import EMAIL_ADDRESS
from reconciler.output.document import (
    Block,
    Document,
    Fields,
    Headline,
    Problems,
    Row,
    Section,
    Table,
    Text,
    Tone,
)
from reconciler.output.documents.actions import api_says, refused_row
from reconciler.output.render import Screen
from reconciler.output.report_json import report_data, reports_data
from reconciler.output.wording import (
    LEFT_AS_THEY_ARE,
    LEFT_UNATTRIBUTED,
    OUTCOMES,
    RETRY_REMOVAL,
    report_sentence,
)
from reconciler.plan.model import StillRejected, Unremoved
from reconciler.problems import Address, Location, Message, Problem, Severity, counted
from reconciler.roster.csv_file import column_rank, csv_cells, csv_text, spreadsheet_safe

_TONES = {"unconfirmed": Tone.BAD, "unsent": Tone.BAD, "rejected": Tone.BAD, "blocked": Tone.BAD} | {
    "forgotten": Tone.CAREFUL
}


def report_screen(report: Report) -> Screen:
    """What an apply did. Its problems are said on standard error."""
    return Screen(lambda: _document(report), lambda: report_data(report))


def reports_screen(reports: Sequence[Report]) -> Screen:
    """What an apply of several environments did."""
    return Screen(lambda: Document(tuple(map(_document, reports))), lambda: reports_data(reports))


def rejected_csv(reports: Sequence[Report]) -> str:
    """Everyone that the API refused to add, with the reason and what was declared, as `import` reads it."""
    people = [member for report in reports for member in report.rejected if isinstance(member, StillRejected)]
    rows = [(member.reason, csv_cells(member.attributes)) for member in people]
    names = sorted({name for _, cells in rows for name in cells}, key=column_rank)
    lines = ((spreadsheet_safe(reason), *(cells.get(name, "") for name in names)) for reason, cells in rows)
    return csv_text([("reason", *(names or (EMAIL_ADDRESS,))), *lines])


def _document(report: Report) -> Document:
    blocks: list[Block] = [Headline(report_sentence(report))]
    if outcomes := tuple(_outcomes(report)):
        blocks.append(
            Table(("members", "outcome", "which means"), outcomes, _outcome, short=None, noun="outcome")
        )
    for title, members in (("Rejected", report.rejected), ("Blocked", report.blocked)):
        if members:
            table = Table(
                ("member", "declared in"), members, refused_row, details="reason", symbol="!", short=None
            )
            blocks.append(Section(f"{title}: {len(members)}", (table,)))
    if report.problems:
        blocks.append(Problems(report.problems, is_told=True))
    steps: tuple[Text, ...] = tuple(_next_steps(report))
    blocks.append(Fields((("Spent", (_spent(report),)), ("Next", steps))))
    refused = (*report.rejected, *report.blocked)
    return Document(tuple(blocks), f"Apply to {report.environment}", tuple(map(_annotation, refused)))


def _outcomes(report: Report) -> Iterator[tuple[int, str, str]]:
    """(how many, outcome, what it proves) for each outcome that any member had."""
    are_there = sum(isinstance(member, Unremoved) or member.is_there for member in report.rejected)
    left = [meaning for way, meaning in LEFT_UNATTRIBUTED.items() if way in report.policy.calling_ways]
    others = {
        "unattributed": (report.left_unattributed, "; or ".join(left)),
        "rejected": (are_there, LEFT_AS_THEY_ARE),
    }
    for outcome, count in report.summary._asdict().items():
        other, meaning = others.get(outcome, (0, ""))
        if count > other:
            yield count - other, outcome, OUTCOMES[outcome]
        if other:
            yield other, outcome, meaning


def _outcome(found: tuple[int, str, str]) -> Row:
    count, outcome, meaning = found
    return Row((str(count), outcome, meaning), tone=_TONES.get(outcome, Tone.GOOD))


def _annotation(member: StillRejected | Unremoved) -> Problem:
    reason = api_says(member.reason, member.attributes)
    if isinstance(member, Unremoved):
        message: Message = (Address(member.key), f" is not removed: the API refuses to {member.by}.")
        return Problem(message, reason, severity=Severity.WARNING, code="not-removed")
    message = (Address(member.key), " is rejected.")
    return Problem(message, reason, Location.of(member.source), severity=Severity.WARNING, code="rejected")


def _spent(report: Report) -> str:
    """The calls, those left if that is known, and what came from an earlier run."""
    spent = counted(report.calls, "call") if report.calls else "no calls"
    if report.retries:
        spent += f", of which {report.retries} repeated a batch"
    if report.allowance_left is not None:
        spent += f"; {report.allowance_left or 'none'} left of the allowance"
    if report.recovered:
        spent += f"; {counted(report.recovered, 'member')} recovered from the journal of an interrupted run"
    return spent


def _next_steps(report: Report) -> Iterator[str]:
    """What to do now, by how the run ended; at least one step."""
    if report.failure is not None:
        yield _after_failure(report.failure)
    elif not report.is_whole:
        yield from _after_incomplete(report)
    if report.wrote_lockfile and report.provenance is not None:
        yield "nothing by hand: the lockfile records the outcomes, and the workflow publishes it"
    elif report.wrote_lockfile and report.publish is not None:
        yield f"`{report.publish}`: the lockfile records the outcomes, but only here so far"
    elif report.wrote_lockfile:
        yield "commit the lockfile if git keeps it; it records the outcomes"
    elif report.is_whole:
        yield "nothing: nothing has changed"


def _after_failure(code: int) -> str:
    if code == EXIT_REFUSED:
        return "nothing was sent: check what was refused, and plan again"
    if code == EXIT_INTERRUPTED:
        return "nothing was sent: run it again when you like"
    return "fix what is wrong, and apply again"


def _after_incomplete(report: Report) -> Iterator[str]:
    summary = report.summary
    if summary.unconfirmed or summary.unsent or report.errors:
        yield "plan and apply again: a new plan continues from here and sends nobody twice who has an answer"
    unremoved = sum(isinstance(member, Unremoved) for member in report.rejected)
    if summary.rejected > unremoved:
        yield (
            "fix the declarations of the rejected members and apply again, or send them unchanged with "
            "`--retry-rejected`"
        )
    if summary.blocked or unremoved:
        yield f"{RETRY_REMOVAL[0].lower()}{RETRY_REMOVAL[1:].removesuffix('.')}"
