"""Who was suppressed and what is left to do, as an object. Never masked."""

from typing import TYPE_CHECKING, Any

from msgspec import structs

from reconciler.render.json_report import problem_documents
from reconciler.render.json_text import FORMAT

if TYPE_CHECKING:
    from reconciler.suppressing import PlannedRemoval, Suppressed


def suppressed_document(found: "Suppressed") -> dict[str, Any]:
    """Where it is written, where they still stand, and how they leave."""
    return {
        "format": FORMAT,
        "environment": found.environment,
        "key": found.key,
        "suppressed": {"file": found.location.file, "line": found.location.line},
        "was_there": found.was_there,
        "declared": [entry._asdict() for entry in found.declared],
        "removal": _removal(found.removal) if found.removal else None,
        "unfetched": found.unfetched,
        "problems": problem_documents(found.problems),
    }


def _removal(removal: "PlannedRemoval") -> dict[str, Any]:
    refusals = [
        {
            "guard": found.guard,
            "count": found.count,
            "limit": found.limit,
            "of": found.of,
            "lifted_by": found.lifted_by,
        }
        for found in removal.refusals
    ]
    return {
        "by": removal.by,
        "calls": removal.calls,
        "section": removal.section,
        "outcome": removal.outcome,
        "refusals": refusals,
        "undelivered": structs.asdict(removal.undelivered) if removal.undelivered else None,
        "is_planned": removal.is_planned,
    }
