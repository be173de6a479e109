"""The environments, in the order in which they are applied."""

from collections.abc import Sequence
from typing import Any

from reconciler.environment.overview import Placed
from reconciler.output.document import Document, Items, Text
from reconciler.output.render import Screen
from reconciler.plan.saved import FORMAT
from reconciler.problems import Code


def environments_screen(environments: Sequence[Placed]) -> Screen:
    """Each with its target, and with those that come before it."""
    return Screen(lambda: Document((Items(tuple(map(_line, environments))),)), lambda: _data(environments))


def _data(environments: Sequence[Placed]) -> dict[str, Any]:
    """The environments, in the order in which they are applied."""
    listed = [placed._asdict() | {"after": list(placed.after)} for placed in environments]
    return {"format": FORMAT, "environments": listed}


def _line(placed: Placed) -> Text:
    target = Code(placed.target) if placed.target else "its environment.yaml has problems"
    after = f", after {', '.join(placed.after)}" if placed.after else ""
    return (f"{placed.name}: ", target, after)
