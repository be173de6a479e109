"""The environments, in the order in which they are applied."""

from collections.abc import Sequence

from reconciler.environment.overview import Placed
from reconciler.output.document import Document, Items, Text
from reconciler.output.json_shapes import environments_data
from reconciler.output.render import Screen
from reconciler.problems import Code


def environments_screen(environments: Sequence[Placed]) -> Screen:
    """Each with its target, and with those that come before it."""
    return Screen(
        lambda: Document((Items(tuple(map(_line, environments))),)), lambda: environments_data(environments)
    )


def _line(placed: Placed) -> Text:
    target = Code(placed.target) if placed.target else "its environment.yaml has problems"
    after = f", after {', '.join(placed.after)}" if placed.after else ""
    return (f"{placed.name}: ", target, after)
