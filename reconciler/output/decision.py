"""What apply would do about one member and why, and what to do next: the words of `reconciler why`."""

from collections.abc import Iterator
from typing import NamedTuple

from reconciler.explain import Explanation, LockfileIs
from reconciler.lockfile.model import Present, Rejected, Unconfirmed
from reconciler.lockfile.state import fetch_command
from reconciler.output.wording import NO_RESUBSCRIPTION, REMOVALS, RETRY_REMOVAL
from reconciler.plan.guards import guard_exceeded
from reconciler.plan.model import Add, Change, Remove, StillRejected, Unremoved
from reconciler.problems import Address, Message, counted
from reconciler.suppression.model import Standing

_NOTHING = "nothing"
_UNKNOWN = "unknown"


class Commands(NamedTuple):
    """Commands as they can be typed here: to check what is declared, to apply it, to publish the lockfile."""

    validate: str
    apply: str
    publish: str


class Decision(NamedTuple):
    """In a word what apply would do, and the sentences that say why."""

    does: str
    because: str

    @property
    def is_something(self) -> bool:
        """Whether apply would do anything about them."""
        return self.does not in {_NOTHING, _UNKNOWN}


def decision(explanation: Explanation) -> Decision:  # noqa: PLR0911 - one for each kind of action
    """What apply would do about this member once nothing prevents it."""
    if not explanation.is_settled:
        return Decision(_UNKNOWN, _unsettled(explanation))
    match explanation.action:
        case Add() as action:
            return Decision("add", _adding(explanation, action))
        case Change() as action:
            return _changing(action)
        case Remove() as action:
            return Decision(action.by or _UNKNOWN, _removing(explanation, action))
        case StillRejected():
            what = "this change" if isinstance(explanation.entry, Present) else "them"
            return Decision(_NOTHING, f"The API refused {what}, and the declaration is still the same.")
        case Unremoved(by=by) as action:
            what = _absence(explanation) if action.is_known else "Suppressed"
            why = f"{what}, and the API refused to {by} them. It is not asked again."
            return Decision(_NOTHING, why)
        case None:
            return Decision(_NOTHING, _idle(explanation))


class Obstacle(NamedTuple):
    """Why nothing can be applied now, and what to do about it."""

    reason: str
    remedy: Message


def obstacles(explanation: Explanation, commands: Commands) -> Iterator[Obstacle]:
    """All that prevents the apply; first what comes first."""
    if problems := explanation.problems:
        first = next((str(problem.location) for problem in problems if problem.location), "")
        verb = "is" if len(problems) == 1 else "are"
        where = f"; the first is at {first}" if first else ""
        yield Obstacle(
            f"Nothing is applied until {counted(len(problems), 'problem')} {verb} fixed{where}.",
            (f"Fix the problems: `{commands.validate}` shows all of them.",),
        )
    if explanation.unchecked:
        reason = "Apply refuses until the suppression lists can be checked."
        yield Obstacle(reason, explanation.unchecked[0].hint)
    if explanation.unfetched is not None:
        fetch = f"Fetch the lockfile's branch: `{fetch_command(explanation.unfetched)}`."
        yield Obstacle(
            "Apply refuses until the lockfile's branch is fetched.",
            (f"{fetch} If it doesn't exist yet: `{commands.publish}` creates it.",),
        )
    flags = " ".join(found.lifted_by for found in explanation.refusals)
    for found in explanation.refusals:
        yield Obstacle(
            f"Apply refuses the whole plan: {guard_exceeded(found)}.",
            (f"If you intend the whole plan: `{commands.apply} {flags}`.",),
        )


def next_steps(explanation: Explanation, commands: Commands) -> list[Message]:
    """What to do; first what prevents the apply."""
    held_back = [found.remedy for found in obstacles(explanation, commands)][:1]
    if not explanation.is_settled:
        return [*_own_mistake(explanation), *held_back][:2]
    return [*held_back, *_about(explanation, commands, is_held_back=bool(held_back))]


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
            doubt = (
                " An earlier call about them got no answer, so they may be in the panel." if doubtful else ""
            )
            return f"The API refused them, and their declaration has changed. Apply sends them again.{doubt}"
        case _:
            again = f" {NO_RESUBSCRIPTION}" if action.was_unsubscribed else ""
            return f"Declared, and {_not_recorded(explanation)}. Apply sends them.{again}"


def _changing(action: Change) -> Decision:
    if action.deliverable:
        clears = any(field.after is None for field in action.changes)
        kept = " The API can't clear a field that is no longer declared." if clears else ""
        return Decision(
            "change",
            "Declared in another way than it was sent. Apply sends them again (policy.on_change: resubmit). "
            f"The API doesn't confirm updates.{kept}",
        )
    if is_only_clearing(action):
        why = "Fields are no longer declared, and the API can't clear a field. Apply leaves them as they are."
    else:
        why = (
            "The declaration differs from what was sent, and the API can't change a member who is already in "
            "the panel. Apply leaves them as they are (policy.on_change: report)."
        )
    return Decision(_NOTHING, why)


def is_only_clearing(action: Change) -> bool:
    """Whether a change consists of fields that are no longer declared, and of nothing else."""
    return all(field.after is None for field in action.changes)


def _removing(explanation: Explanation, action: Remove) -> str:
    if action.was_rejected:
        return f"{_absence(explanation)}, and the API refused to add them. Apply drops the lockfile entry."
    if action.has_departed:
        return "No longer suppressed. Apply drops the record of their removal from the lockfile."
    doubt = ""
    if action.doubtful and action.calls_the_api:
        doubt = " They may not be in the panel: an earlier call got no answer. Asking again is safe."
    known = f"{_absence(explanation)}, but in the lockfile."
    if not action.is_known:
        known = "Suppressed, and not recorded as present. Others may have added them."
    if action.by is None:
        return f"{known} How they leave depends on suppression lists that can't be checked here."
    return f"{known} They {REMOVALS[action.by]} ({_cause(action)}).{doubt}"


def _cause(action: Remove) -> str:
    """What says how they leave."""
    match action.standing:
        case Standing.OPTED_OUT:
            return "they opted out, which never causes a call"
        case Standing.SUPPRESSED:
            return f"suppressed; policy.on_suppress, or else on_remove: {action.by}"
        case _:
            return f"policy.on_remove: {action.by}"


def _idle(explanation: Explanation) -> str:
    if explanation.counts_as_declared:
        return "Declared exactly as it was sent."
    if explanation.departed is not None and explanation.suppressed is not None:
        return f"Suppressed, and removed before: {explanation.departed.outcome}."
    return f"{_absence(explanation)}, and {_not_recorded(explanation)}."


def _not_recorded(explanation: Explanation) -> str:
    return {
        LockfileIs.MISSING: "there is no lockfile",
        LockfileIs.UNFETCHED: "the lockfile is not here",
    }.get(explanation.lockfile, "not in the lockfile")


def _absence(explanation: Explanation) -> str:
    if explanation.has_expired:
        return f"The declaration expired on {explanation.expires}"
    return "No longer declared" if explanation.entry is not None else "Not declared"


def _own_mistake(explanation: Explanation) -> Iterator[Message]:
    places = [str(found.location) for found in explanation.declared]
    if places and explanation.suppressed:
        unlist = f"remove them from the suppression list: {explanation.suppressed}"
        yield (f"Remove the entry at {places[0]}. Or, if they agree to be added, {unlist}.",)
        if explanation.has_opted_out:
            yield ("They opted out: adding them does not resubscribe them.",)
    elif len(places) > 1:
        yield (f"Keep one of {' and '.join(places)}.",)


def _about(explanation: Explanation, commands: Commands, *, is_held_back: bool) -> Iterator[Message]:
    place = explanation.location
    do_it = "" if is_held_back else f"To do it: `{commands.apply}`. "
    match explanation.action:
        case Add():
            yield (f"{do_it}If they shouldn't be added: remove the entry at {place}.",)
        case Change() as action:
            yield from _change(explanation, action, do_it)
        case Remove():
            yield (f"{do_it}To keep them: {_to_keep(explanation)}.",)
        case StillRejected():
            yield (f"Fix the declaration at {place}, or remove it.",)
            yield (f"To ask the API again without a change: `{commands.apply} --retry-rejected`.",)
        case Unremoved():
            yield (RETRY_REMOVAL,)
            yield (f"To keep them: {_to_keep(explanation)}.",)
        case None:
            yield from _nothing(explanation)


def _change(explanation: Explanation, action: Change, do_it: str) -> Iterator[Message]:
    place = explanation.location
    if action.deliverable:
        yield (f"{do_it}If you don't intend it: undo it at {place}.",)
        return
    yield (f"Change it by hand in QuestionPro, or undo it at {place}.",)
    if not is_only_clearing(action):
        yield (
            "If your account updates known addresses: set policy.on_change: resubmit in environment.yaml.",
        )


def _nothing(explanation: Explanation) -> Iterator[Message]:
    if explanation.counts_as_declared:
        yield (f"Nothing to do. To remove them: remove the entry at {explanation.location}.",)
    elif explanation.suppressed is not None:
        unlist = f"remove them from the suppression list: {explanation.suppressed}"
        yield (f"Nothing to do: they must not be added. If they agree to be added, {unlist}.",)
    elif explanation.declared:
        yield (f"Nothing to do. To add them: {_to_keep(explanation)}.",)
    elif explanation.like is not None:
        yield ("Did you mean ", Address(explanation.like), "?")
    else:
        yield ("Nothing to do. To add them: declare them in a member file.",)


def _to_keep(explanation: Explanation) -> str:
    if explanation.suppressed is not None:
        return f"first remove them from the suppression list, {explanation.suppressed}"
    if explanation.has_expired:
        return f"set a later `expires` at {explanation.location}, or remove it"
    return "declare them again"
