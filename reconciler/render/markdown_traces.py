"""Where somebody stands, one place a row, for a comment or a job's summary."""

from collections.abc import Iterator

from reconciler.find import Occurrences
from reconciler.render.markdown_problems import markdown_problems
from reconciler.render.markdown_text import code, prose, table
from reconciler.render.showing import RenderOptions
from reconciler.render.traces_words import not_searched, rows, summary


def markdown_traces(traces: Occurrences, showing: RenderOptions) -> str:
    """Every place, and what was not searched."""
    return "".join(f"{line}\n" for line in _lines(traces, showing))


def _lines(traces: Occurrences, showing: RenderOptions) -> Iterator[str]:
    yield f"**{prose(summary(traces, showing))}**"
    yield ""
    if traces.places:
        cells = ((code(where), prose(what)) for where, what in rows(traces, showing))
        yield from (*table(("where", "what"), cells), "")
    if traces.unread:
        yield from ("Not all could be searched:", "", markdown_problems(traces.unread, showing))
    yield from ("Not searched:", "")
    yield from (f"- {prose(line)}" for line in not_searched(traces, showing))
