"""The JSON of plans, reports and problems: whole, never masked, one shape a function.

What else a command shows has its shape beside its document.

Keys may be added, never renamed or dropped: the contract and other programs rely on them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import asdict

from reconciler.apply.report import Report, outcomes_of
from reconciler.output.document import Span
from reconciler.output.masking import personal_parts
from reconciler.output.results import PlanContext, PlanListing
from reconciler.output.wording import plan_sentence, report_sentence
from reconciler.plan.model import Action, Plan, StillRejected, Unremoved
from reconciler.plan.pull_request import PullRequestChanges, counts
from reconciler.plan.saved import FORMAT, action_document
from reconciler.problems import Address, Code, Location, Problem, Value, plain
from reconciler.readback.model import PanelRead


def json_text(data: Mapping[str, Any]) -> str:
    """The object as text that is safe in a terminal and a CI log, and that a parser reads back unchanged.

    A field or a list's item a line. Lone surrogates, controls, bidi and other characters that can't be
    printed become JSON's own escapes; so does the bracket of `##[`, which old CI runners take for a command.
    """
    fields = (f"{_compact(key)}: {_spread(value)}" for key, value in data.items())
    text = "{" + ",\n ".join(fields) + "}\n"
    return _printable(text).replace("##[", "##\\u005b")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _spread(value: Any) -> str:
    if not (isinstance(value, list) and value):
        return _compact(value)
    return "[\n  " + ",\n  ".join(_compact(item) for item in value) + "]"


def _printable(text: str) -> str:
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def problems_data(problems: Iterable[Problem], environment: str | None) -> dict[str, Any]:
    """What is printed if a command could not do its work."""
    listed = problem_list(problems, to_be_shown=True)
    return {"format": FORMAT, "environment": environment, "problems": listed}


def problem_list(problems: Iterable[Problem], *, to_be_shown: bool = False) -> list[dict[str, Any]]:
    """Each problem with the five keys of the contract, null if there is nothing to say; then `severity`.

    `code` names the kind of a warning. `excerpt`, the line at the location, follows if it is known.
    `to_be_shown` adds `spans`, for `reconciler show`, if the message or the hint has more than our own words.
    """
    return [_problem(each) | (_spans(each) if to_be_shown else {}) for each in problems]


def _spans(problem: Problem) -> dict[str, Any]:
    if all(isinstance(part, str) for part in (*problem.message, *problem.hint)):
        return {}
    return {"spans": {"message": list(map(_span, problem.message)), "hint": list(map(_span, problem.hint))}}


def _span(part: Span) -> str | dict[str, str]:
    match part:
        case Address(text):
            return {"address": text}
        case Value(text, masked):
            return {"value": text, "masked": masked}
        case Code(text):
            return {"code": text}
        case str():
            return part


def _problem(problem: Problem) -> dict[str, Any]:
    location = problem.location or Location("")
    return {
        "file": location.file or None,
        "line": location.line,
        "column": location.column,
        "message": plain(problem.message),
        "hint": plain(problem.hint) or None,
        "severity": problem.severity.value,
        **({"code": problem.code} if problem.code else {}),
        **({"excerpt": problem.excerpt.text} if problem.excerpt else {}),
    }


def plan_data(plan: Plan, context: PlanContext) -> dict[str, Any]:
    """The contract's shape; `sentence` and what follows it are ours.

    If the plan is compared with a merge base, `base` says what it is, and each action whether it was
    `pending` before; a removal then has `former`, where the member was last declared.
    """
    data: dict[str, Any] = {
        "format": FORMAT,
        "environment": plan.environment,
        "digest": plan.digest,
        "roster_digest": plan.roster_digest,
        "lockfile_digest": plan.lockfile_digest,
        "summary": plan.summary._asdict(),
        "cost": asdict(plan.cost),
        "refusals": [asdict(found) for found in plan.refusals],
        "actions": [_listed(action) for action in plan.actions],
        "expiring": [soon._asdict() for soon in plan.expiring],
        "expired": plan.expired,
        "sentence": plan_sentence(plan),
        "target": plan.target,
        **({} if plan.selection is None else {"members": list(plan.selection.members)}),
        "has_lockfile": plan.has_lockfile,
        "is_recovered": context.is_recovered,
        "would_act": context.would_act,
        "unfetched": context.unfetched,
        "conflicts": context.conflicts,
        "today": context.today,
        "allowed": list(context.allowed),
        "retry_rejected": context.retry_rejected,
        "warnings": problem_list(context.lint.warnings, to_be_shown=True),
        "corrections": [asdict(correction) for correction in context.lint.corrections],
    }
    if context.share is None:
        return data
    for action, listed in zip(plan.actions, data["actions"], strict=True):
        listed["pending"] = not context.share.holds(action)
        if action.key in context.share.former:
            listed["former"] = context.share.former[action.key]
    return data | {"base": _base(plan, context.share)}


def plans_data(listing: PlanListing) -> dict[str, Any]:
    """Several plans; `problems` say why an environment has none, `unaffected` which were left out.

    `taken_away` are environments that the pull request deletes; `base` is null if the plans are compared
    with nothing.
    """
    return {
        "format": FORMAT,
        "plans": [plan_data(plan, context) for plan, context in listing.plans],
        "base": {"ref": listing.base.ref, "commit": listing.base.commit} if listing.base else None,
        "unaffected": list(listing.unaffected),
        "taken_away": list(listing.taken_away),
        "problems": problem_list(listing.problems, to_be_shown=True),
    }


def _listed(action: Action) -> dict[str, Any]:
    """An action, with what showing a saved plan needs."""
    document = action_document(action)
    match action:
        case StillRejected() | Unremoved():
            return document | _personal(action)
        case _:
            return document


def _personal(member: StillRejected | Unremoved) -> dict[str, list[str]]:
    """What the reason repeats of the member, if anything: `reconciler show` hides it in masked output."""
    parts = personal_parts(member.reason, member.attributes)
    return {"personal": parts} if parts else {}


def _base(plan: Plan, share: PullRequestChanges) -> dict[str, Any]:
    return {
        "ref": share.base.ref,
        "commit": share.base.commit,
        "is_readable": share.keys is not None,
        "has_new_settings": share.has_new_settings,
        "settings": [change._asdict() for change in share.settings],
        "summary": counts(share.own(plan)) | {"settled": share.settled(plan)},
        "pending": counts(share.pending(plan)),
    }


def report_data(report: Report) -> dict[str, Any]:
    """The contract's shape; what follows `calls`, except `rejected`, is ours."""
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
        "problems": problem_list(report.problems, to_be_shown=True),
        "failure": report.failure,
        "on_remove": report.policy.on_remove,
        "on_suppress": report.policy.on_suppress,
        "left_unattributed": report.left_unattributed,
        "wrote_lockfile": report.wrote_lockfile,
        "publish": report.publish,
    }


def reports_data(reports: Iterable[Report]) -> dict[str, Any]:
    """A report of each environment, in the order in which they were applied."""
    return {"format": FORMAT, "reports": [report_data(report) for report in reports]}


def _summary(report: Report) -> dict[str, int]:
    """The contract's counts; then those that this environment's policy can come to."""
    known = outcomes_of(report.policy)
    return {name: count for name, count in report.summary._asdict().items() if count or name in known}


def _refused(member: StillRejected | Unremoved) -> dict[str, Any]:
    personal = _personal(member)
    if isinstance(member, Unremoved):
        known = {} if member.is_known else {"known": False}
        refused = {"key": member.key, "source": member.source, "by": member.by, "reason": member.reason}
        return refused | known | personal
    is_there = {"is_there": True} if member.is_there else {}
    return {"key": member.key, "source": member.source, "reason": member.reason} | is_there | personal


def location_data(location: Location) -> dict[str, Any]:
    """A place that is about a whole entry, so without a column."""
    return {"file": location.file, "line": location.line}


def read_data(read: PanelRead) -> dict[str, Any]:
    """What a read of the panel cost, saw and proves."""
    return {
        "calls": read.calls,
        "members": len(read.members),
        "complete": read.is_complete,
        "reason": plain(read.reason) or None,
    }
