"""The words for each way in which a run ends early: what happened, what it means, what to do."""

import re
from collections.abc import Sequence
from pathlib import Path

from reconciler.files import display_path
from reconciler.plan.diff import ActionDifference, plan_difference
from reconciler.plan.model import Plan
from reconciler.plan.saved import ActionDocument, ReviewedPlan, action_document
from reconciler.problems import Address, Location, Message, Problem, Severity, Value, counted
from reconciler.questionpro.panel import Answer, Refused, TooLarge

_MOST_DIFFERENCES = 20
AGAIN = "What was confirmed is in the lockfile; apply with a fresh plan carries on."


def allowance_used_up(reason: str) -> Problem:
    """429 that no waiting mends."""
    return Problem(
        ("The licence's allowance of API calls is used up: ", *said(reason)),
        ("Waiting doesn't help: ask QuestionPro for more calls. " + AGAIN,),
    )


def most_calls(limit: int) -> Problem:
    """The run has spent the calls that it was given."""
    return Problem((f"The run ended at the {limit} calls that --max-calls allows.",), (AGAIN,))


def long_wait(reason: str, until: str | None) -> Problem:
    """The server asks for a longer wait than a run allows; `until` is None for more than a day."""
    wait = f"until {until}" if until else "more than a day"
    return Problem(
        (f"The server asks to wait {wait}, which is longer than a run waits: ", *said(reason)),
        ("Apply again then. " + AGAIN,),
    )


def no_usable_answer(batches: int) -> Problem:
    """So many batches in a row without an answer that says anything."""
    return Problem(
        (f"{batches} batches in a row got no usable answer, so the run ended.",),
        ("Check whether the API is reachable and works. " + AGAIN,),
    )


def given_up(reason: str, batches: int) -> Problem:
    """Batches that ended, for this reason, without an answer that says anything."""
    which = "A batch" if batches == 1 else f"{batches} batches"
    return Problem((f"{which} got no usable answer: ", *said(reason)))


def batch_refused_alike(reason: str, keys: Sequence[str], asked: int) -> Problem:
    """Everybody in one batch is refused for one and the same reason."""
    return Problem(
        (
            f"A whole batch is refused alike: {asked} of its {len(keys)} members were sent alone, ",
            "and each was refused with the same message: ",
            Value(reason),
        ),
        (
            "So the cause isn't one of these members, and nobody was marked as rejected. ",
            "See what they have in common, from ",
            Address(keys[0]),
            " to ",
            Address(keys[-1]),
            ".",
        ),
    )


def refused_alike(kind: str, reason: str) -> Problem:
    """Everybody to add, to change, to unsubscribe or to delete is refused for one and the same reason."""
    return Problem(
        (f"The API refuses everyone alike, so no more members to {kind} were sent: ", Value(reason)),
        ("Nobody was marked as rejected. Check the address, the account, and the fields that all declare.",),
    )


def interrupted(settled: int, total: int, calls: int) -> Problem:
    """A signal."""
    if not calls:
        return Problem(("Interrupted before anything was sent.",), ("Nothing was changed by this run.",))
    left = AGAIN if settled < total else "The signal came when everything was done: nothing is left to do."
    return Problem((f"Interrupted: {settled} of {total} members are settled, after {calls} calls.",), (left,))


def stale(reviewed: ReviewedPlan, plan: Plan) -> tuple[Problem, ...]:
    """The plan is not the reviewed one, with the first members that differ."""
    again = "Make a new plan, review it, and apply that one."
    if reviewed.digest == plan.digest_without_secret:
        message = (
            "The reviewed plan was made without the secret of the suppression lists, so it doesn't say how "
            f"each member leaves. Expected {reviewed.digest}, found {plan.digest}."
        )
        return (Problem((message,), ("Make the plan again where the secret is set, and review that one.",)),)
    digests = f"Expected {reviewed.digest}, found {plan.digest}."
    if reviewed.actions is None:
        hint = f"{again} To see what changed, save plans with `plan --out FILE` and apply the file."
        return (Problem((f"The plan is not the one that was reviewed. {digests}",), (hint,)),)
    found = plan_difference(
        reviewed.actions, {action.key: action_document(action) for action in plan.actions}
    )
    if not any(found):
        changed = "its actions are the same, but the target, the policy or the lockfile that they start from"
        return (Problem((f"The plan changed since it was reviewed: {changed} is not. {digests}",), (again,)),)
    counts = f"{len(found.added)} new, {len(found.gone)} gone, {len(found.different)} different"
    shown = [*found.added, *found.gone, *found.different][:_MOST_DIFFERENCES]
    message = f"The plan changed since it was reviewed; its actions: {counts}. {digests}"
    return (Problem((message,), (again,)), *map(_differs, shown))


def _differs(difference: ActionDifference) -> Problem:
    who, before, after = Address(difference.key), difference.before, difference.after
    if after is None:
        action = before["action"] if before else ""
        return Problem((f"Gone since the review: {action} ", who, "."), is_detail=True)
    if before is None:
        message: Message = (f"New since the review: {after['action']} ", who, ".")
        return Problem(message, location=_location(after), is_detail=True)
    if before["action"] != after["action"]:
        what = f"{before['action']} before, {after['action']} now"
    else:
        what = f"{after['action']} differs in {', '.join(difference.parts())}"
    message = ("Different since the review: ", who, f", {what}.")
    return Problem(message, location=_location(after), is_detail=True)


def _location(action: ActionDocument | None) -> Location | None:
    """The file and line of a declared member, from `file:line`."""
    file, separator, line = str((action or {}).get("source") or "").rpartition(":")
    return Location(file, int(line)) if separator and line.isdecimal() else None


def moved_on() -> Problem:
    """Another run changed the lockfile between the question and the lock."""
    return Problem(
        ("Another run changed the lockfile while you were looking at the plan.",),
        ("Nothing was sent. Run the command again to see what there is to do now.",),
    )


def replaced_meanwhile(lockfile: Path) -> Problem:
    """Another lockfile was put in place of the one that the run began from."""
    return Problem(
        ("The lockfile was replaced during this run, and not by Reconciler.",),
        (
            "The new one was kept. The answers of this run prove nothing for it, so the members it sent are ",
            "unconfirmed; the next apply sends them again. Don't pull or check out while apply runs.",
        ),
        Location(display_path(lockfile)),
    )


def deletes(people: int) -> Problem:
    """People would be deleted, and nobody has agreed to that."""
    who = counted(people, "person", "people")
    return Problem(
        (f"This plan deletes {who} from the panel, permanently, and this is not allowed yet.",),
        ("If you intend this: `--allow delete`. If not: see policy.on_remove and policy.on_suppress.",),
    )


def not_updated(people: int) -> Problem:
    """Members who were sent again, and came back as failed."""
    return Problem(
        (
            f"{counted(people, 'change')} came back as failed, which is how this API says that an address ",
            "exists: this account may leave known members as they are.",
        ),
        (
            "Look at one of them in QuestionPro. If nothing changed there, write on_change: report in ",
            "environment.yaml: sending changes then only spends calls.",
        ),
        severity=Severity.WARNING,
    )


def not_cleared(fields: Sequence[str]) -> Problem:
    """Members were sent again, and these fields of theirs are no longer declared."""
    return Problem(
        (f"The panel keeps fields that are no longer declared: {', '.join(fields)}.",),
        ("No call clears a field. Clear it in QuestionPro by hand; the lockfile doesn't show it any more.",),
        severity=Severity.WARNING,
    )


_STATUS = re.compile(r"(HTTP \d{3}: )(.*)", re.DOTALL)


def said_in(answer: Answer) -> Message:
    """Why an answer is no use, the server's own words in it set apart."""
    if isinstance(answer, Refused | TooLarge):
        return "the API says: ", Value(answer.reason)
    return said(getattr(answer, "reason", "an answer to another call"))


def said(reason: str) -> Message:
    """A reason, the server's own words in it set apart: they may repeat what a member declares."""
    found = _STATUS.fullmatch(reason)
    return (found[1], Value(found[2])) if found else (reason,)
