"""The words for each way in which a run ends early: what happened, what it means, what to do."""

from reconciler.panel import Answer
from reconciler.plan.guards import in_words
from reconciler.plan.model import GuardRefusal
from reconciler.problem import Problem, Value, Words

AGAIN = "What was confirmed is in the lockfile; apply with a fresh plan carries on."


def denied(reason: str, remedy: str) -> Problem:
    """401, 403, 404, a redirect."""
    return Problem((reason,), (remedy,))


def allowance_used_up(reason: str) -> Problem:
    """429 that no waiting mends."""
    return Problem(
        ("The licence's allowance of API calls is used up: ", reason),
        ("Waiting doesn't help: ask QuestionPro for more calls. " + AGAIN,),
    )


def most_calls(limit: int) -> Problem:
    """The run has spent the calls that it was given."""
    return Problem((f"The run ended at the {limit} calls that --max-calls allows.",), (AGAIN,))


def no_usable_answer(answer: Answer) -> Problem:
    """Three batches in a row without an answer that says anything."""
    return Problem(
        ("Three batches in a row got no usable answer, so the run ended. The last: ", *_reason(answer)),
        ("See whether the API is reachable and well. " + AGAIN,),
    )


def refused_alike(reason: str, asked: int) -> Problem:
    """Everybody is refused for one and the same reason."""
    return Problem(
        (
            "The API refuses everybody alike. ",
            f"{asked} members from all over one batch were refused alone, all with the same words: ",
            Value(reason),
        ),
        ("Nobody was marked as rejected. Check the address, the account, and the fields that all declare.",),
    )


def interrupted(settled: int, total: int, calls: int) -> Problem:
    """A signal."""
    return Problem(
        (f"Interrupted: {settled} of {total} members are settled, after {calls} calls.",), (AGAIN,)
    )


def _reason(answer: Answer) -> Words:
    reason = getattr(answer, "reason", None)
    return (reason,) if reason else ("the two counts don't add up to the members sent.",)


def interrupted_before() -> Problem:
    """A signal, before the first call."""
    return Problem(("Interrupted before anything was sent.",), ("Nothing was changed by this run.",))


def stale(expected: str | None, found: str) -> Problem:
    """The plan isn't the one that was expected."""
    return Problem(
        (f"The plan is stale: {expected} was expected, and what there is to do now is {found}.",),
        (
            "Declarations, settings or the lockfile changed since. ",
            "Make a new plan, look at it, and apply that one.",
        ),
    )


def moved_on() -> Problem:
    """Another run changed the lockfile between the question and the lock."""
    return Problem(
        ("Another run changed the lockfile while you were looking at the plan.",),
        ("Nothing was sent. Run the command again to see what there is to do now.",),
    )


def guarded(refusal: GuardRefusal) -> Problem:
    """A guard is exceeded."""
    return Problem(
        (f"A guard refuses this: {in_words(refusal)}.",), (f"If that is meant: {refusal.lifted_by}",)
    )
