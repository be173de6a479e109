"""Who was suppressed and what is left to do, for a terminal or a log."""

from collections.abc import Iterator

from reconciler.render.listing import Suppressing
from reconciler.render.showing import RenderOptions
from reconciler.render.suppressed_words import departure, headline, rows, steps, still_declared
from reconciler.render.visible import readable, visible

MOST_ROWS = 20


def text_suppressed(suppressing: Suppressing, showing: RenderOptions) -> str:
    """The whole of it, on one screen."""
    return "".join(f"{line}\n" for line in _lines(suppressing, showing))


def _lines(suppressing: Suppressing, showing: RenderOptions) -> Iterator[str]:
    found = suppressing.suppressed
    yield visible(headline(found, showing))
    yield ""
    yield visible(still_declared(found))
    listed = rows(found.declared, showing)
    width = max((len(readable(place)) for place, _ in listed[:MOST_ROWS]), default=0)
    yield from (
        f"  {readable(place):{width}}  {visible(environments)}" for place, environments in listed[:MOST_ROWS]
    )
    if more := len(listed) - MOST_ROWS:
        yield from [f"  … and {more} more; --format json has all"] if more > 0 else []
    yield ""
    yield from map(visible, departure(found))
    yield ""
    yield "Next:"
    yield from (f"  {number}. {visible(step)}" for number, step in enumerate(steps(suppressing), start=1))
