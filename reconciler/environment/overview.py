"""All environments of a panels folder: their order, keys that two share, variables that hold secrets."""

from pathlib import Path
from typing import NamedTuple

from reconciler.environment.discovery import SETTINGS_FILE, environment_names, names_as_they_are
from reconciler.environment.forms import text_of
from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Code, Location, Problem, Severity
from reconciler.text_source import Findings
from reconciler.text_source import text_of as content_of
from reconciler.yaml_source.composer import Composer
from reconciler.yaml_source.nodes import Mapping

# The order in which they are planned and applied: each after those that it names under `after`.


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
        hint = "An environment is a folder with an environment.yaml; --panels DIR says where to look."
        raise InvalidInput(
            Problem(("There is no environment here.",), (hint,), Location(display_path(panels)))
        )
    placed = {}
    for name in names:
        reading = try_environment(panels, name)
        target = reading.environment.target if reading.environment else None
        placed[name] = Placed(name, reading.after, target, reading.is_embedded)
    from graphlib import CycleError, TopologicalSorter  # noqa: PLC0415 - a plan of one environment has no order

    sorter = TopologicalSorter({name: found.after for name, found in placed.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise InvalidInput(_ring(error.args[1], panels)) from error
    order: list[Placed] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += map(placed.__getitem__, ready)
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


# Two environments that send one key to one target: then both fill the same panel.


def shared_key_warnings(panels: Path, environment: Environment) -> tuple[Problem, ...]:
    """A warning for each other environment with the same target and the same source of the key."""
    if environment.api_key is None:
        return ()
    try:
        names = [name for name in environment_names(panels) if name != environment.name]
    except InvalidInput:  # `validate` reports it
        return ()
    others = (try_environment(panels, name).environment for name in names)
    place = Location(display_path(environment.folder / SETTINGS_FILE))
    key = environment.api_key.described(environment.folder)
    same = f" have the same target and take the key from {key}, so members of both go to one panel."
    return tuple(
        Problem(
            (Code(environment.name), " and ", Code(other.name), same),
            ("Give each panel's key its own variable.",),
            place,
            severity=Severity.WARNING,
            code="shared-key",
        )
        for other in others
        if other and _way(other) == _way(environment)
    )


def _way(environment: Environment) -> tuple[str, str | Path | None]:
    """The target, and where the key for it comes from."""
    key = environment.api_key
    return environment.target, key.file.resolve() if key and key.file else key.env if key else None


# The variables that hold secrets: what no child process may inherit.


def secret_variables(panels: Path) -> frozenset[str]:
    """The names under `api_key` and `suppression_secret`, as far as they can be read."""
    try:
        names = names_as_they_are(panels)
    except InvalidInput:
        return frozenset()
    return frozenset(variable for name in names for variable in _named_in(panels / name / SETTINGS_FILE))


def _named_in(path: Path) -> set[str]:
    findings = Findings(str(path))
    try:
        root = Composer(content_of(path, findings.file), findings).root()
    except InvalidInput:
        return set()
    sections = root.entries if isinstance(root, Mapping) else {}
    given = [sections[key][1] for key in ("api_key", "suppression_secret") if key in sections]
    named = [node.entries["env"][1] for node in given if isinstance(node, Mapping) and "env" in node.entries]
    return {text for node in named if (text := text_of(node))}
