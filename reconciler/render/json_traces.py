"""Where somebody stands, as an object. Never masked."""

from typing import Any

from reconciler.render.json_report import problem_documents
from reconciler.render.json_text import FORMAT
from reconciler.search.model import Traces


def traces_document(traces: Traces) -> dict[str, Any]:
    """Every place, and what should have been searched and could not be."""
    return {
        "format": FORMAT,
        "key": traces.key,
        "places": [place._asdict() for place in traces.places],
        "unread": problem_documents(traces.unread),
        "not_text": list(traces.not_text),
        "not_followed": list(traces.not_followed),
        "not_files": list(traces.not_files),
        "problems": [],
    }
