"""In which order environments are planned and applied: each after those that it names under `after`."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.discovery import SETTINGS_FILE, environment_names
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Location, Problem


class Placed(NamedTuple):
    """One environment among the others, as far as its `environment.yaml` can be read.

    `after` are the names of those that come before it; `target` is None where the settings are wrong.
    """

    name: str
    after: tuple[str, ...]
    target: str | None
    is_embedded: bool


def environments_in_order(panels: Path) -> tuple[Placed, ...]:
    """All environments: each behind those that it comes after, and else by name.

    Raises:
        InvalidInput: there is no environment at all, or some come after each other in a ring.
    """
    names = environment_names(panels)
    if not names:
        raise InvalidInput(
            Problem(
                ("There is no environment here.",),
                ("An environment is a folder with an environment.yaml; --panels DIR says where to look.",),
                Location(display_path(panels)),
            )
        )
    placed = {name: _placed(panels, name) for name in names}
    order = _sorted({name: found.after for name, found in placed.items()}, panels)
    return tuple(placed[name] for name in order)


def _placed(panels: Path, name: str) -> Placed:
    reading = try_environment(panels, name)
    target = reading.environment.target if reading.environment else None
    return Placed(name, reading.after, target, reading.is_embedded)


def _sorted(after: Mapping[str, tuple[str, ...]], panels: Path) -> tuple[str, ...]:
    from graphlib import CycleError, TopologicalSorter  # noqa: PLC0415 - a plan of one environment has no order

    sorter = TopologicalSorter(after)
    try:
        sorter.prepare()
    except CycleError as error:
        raise InvalidInput(_ring(error.args[1], panels)) from error
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return tuple(order)


def _ring(names: list[str], panels: Path) -> Problem:
    *ring, _ = reversed(names)
    chain = ", which comes after ".join((*ring, ring[0]))
    return Problem(
        (f"No order is right: {chain}.",),
        ("Take one of these names out of its `after`.",),
        Location(display_path(panels / ring[0] / SETTINGS_FILE)),
    )
