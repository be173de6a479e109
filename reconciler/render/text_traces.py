"""Where somebody stands, one place a line, for a terminal or a log."""

from collections.abc import Iterator

from reconciler.find import Occurrences
from reconciler.render.showing import RenderOptions
from reconciler.render.traces_words import not_searched, rows, summary
from reconciler.render.visible import readable, visible


def text_traces(traces: Occurrences, showing: RenderOptions) -> str:
    """Every place, and what was not searched."""
    return "".join(f"{line}\n" for line in _lines(traces, showing))


def _lines(traces: Occurrences, showing: RenderOptions) -> Iterator[str]:
    yield from (f"{readable(where)}: {visible(what)}" for where, what in rows(traces, showing))
    if traces.places:
        yield ""
    yield visible(summary(traces, showing))
    if traces.unread:
        yield "Not all could be searched: see the warnings."
    yield ""
    yield "Not searched:"
    yield from (f"  {visible(line)}" for line in not_searched(traces, showing))
