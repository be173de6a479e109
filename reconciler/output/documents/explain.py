"""One member explained: where declared, what is recorded, what apply would do and why, what to do next."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from msgspec import to_builtins
from msgspec.structs import asdict

from reconciler.explain import DeclaredAt, Explanation, LockfileIs
from reconciler.git.repository import Written
from reconciler.lockfile.model import Present, Rejected, Unconfirmed
from reconciler.lockfile.state import fetch_command
from reconciler.output.document import Document, Fields, Headline, Text
from reconciler.output.documents.actions import change_text
from reconciler.output.documents.state import KnownMember, api_refusals, known_data
from reconciler.output.json_shapes import location_data, problem_list
from reconciler.output.masking import shown_spans
from reconciler.output.render import Screen
from reconciler.output.wording import BY_HAND, NO_RESUBSCRIPTION, REMOVALS, RETRY_REMOVAL
from reconciler.plan.guards import guard_exceeded
from reconciler.plan.model import Add, Change, Remove, StillRejected, Unremoved
from reconciler.plan.saved import FORMAT, action_document
from reconciler.problems import Address, Code, Message, Problem, Value, counted, plain
from reconciler.suppression.model import Standing

_MOST_CHANGES = 6
_COMMIT = 12
_MOST_PROBLEMS = 20


def why_screen(explanation: Explanation, command_of: Callable[..., str]) -> Screen:
    """What holds for one member; `command_of` writes a command as a user can type it here."""
    return Screen(lambda: _document(explanation, command_of), lambda: _data(explanation, command_of))


def _data(explanation: Explanation, command_of: Callable[..., str]) -> dict[str, Any]:
    """What holds for one member; `problem_count` counts all problems, `problems` has the first of them."""
    found, action, entry = decision(explanation), explanation.action, explanation.entry
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
        "obstacles": [found.reason for found in obstacles(explanation, command_of)],
        "next": [plain(step) for step in next_steps(explanation, command_of)],
        "like": explanation.like,
        "refusals": [asdict(found) for found in explanation.refusals],
        "problem_count": len(explanation.problems),
        "problems": _about_others(explanation.problems[:_MOST_PROBLEMS]),
    }


def _declared_data(declared: DeclaredAt, explanation: Explanation) -> dict[str, Any]:
    written = declared.written
    commit, author, date = written[:3] if written else (None, None, None)
    return {
        **location_data(declared.location),
        "commit": commit,
        "author": author,
        "date": date,
        "expires": explanation.expires,
        "is_committed": commit is not None if written else None,
    }


def _about_others(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Masked and without the line: most of these problems are about other people."""
    masked = partial(shown_spans, masked=True)
    return problem_list(
        replace(each, message=masked(each.message), hint=masked(each.hint), excerpt=None) for each in problems
    )


def _document(explanation: Explanation, command_of: Callable[..., str]) -> Document:
    rows: list[tuple[str, tuple[Text, ...]]] = [
        ("declared", tuple(_declared(explanation))),
        ("suppressed", tuple(_suppressed(explanation))),
        ("lockfile", tuple(_lockfile(explanation))),
        ("apply", tuple(_apply(explanation, command_of))),
        ("next", tuple(next_steps(explanation, command_of))),
    ]
    who = (Address(explanation.key), f" in {explanation.environment}, on {explanation.today}")
    return Document((Headline(who), Fields(rows)))


def _declared(explanation: Explanation) -> Iterator[Text]:
    for found in explanation.declared:
        yield (Code(str(found.location)),)
        if found.written is not None:
            yield _written(found.written)
    if not explanation.declared:
        yield "unknown: a file has problems" if explanation.problems else "no"
    if explanation.expires is not None:
        yield _expiry(explanation.expires, explanation.days_left)


def _written(written: Written) -> Text:
    if written.commit is None:
        return "not committed yet"
    when = f", {written.date}" if written.date else ""
    older = ", or before it: the history here ends there" if written.is_oldest else ""
    return (f"commit {written.commit[:_COMMIT]}{when}, by ", Value(written.author or "nobody"), older)


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
    yield from (warning.message for warning in explanation.unchecked[:1])


def _lockfile(explanation: Explanation) -> Iterator[Text]:
    if explanation.entry is None:
        yield _not_recorded(explanation)
    else:
        member = KnownMember(explanation.environment, explanation.key, explanation.entry)
        yield f"{member.status}: {member.proves}"
        yield f"sent {member.sent}"
        yield from api_refusals(member)
    if (record := explanation.departed) is not None:
        if record.is_refused_deletion:
            yield f"unsubscribed on {record.at}; since then the API refused to delete them"
        else:
            yield f"asked to {record.by} on {record.at}: {record.outcome}"
        if record.may_be_unsubscribed and explanation.counts_as_declared:
            yield NO_RESUBSCRIPTION
    if explanation.is_recovered:
        yield "includes the journal of an interrupted run"


def _not_recorded(explanation: Explanation) -> str:
    if explanation.lockfile is LockfileIs.UNFETCHED:
        return f"the branch {explanation.unfetched} is not fetched here, or doesn't exist yet"
    missing = {LockfileIs.MISSING: "no lockfile found", LockfileIs.UNREADABLE: "can't be read"}
    return missing.get(explanation.lockfile, "not recorded")


def _apply(explanation: Explanation, command_of: Callable[..., str]) -> Iterator[Text]:
    found = decision(explanation)
    held_back = [obstacle.reason for obstacle in obstacles(explanation, command_of)]
    is_waiting = held_back and found.does not in ("nothing", "unknown")
    yield f"{found.does}{', but not now' if is_waiting else ''}. {found.because}"
    yield from held_back
    if isinstance(explanation.action, Change):
        changes = explanation.action.changes
        yield from (change_text(change) for change in changes[:_MOST_CHANGES])
        if (more := len(changes) - _MOST_CHANGES) > 0:
            yield f"… and {counted(more, 'field')} more"


# What apply would do about them, and why.


class Decision(NamedTuple):
    """In a word what apply would do, and the sentences that say why."""

    does: str
    because: str


def decision(explanation: Explanation) -> Decision:  # noqa: PLR0911 - one for each kind of action
    """What apply would do about this member once nothing prevents it."""
    if not explanation.is_settled:
        return Decision("unknown", _unsettled(explanation))
    match explanation.action:
        case Add() as action:
            return Decision("add", _adding(explanation, action))
        case Change() as action:
            return _changing(action)
        case Remove() as action:
            return Decision(action.by or "unknown", _removing(explanation, action))
        case StillRejected():
            what = "this change" if isinstance(explanation.entry, Present) else "them"
            return Decision("nothing", f"The API refused {what}, and the declaration is still the same.")
        case Unremoved(by=by) as action:
            what = _absence(explanation) if action.is_known else "Suppressed"
            why = f"{what}, and the API refused to {by} them. It is not asked again."
            return Decision("nothing", why)
        case None:
            return Decision("nothing", _idle(explanation))


def _unsettled(explanation: Explanation) -> str:
    if explanation.declared and explanation.suppressed:
        return "They are declared and suppressed: remove one of the two."
    if len(explanation.declared) > 1:
        return "They are declared twice: remove one of the two."
    if explanation.lockfile is LockfileIs.UNREADABLE:
        return "The lockfile can't be read."
    if explanation.declared:
        return "The file that declares them has a problem."
    return "A member file has a problem, so they may be declared where it can't be read."


def _adding(explanation: Explanation, action: Add) -> str:
    match explanation.entry:
        case Unconfirmed():
            return "Declared, and sent before without an answer. Apply sends them again, which is safe."
        case Rejected(doubtful=doubtful):
            refused = "The API refused them, and their declaration has changed. Apply sends them again."
            doubt = " An earlier call about them got no answer, so they may be in the panel."
            return refused + doubt if doubtful else refused
        case _:
            again = f" {NO_RESUBSCRIPTION}" if action.was_unsubscribed else ""
            return f"Declared, and {_missing(explanation)}. Apply sends them.{again}"


def _changing(action: Change) -> Decision:
    if action.deliverable:
        clears = any(field.after is None for field in action.changes)
        kept = " The API can't clear a field that is no longer declared." if clears else ""
        return Decision(
            "change",
            "Declared in another way than it was sent. Apply sends them again (policy.on_change: resubmit). "
            f"The API doesn't confirm updates.{kept}",
        )
    why = "Fields are no longer declared, and the API can't clear a field. Apply leaves them as they are."
    if not action.only_clears:
        why = (
            "The declaration differs from what was sent, and the API can't change a member who is already in "
            "the panel. Apply leaves them as they are (policy.on_change: report)."
        )
    return Decision("nothing", why)


def _removing(explanation: Explanation, action: Remove) -> str:
    if action.was_rejected:
        return f"{_absence(explanation)}, and the API refused to add them. Apply drops the lockfile entry."
    if action.has_departed:
        return "No longer suppressed. Apply drops the record of their removal from the lockfile."
    known = f"{_absence(explanation)}, but in the lockfile."
    if not action.is_known:
        known = "Suppressed, and not recorded as present. Others may have added them."
    if action.by is None:
        return f"{known} How they leave depends on suppression lists that can't be checked here."
    causes = {
        Standing.OPTED_OUT: "they opted out, which never causes a call",
        Standing.SUPPRESSED: f"suppressed; policy.on_suppress, or else on_remove: {action.by}",
    }
    cause = causes.get(action.standing or Standing.UNLISTED, f"policy.on_remove: {action.by}")
    doubt = ""
    if action.doubtful and action.calls_the_api:
        doubt = " They may not be in the panel: an earlier call got no answer. Asking again is safe."
    return f"{known} They {REMOVALS[action.by]} ({cause}).{doubt}"


def _idle(explanation: Explanation) -> str:
    if explanation.counts_as_declared:
        return "Declared exactly as it was sent."
    if explanation.suppressed is None:
        return f"{_absence(explanation)}, and {_missing(explanation)}."
    if explanation.departed is None:
        return f"Suppressed, and {_missing(explanation)}."
    was = "removed before" if explanation.has_left else "asked to leave before, which is not confirmed"
    return f"Suppressed, and {was}: {explanation.departed.outcome}."


def _missing(explanation: Explanation) -> str:
    return {
        LockfileIs.MISSING: "there is no lockfile",
        LockfileIs.UNFETCHED: "the lockfile is not here",
    }.get(explanation.lockfile, "not in the lockfile")


def _absence(explanation: Explanation) -> str:
    if explanation.has_expired:
        return f"The declaration expired on {explanation.expires}"
    return "No longer declared" if explanation.entry is not None else "Not declared"


# What to do next.


class Obstacle(NamedTuple):
    """Why nothing can be applied now, and what to do about it."""

    reason: str
    remedy: Message


def obstacles(explanation: Explanation, command_of: Callable[..., str]) -> Iterator[Obstacle]:
    """All that prevents the apply; first what comes first."""
    name = explanation.environment
    if problems := explanation.problems:
        first = next((str(problem.location) for problem in problems if problem.location), "")
        verb = "is" if len(problems) == 1 else "are"
        where = f"; the first is at {first}" if first else ""
        yield Obstacle(
            f"Nothing is applied until {counted(len(problems), 'problem')} {verb} fixed{where}.",
            (f"Fix the problems: `{command_of('validate', name)}` shows all of them.",),
        )
    if explanation.unchecked:
        reason = "Apply refuses until the suppression lists can be checked."
        yield Obstacle(reason, explanation.unchecked[0].hint)
    if explanation.unfetched is not None:
        fetch = f"Fetch the lockfile's branch: `{fetch_command(explanation.unfetched)}`."
        yield Obstacle(
            "Apply refuses until the lockfile's branch is fetched.",
            (f"{fetch} If it doesn't exist yet: `{command_of('state', 'publish', name)}` creates it.",),
        )
    flags = " ".join(found.lifted_by for found in explanation.refusals)
    for found in explanation.refusals:
        yield Obstacle(
            f"Apply refuses the whole plan: {guard_exceeded(found)}.",
            (f"If you intend the whole plan: `{command_of('apply', name)} {flags}`.",),
        )


def next_steps(explanation: Explanation, command_of: Callable[..., str]) -> list[Message]:
    """What to do; first what prevents the apply."""
    held_back = [found.remedy for found in obstacles(explanation, command_of)][:1]
    if not explanation.is_settled:
        return [*((step,) for step in _own_mistake(explanation)), *held_back][:2]
    apply = command_of("apply", explanation.environment)
    do_it = "" if held_back else f"To do it: `{apply}`. "
    if explanation.action is None and explanation.like is not None:
        return [*held_back, ("Did you mean ", Address(explanation.like), "?")]
    return [*held_back, *((step,) for step in _about(explanation, apply, do_it))]


def _own_mistake(explanation: Explanation) -> Iterator[str]:
    places = [str(found.location) for found in explanation.declared]
    if places and explanation.suppressed:
        yield f"Remove the entry at {places[0]}. {_unlist(explanation)}"
        if explanation.has_opted_out:
            yield "They opted out: adding them does not resubscribe them."
    elif len(places) > 1:
        yield f"Keep one of {' and '.join(places)}."


def _about(explanation: Explanation, apply: str, do_it: str) -> Iterator[str]:
    place = explanation.location
    match explanation.action:
        case Add():
            yield f"{do_it}If they shouldn't be added: remove the entry at {place}."
        case Change(deliverable=True):
            yield f"{do_it}If you don't intend it: undo it at {place}."
        case Change() as action:
            yield f"Change it by hand in QuestionPro, or undo it at {place}."
            if not action.only_clears:
                setting = "set policy.on_change: resubmit in environment.yaml"
                yield f"If your account updates known addresses: {setting}."
        case Remove():
            yield f"{do_it}To keep them: {_to_keep(explanation)}."
        case StillRejected():
            yield f"Fix the declaration at {place}, or remove it."
            yield f"To ask the API again without a change: `{apply} --retry-rejected`."
        case Unremoved():
            yield RETRY_REMOVAL
            yield f"To keep them: {_to_keep(explanation)}."
        case None:
            yield from _nothing(explanation)


def _nothing(explanation: Explanation) -> Iterator[str]:
    if explanation.counts_as_declared:
        yield f"Nothing to do. To remove them: remove the entry at {explanation.location}."
    elif explanation.suppressed is None:
        how = _to_keep(explanation) if explanation.declared else "declare them in a member file"
        yield f"Nothing to do. To add them: {how}."
    else:
        is_known = explanation.lockfile is not LockfileIs.UNFETCHED
        if is_known and not (explanation.has_opted_out or explanation.has_left):
            yield f"Apply sends nothing about them. {BY_HAND}"
        else:
            yield "Nothing to do: they must not be added."
        yield _unlist(explanation)


def _unlist(explanation: Explanation) -> str:
    return f"If they agree to be added: remove them from the suppression list, {explanation.suppressed}."


def _to_keep(explanation: Explanation) -> str:
    if explanation.suppressed is not None:
        return f"first remove them from the suppression list, {explanation.suppressed}"
    if explanation.has_expired:
        return f"set a later `expires` at {explanation.location}, or remove it"
    return "declare them again"
