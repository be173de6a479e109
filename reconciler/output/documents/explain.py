"""One member explained: where they are declared, what is recorded, what apply would do, what to do next."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from msgspec import to_builtins
from msgspec.structs import asdict

from reconciler.explain import DeclaredAt, Explanation, LockfileIs
from reconciler.output.decision import Commands, decision, next_steps, obstacles
from reconciler.output.document import Document, Fields, Headline, Text
from reconciler.output.documents.actions import change_text
from reconciler.output.documents.state import api_refusals, known_data
from reconciler.output.json_shapes import location_data, problem_list
from reconciler.output.masking import shown_spans
from reconciler.output.render import Screen
from reconciler.output.results import KnownMember
from reconciler.output.wording import NO_RESUBSCRIPTION
from reconciler.plan.model import Change
from reconciler.plan.saved import FORMAT, action_document
from reconciler.problems import Address, Code, Problem, Value, counted, plain

_MOST_CHANGES = 6
_COMMIT = 12
_MOST_PROBLEMS = 20


def why_screen(explanation: Explanation, commands: Commands) -> Screen:
    """What holds for one member."""
    return Screen(lambda: _document(explanation, commands), lambda: _data(explanation, commands))


def _data(explanation: Explanation, commands: Commands) -> dict[str, Any]:
    """What holds for one member; `problem_count` counts all problems, `problems` has the first of them."""
    found, action = decision(explanation), explanation.action
    entry = explanation.entry
    return {
        "format": FORMAT,
        "environment": explanation.environment,
        "key": explanation.key,
        "today": explanation.today,
        "declared": [_declared_data(declared, explanation) for declared in explanation.declared],
        "suppressed": location_data(explanation.suppressed) if explanation.suppressed else None,
        "unchecked": _about_others(explanation.unchecked),
        "lockfile": explanation.lockfile.value,
        "is_recovered": explanation.is_recovered,
        "known": known_data(KnownMember(explanation.environment, explanation.key, entry)) if entry else None,
        "departed": to_builtins(explanation.departed),
        "action": action_document(action) if action else None,
        "does": found.does,
        "why": found.because,
        "obstacles": [found.reason for found in obstacles(explanation, commands)],
        "next": [plain(step) for step in next_steps(explanation, commands)],
        "like": explanation.like,
        "refusals": [asdict(found) for found in explanation.refusals],
        "problem_count": len(explanation.problems),
        "problems": _about_others(explanation.problems[:_MOST_PROBLEMS]),
    }


def _declared_data(declared: DeclaredAt, explanation: Explanation) -> dict[str, Any]:
    written = declared.written
    return {
        **location_data(declared.location),
        "commit": written.commit if written else None,
        "author": written.author if written else None,
        "date": written.date if written else None,
        "expires": explanation.expires,
        "is_committed": written.commit is not None if written else None,
    }


def _about_others(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Masked and without the line: most of these problems are about other people."""
    masked = partial(shown_spans, masked=True)
    return problem_list(
        replace(each, message=masked(each.message), hint=masked(each.hint), excerpt=None) for each in problems
    )


def _document(explanation: Explanation, commands: Commands) -> Document:
    rows: list[tuple[str, tuple[Text, ...]]] = [
        ("declared", tuple(_declared(explanation))),
        ("suppressed", tuple(_suppressed(explanation))),
        ("lockfile", tuple(_lockfile(explanation))),
        ("apply", tuple(_apply(explanation, commands))),
        ("next", tuple(next_steps(explanation, commands))),
    ]
    who = (Address(explanation.key), f" in {explanation.environment}, on {explanation.today}")
    return Document((Headline(who), Fields(rows)))


def _declared(explanation: Explanation) -> Iterator[Text]:
    for found in explanation.declared:
        yield (Code(str(found.location)),)
        yield from _written(found)
    if not explanation.declared:
        yield "unknown: a file has problems" if explanation.problems else "no"
    if explanation.expires is not None:
        yield _expiry(explanation.expires, explanation.days_left)


def _written(found: DeclaredAt) -> Iterator[Text]:
    written = found.written
    if written is None:
        return
    if written.commit is None:
        yield "not committed yet"
        return
    when = f", {written.date}" if written.date else ""
    older = ", or before it: the history here ends there" if written.is_oldest else ""
    yield (f"commit {written.commit[:_COMMIT]}{when}, by ", Value(written.author or "nobody"), older)


def _expiry(day: str, left: int) -> str:
    if left > 0:
        return f"expires {day}, in {counted(left, 'day')}"
    since = f"{counted(-left, 'day')} ago" if left else "today"
    return f"expired {day}, {since}: not counted as declared"


def _suppressed(explanation: Explanation) -> Iterator[Text]:
    if explanation.suppressed is not None:
        yield (Code(str(explanation.suppressed)), ": must not be added")
    elif not explanation.unchecked:
        yield "no"
    for warning in explanation.unchecked[:1]:
        yield warning.message


def _lockfile(explanation: Explanation) -> Iterator[Text]:
    if explanation.entry is None:
        yield _not_recorded(explanation)
    else:
        member = KnownMember(explanation.environment, explanation.key, explanation.entry)
        yield f"{member.status}: {member.proves}"
        yield f"sent {member.sent}"
        yield from api_refusals(member)
    if (record := explanation.departed) is not None:
        yield f"asked to {record.by} on {record.at}: {record.outcome}"
        if record.may_be_unsubscribed and explanation.counts_as_declared:
            yield NO_RESUBSCRIPTION
    if explanation.is_recovered:
        yield "includes the journal of an interrupted run"


def _not_recorded(explanation: Explanation) -> str:
    match explanation.lockfile:
        case LockfileIs.READ:
            return "not recorded"
        case LockfileIs.MISSING:
            return "no lockfile found"
        case LockfileIs.UNFETCHED:
            return f"the branch {explanation.unfetched} is not fetched here, or doesn't exist yet"
        case LockfileIs.UNREADABLE:
            return "can't be read"


def _apply(explanation: Explanation, commands: Commands) -> Iterator[Text]:
    found = decision(explanation)
    held_back = [obstacle.reason for obstacle in obstacles(explanation, commands)]
    yield f"{found.does}{', but not now' if held_back and found.is_something else ''}. {found.because}"
    yield from held_back
    if isinstance(explanation.action, Change):
        changes = explanation.action.changes
        yield from (change_text(change) for change in changes[:_MOST_CHANGES])
        if (more := len(changes) - _MOST_CHANGES) > 0:
            yield f"… and {counted(more, 'field')} more"
