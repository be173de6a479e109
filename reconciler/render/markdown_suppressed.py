"""Who was suppressed and what is left to do, for a comment or a job's summary."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reconciler.render.listing import Suppressing
from reconciler.render.markdown_text import code, prose, table
from reconciler.render.showing import RenderOptions
from reconciler.render.suppressed_words import departure, headline, rows, steps, still_declared

if TYPE_CHECKING:
    from reconciler.suppressing import Suppressed


def markdown_suppressed(suppressing: Suppressing, showing: RenderOptions) -> str:
    """The whole of it."""
    parts = (
        "".join(f"{line}\n" for line in _lines(found, suppressing.command, showing))
        for found in suppressing.suppressed
    )
    return "\n".join(parts)


def _lines(found: "Suppressed", command: Callable[..., str], showing: RenderOptions) -> Iterator[str]:
    yield f"**{prose(headline(found, showing))}**"
    yield ""
    yield prose(still_declared(found))
    if found.declared:
        cells = [(code(place), prose(environments)) for place, environments in rows(found.declared, showing)]
        yield from ("", *table(("entry", "declared in"), cells))
    yield ""
    yield from (f"{prose(line)}\n" for line in departure(found))
    yield from (f"{number}. {prose(step)}" for number, step in enumerate(steps(found, command), start=1))
