"""A check: one thing that must be right before an apply, looked at without changing anything. Pure."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from reconciler.problems import Message, Problem


class Status(StrEnum):
    """How a check ended. `unknown` is no failure: it says that nothing here can tell."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Check(NamedTuple):
    """One line: what was checked, how it ended, why, and what to do about it (nothing where it is ok)."""

    name: str
    status: Status
    reason: Message
    remedy: Message = ()


class Checked(NamedTuple):
    """The checks of one thing, such as an environment; `calls` is how many calls of the API they spent."""

    name: str
    checks: tuple[Check, ...]
    calls: int = 0


def ok(name: str, *reason: str) -> Check:
    """A check that found nothing wrong."""
    return Check(name, Status.OK, reason)


def failed(name: str, problem: Problem) -> Check:
    """A check that found this problem."""
    return Check(name, Status.FAILED, _located(problem), problem.hint)


def unknown(name: str, reason: str | Problem, remedy: str = "") -> Check:
    """A check that could not tell, for this reason."""
    if isinstance(reason, Problem):
        return Check(name, Status.UNKNOWN, _located(reason), reason.hint)
    return Check(name, Status.UNKNOWN, (reason,), (remedy,) if remedy else ())


def has_failed(found: Iterable[Checked]) -> bool:
    """Whether any check failed."""
    return counts(found)[Status.FAILED] > 0


def counts(found: Iterable[Checked]) -> Counter[Status]:
    """How many checks ended in each way."""
    return Counter(check.status for each in found for check in each.checks)


def _located(problem: Problem) -> Message:
    return (f"{problem.location}: ", *problem.message) if problem.location else problem.message
