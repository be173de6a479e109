"""What looks odd about a plan, in words, whatever the format."""

from collections.abc import Sequence

from reconciler.lint.model import Correction, PlanLint
from reconciler.problems import Address, Location, Problem, Severity
from reconciler.render.counted import counted
from reconciler.warning_codes import CORRECTED_ADDRESS

MOST_ODD = 10
_CORRECTED = "The API can't change an address: it makes a second person of this one."


def lint_problems(lint: PlanLint) -> Sequence[Problem]:
    """All of it as warnings: corrections first, since only a plan can tell of those."""
    return (*map(_correction, lint.corrections), *lint.warnings)


def rest_of_lint(lint: PlanLint, shown: int) -> str:
    """How many more there are; empty where all are shown."""
    more = len(lint.corrections) + len(lint.warnings) - shown
    return f"… and {counted(more, 'more warning')} about single members. To see all: `--full`" if more else ""


def _correction(found: Correction) -> Problem:
    file, _, line = found.source.rpartition(":")
    return Problem(
        ("A correction: ", Address(found.removed), " goes, and ", Address(found.added), " comes."),
        (_CORRECTED,),
        Location(file, int(line)),
        severity=Severity.WARNING,
        code=CORRECTED_ADDRESS,
    )
