"""The same mistake on many rows is one problem with a count, so that it hides no other. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.problems import Address, Code, Message, Problem, Value, counted

FEWEST = 4
"""Fewer problems of one kind are shown one by one."""

_FIRST = 4
_NUMBER = re.compile(r"(?<![\w\[])\d+\b")  # not in `custom1` and `profileFields[577]`, which name fields


@dataclass(frozen=True, slots=True)
class Group:
    """Problems of one kind in one file: the first of them, and the others."""

    first: Problem
    others: Sequence[Problem] = ()

    @property
    def summary(self) -> str:
        """How often it occurs, and on which lines; empty for a problem that occurs once."""
        problems = (self.first, *self.others)
        lines = sorted({each.location.line for each in problems if each.location and each.location.line})
        if not self.others:
            return ""
        if len(lines) <= 1:
            return f"This occurs {counted(len(problems), 'time')}."
        often = f"on {len(problems)} rows" if len(lines) == len(problems) else f"{len(problems)} times"
        first = ", ".join(map(str, lines[:_FIRST]))
        return f"This occurs {often}, lines {lines[0]} to {lines[-1]}; first: {first}."


def grouped(problems: Sequence[Problem]) -> list[Group]:
    """The problems in their order, those of a frequent kind together, where the first of them occurs.

    Those without a location are taken together only if they are equal: each is about something else. Others
    are of one kind if severity, code, file, message and hint are equal, apart from addresses, values and
    numbers.
    """
    kinds = [_kind(problem) for problem in problems]
    same: dict[object, list[Problem]] = {}
    for kind, problem in zip(kinds, problems, strict=True):
        same.setdefault(kind, []).append(problem)
    others = {kind: found[1:] for kind, found in same.items() if len(found) >= FEWEST}
    groups = []
    for kind, problem in zip(kinds, problems, strict=True):
        if len(same[kind]) < FEWEST:
            groups.append(Group(problem))
        elif kind in others:
            groups.append(Group(problem, others.pop(kind)))
    return groups


def _kind(problem: Problem) -> object:
    if problem.location is None:
        return problem.severity, problem.code, str(problem)
    return (
        problem.severity,
        problem.code,
        problem.location.file,
        _template(problem.message),
        _template(problem.hint),
    )


def _template(message: Message) -> tuple[object, ...]:
    """What is the same in all messages of a kind; None in the place of an address or a value."""
    return tuple(_NUMBER.sub("#", part) if isinstance(part, str) else _constant(part) for part in message)


def _constant(part: Address | Value | Code) -> Code | None:
    return part if isinstance(part, Code) else None
