"""What apply would do about one person, and why: a sentence for each row of the contract's table."""

from typing import NamedTuple

from reconciler.explain import Explanation, LockfileIs
from reconciler.lockfile.model import Present, Rejected, Unconfirmed
from reconciler.member import Removal
from reconciler.plan.guards import in_words
from reconciler.plan.model import Add, Change, Remove, StillRejected, Unremoved
from reconciler.render.counted import counted

_REMOVALS = {
    Removal.FORGET: (
        "Apply forgets them: the lockfile's entry goes, and they stay in the panel (policy.on_remove: forget)"
    ),
    Removal.UNSUBSCRIBE: (
        "Apply unsubscribes them: they stay in the panel and get no more mail (policy.on_remove: unsubscribe)"
    ),
    Removal.DELETE: (
        "Apply deletes them from the panel, for good, and asks again before (policy.on_remove: delete)"
    ),
}


_NOTHING = "nothing"
_UNTOLD = "can't be told"


class Verdict(NamedTuple):
    """In a word what apply would do, and the sentences that say why."""

    does: str
    because: str

    @property
    def is_something(self) -> bool:
        """Whether apply would do anything about them."""
        return self.does not in {_NOTHING, _UNTOLD}


def verdict(explanation: Explanation) -> Verdict:
    """What apply would do about this person once nothing holds it back."""
    if not explanation.is_settled:
        return Verdict(_UNTOLD, _unsettled(explanation))
    return _settled(explanation)


def _settled(explanation: Explanation) -> Verdict:
    match explanation.action:
        case Add():
            return Verdict("add", _adding(explanation))
        case Change() as action:
            return _changing(action)
        case Remove() as action:
            return Verdict(action.by, _removing(explanation, action))
        case StillRejected():
            return Verdict(_NOTHING, _still_rejected(explanation))
        case Unremoved(by=by):
            why = f"{_absence(explanation)}, and the API refused to {by} them. It is not asked again."
            return Verdict(_NOTHING, why)
        case None:
            return Verdict(_NOTHING, _idle(explanation))


def obstacles(explanation: Explanation) -> list[str]:
    """Why nothing at all is applied now, whoever it is about; empty where nothing is in the way."""
    return [
        *_problems(explanation),
        *(["Apply refuses until the suppression lists can be checked."] if explanation.unchecked else []),
        *(
            ["Apply refuses until the lockfile's branch is fetched."]
            if explanation.lockfile is LockfileIs.UNFETCHED
            else []
        ),
        *(f"Apply refuses the whole plan: {in_words(found)}." for found in explanation.refusals),
    ]


def _problems(explanation: Explanation) -> list[str]:
    problems = explanation.problems
    if not problems:
        return []
    wrong = counted(len(problems), "problem")
    verb = "is" if len(problems) == 1 else "are"
    places = [str(problem.location) for problem in problems if problem.location]
    where = f"; the first is at {places[0]}" if places else ""
    return [f"Nothing is applied to anybody until {wrong} {verb} mended{where}."]


def _unsettled(explanation: Explanation) -> str:
    if explanation.declared and explanation.suppressed:
        return "They are declared and suppressed, which is a mistake: one of the two has to go."
    if len(explanation.declared) > 1:
        return "They are declared twice, which is a mistake: one of the two has to go."
    if explanation.lockfile is LockfileIs.UNREADABLE:
        return "What was pushed is not known, since the lockfile can't be read."
    if explanation.declared:
        return "Something is wrong in the file that declares them."
    return "Something is wrong in what is declared, so they may be declared where it can't be read."


def _adding(explanation: Explanation) -> str:
    match explanation.entry:
        case Unconfirmed():
            return (
                "Declared, and sent before without an answer that proves anything. Apply sends them again, "
                "which is safe."
            )
        case Rejected(doubtful=doubtful):
            doubt = " An earlier call about them got no answer, so they may be there." if doubtful else ""
            return (
                "The API refused them, and their declaration has changed since. Apply sends them "
                f"again.{doubt}"
            )
        case _:
            unknown = {
                LockfileIs.MISSING: "there is no lockfile",
                LockfileIs.UNFETCHED: "nothing is known of the lockfile",
            }.get(explanation.lockfile, "the lockfile doesn't know them")
            return f"Declared, and {unknown}. Apply sends them."


def _changing(action: Change) -> Verdict:
    clears = any(field.after is None for field in action.changes)
    if action.deliverable:
        left = " A field that is no longer declared can't be cleared this way." if clears else ""
        return Verdict(
            "change",
            "Declared otherwise than it was sent. Apply sends them again (policy.on_change: resubmit); the "
            f"API doesn't confirm updates.{left}",
        )
    if is_only_clearing(action):
        why = (
            "Fields are no longer declared, and this API can't clear a field. Apply leaves them as they are."
        )
    else:
        why = (
            "Declared otherwise than it was sent, and this API can't change a member who is in the panel. "
            "Apply leaves them as they are (policy.on_change: report)."
        )
    return Verdict(_NOTHING, why)


def is_only_clearing(action: Change) -> bool:
    """Whether a change consists of fields that are no longer declared, and of nothing else."""
    return all(field.after is None for field in action.changes)


def _removing(explanation: Explanation, action: Remove) -> str:
    if action.was_rejected:
        return f"{_absence(explanation)}, and the API refused to add them. Apply drops the lockfile's entry."
    doubt = ""
    if action.doubtful and action.calls_the_api:
        doubt = " They may not be there: an earlier call about them got no answer. Asking again is safe."
    return f"{_absence(explanation)}, and the lockfile knows them. {_REMOVALS[action.by]}.{doubt}"


def _still_rejected(explanation: Explanation) -> str:
    what = "this change of them" if isinstance(explanation.entry, Present) else "them"
    return f"The API refused {what}, and their declaration is the same as then. They are not sent again."


def _idle(explanation: Explanation) -> str:
    if explanation.counts_as_declared:
        return "Declared, and just so sent before: nothing differs."
    unknown = {
        LockfileIs.MISSING: "and there is no lockfile",
        LockfileIs.UNFETCHED: "and nothing is known of the lockfile",
    }.get(explanation.lockfile, "and the lockfile doesn't know them")
    return f"{_absence(explanation)}, {unknown}."


def _absence(explanation: Explanation) -> str:
    if explanation.expiry is not None and explanation.has_expired:
        return f"Their declaration expired on {explanation.expiry.day}"
    return "No longer declared" if explanation.entry is not None else "Not declared"
