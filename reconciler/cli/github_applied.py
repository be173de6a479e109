"""What a run planned, from its report (`apply --report FILE`), to be compared with what was reviewed."""

import json
from pathlib import Path
from typing import NamedTuple

from reconciler.plan.pull_request import PlanFigures, read_figures


class Applied(NamedTuple):
    """`has_report` is False for a run that died too early to write one; `planned` is None without a plan."""

    has_report: bool
    planned: PlanFigures | None

    @property
    def had_nothing_to_do(self) -> bool:
        """Whether there was a plan, and nothing in it to carry out."""
        return self.planned is not None and not (self.planned.summary.add or self.planned.summary.remove)


def read_applied(path: Path, environment: str) -> Applied:
    """What the report says; one that can't be read, or is of another environment, is none."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return Applied(has_report=False, planned=None)
    if not isinstance(document, dict) or document.get("environment") != environment:
        return Applied(has_report=False, planned=None)
    return Applied(has_report=True, planned=read_figures(document | {"summary": document.get("planned")}))
