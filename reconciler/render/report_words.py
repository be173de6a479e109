"""What a report has to say in words, whatever the format: what each outcome proves, and what to do next."""

from collections.abc import Iterator

from reconciler.apply.report import Report
from reconciler.errors import EXIT_INTERRUPTED, EXIT_REFUSED
from reconciler.member import Removal
from reconciler.plan.model import StillRejected, Unremoved
from reconciler.render.counted import counted

MEANINGS = {
    "added": "new in the panel",
    "existing": "in the panel, and were there before",
    "unattributed": "in the panel, but whether they are new can't be known",
    "rejected": "refused by the API, so not in the panel by this declaration",
    "unconfirmed": "sent, but no answer proves anything: they may be in the panel",
    "unsent": "nothing was done about them by this run: not sent, or turned away unread",
    "forgotten": "no longer in the lockfile; they stay in the panel",
    "resubmitted": "sent again with other fields; the API doesn't confirm updates",
    "unsubscribed": "in the panel, and get no more mail",
    "deleted": "no longer in the panel",
    "absent": "were not there, or gone already",
    "blocked": "the API calls them blocked, and left them as they are",
}
"""What each outcome proves, no more (the contract's table of the API's two counts)."""

_LEFT_AS_THEY_ARE = "the API refused to change or to remove them, and left them as they are in the panel"
_LEFT_UNATTRIBUTED = {
    Removal.UNSUBSCRIBE: "get no more mail, or weren't there; whether by this run can't be known",
    Removal.DELETE: "no longer in the panel, but whether by this run can't be known",
}


def outcomes(report: Report) -> Iterator[tuple[int, str, str]]:
    """(how many, outcome, what it proves) for each outcome that anybody had."""
    others = {
        "unattributed": (report.left_unattributed, _LEFT_UNATTRIBUTED.get(report.policy.on_remove, "")),
        "rejected": (sum(map(_is_there, report.rejected)), _LEFT_AS_THEY_ARE),
    }
    for outcome, count in report.summary._asdict().items():
        other, meaning = others.get(outcome, (0, ""))
        if count > other:
            yield count - other, outcome, MEANINGS[outcome]
        if other:
            yield other, outcome, meaning


def _is_there(member: StillRejected | Unremoved) -> bool:
    """Whether somebody refused is in the panel all the same."""
    return isinstance(member, Unremoved) or member.is_there


def standing(member: StillRejected | Unremoved) -> str:
    """Where somebody is declared whom the API refused, or what it refused to do about them."""
    return f"refused: {member.by}" if isinstance(member, Unremoved) else member.source


def spent(report: Report) -> str:
    """The calls, those left where that is known, and what came from an earlier run."""
    calls = counted(report.calls, "call") if report.calls else "no calls"
    again = f", {report.retries} of them sent again" if report.retries else ""
    taken_in = (
        f"; {counted(report.recovered, 'member')} taken in from the journal of an interrupted run"
        if report.recovered
        else ""
    )
    known = report.allowance_left is not None
    left = f"; {report.allowance_left or 'none'} left of the allowance" if known else ""
    return f"{calls}{again}{left}{taken_in}"


def next_steps(report: Report) -> Iterator[str]:
    """What to do now, by how the run ended; at least one step."""
    if report.failure is not None:
        yield _after_failure(report.failure)
    if report.failure is None and not report.is_whole:
        yield from _after_incomplete(report)
    if report.wrote_lockfile and report.provenance is not None:
        yield "nothing by hand: the lockfile records what is known now, and the workflow publishes it."
    elif report.wrote_lockfile and report.publish is not None:
        yield f"`{report.publish}`: the lockfile records what is known now, and others don't have it yet."
    elif report.wrote_lockfile:
        yield "the lockfile, `state.lock.json`, records what is known now: commit it, where git keeps it."
    elif report.is_whole:
        yield "nothing; nothing has changed."


def _after_failure(code: int) -> str:
    if code == EXIT_REFUSED:
        return "nothing was sent. Look at what was refused, and plan again."
    if code == EXIT_INTERRUPTED:
        return "interrupted before anything began: run it again when you like."
    return "mend what is wrong, and apply again."


def _after_incomplete(report: Report) -> Iterator[str]:
    summary = report.summary
    if summary.unconfirmed or summary.unsent or report.errors:
        yield (
            "plan and apply again: a fresh plan carries on where this run ended, "
            "and nobody who has an answer is sent again."
        )
    unremoved = sum(isinstance(member, Unremoved) for member in report.rejected)
    if summary.rejected > unremoved:
        yield (
            "mend the declarations of the rejected members and apply again, or send them as they are with "
            "`--retry-rejected`."
        )
    if summary.blocked or unremoved:
        yield (
            "see in QuestionPro why they can't be removed (unblock those who are blocked) and apply with "
            "`--retry-rejected`; or remove them there by hand, and then by `reconciler state rm`."
        )
