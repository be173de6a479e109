"""Who was suppressed and what is left to do, for a terminal or a log."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reconciler.render.listing import Suppressing
from reconciler.render.showing import RenderOptions
from reconciler.render.suppressed_words import departure, headline, rows, steps, still_declared
from reconciler.render.visible import readable, visible

if TYPE_CHECKING:
    from reconciler.suppressing import Suppressed

MOST_ROWS = 20


def text_suppressed(suppressing: Suppressing, showing: RenderOptions) -> str:
    """The whole of it, on one screen."""
    parts = (
        "".join(f"{line}\n" for line in _lines(found, suppressing.command, showing))
        for found in suppressing.suppressed
    )
    return "\n".join(parts)


def _lines(found: "Suppressed", command: Callable[..., str], showing: RenderOptions) -> Iterator[str]:
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
    yield from (f"  {number}. {visible(step)}" for number, step in enumerate(steps(found, command), start=1))
