"""Checks, one line each: those of `doctor` for each environment, those of `ci doctor` for a repository."""

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.checks import Check, Checked, Status, counts
from reconciler.output.document import (
    Block,
    Document,
    Headline,
    Paragraph,
    Row,
    Section,
    Table,
    Tone,
)
from reconciler.output.render import Screen
from reconciler.plan.saved import FORMAT
from reconciler.problems import Code, Problem, counted, plain

_TONES = {Status.OK: Tone.GOOD, Status.FAILED: Tone.BAD, Status.UNKNOWN: Tone.CAREFUL}


def doctor_screen(environments: Sequence[Checked]) -> Screen:
    """The checks of each environment, and what they cost."""
    calls = sum(found.calls for found in environments)
    spent = f"Spent: {counted(calls, 'reading call')}. Nobody was added, and nothing was changed."
    return Screen(
        lambda: _document(environments, spent),
        lambda: {
            "format": FORMAT,
            "environments": [
                {"environment": found.name, "checks": [*map(_check, found.checks)], "calls": found.calls}
                for found in environments
            ],
            "summary": _summary(environments),
            "calls": calls,
        },
    )


def platform_screen(platform: str, repository: Checked) -> Screen:
    """The checks of one repository on its CI platform."""
    return Screen(
        lambda: _document((repository,), f"{platform} was only read; nothing was changed."),
        lambda: {
            "format": FORMAT,
            "platform": platform,
            "repository": repository.name,
            "checks": [*map(_check, repository.checks)],
            "summary": _summary((repository,)),
        },
    )


def _document(found: Sequence[Checked], ending: str) -> Document:
    sections = (Section((Code(each.name),), (_table(each.checks),)) for each in found)
    blocks: list[Block] = [Headline(_sentence(found)), *sections, Paragraph(ending)]
    return Document(tuple(blocks), title="Checks", annotations=tuple(_annotations(found)))


def _table(checks: Sequence[Check]) -> Table:
    return Table(("result", "check", "reason"), checks, _row, details="what to do", short=None, noun="check")


def _row(check: Check) -> Row:
    cells = (check.status.value, check.name, check.reason)
    return Row(cells, (check.remedy,) if check.remedy else (), _TONES[check.status])


def _annotations(found: Sequence[Checked]) -> Iterator[Problem]:
    for each in found:
        for check in each.checks:
            if check.status is Status.FAILED:
                yield Problem((Code(each.name), f": {check.name}: ", *check.reason), check.remedy)


def _sentence(found: Sequence[Checked]) -> str:
    clauses = [f"{number} {status}" for status, number in _summary(found).items() if number]
    return f"{', '.join(clauses)}."


def _summary(found: Sequence[Checked]) -> dict[str, int]:
    number = counts(found)
    return {status.value: number[status] for status in Status}


def _check(check: Check) -> dict[str, Any]:
    return {
        "check": check.name,
        "status": check.status.value,
        "reason": plain(check.reason),
        "remedy": plain(check.remedy) or None,
    }
