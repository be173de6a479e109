"""Where somebody stands, as an object. Never masked."""

from typing import Any

from reconciler.find import Occurrences
from reconciler.render.json_report import problem_documents
from reconciler.render.json_text import FORMAT


def traces_document(traces: Occurrences) -> dict[str, Any]:
    """Every place, and what should have been searched and could not be."""
    return {
        "format": FORMAT,
        "key": traces.key,
        "places": [place._asdict() for place in traces.places],
        "unread": problem_documents(traces.unread),
        "not_followed": list(traces.not_followed),
        "problems": [],
    }
