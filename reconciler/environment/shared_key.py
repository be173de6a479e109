"""Two environments that send one key to one target: then both fill the same panel."""

from pathlib import Path

from reconciler.environment.discovery import SETTINGS_FILE, environment_names
from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Code, Location, Problem, Severity


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
    mine = _way(environment)
    return tuple(_warning(environment, other, place) for other in others if other and _way(other) == mine)


def _way(environment: Environment) -> tuple[str, str | Path | None]:
    """The target, and where the key for it comes from."""
    key = environment.api_key
    return environment.target, key.file.resolve() if key and key.file else key.env if key else None


def _warning(environment: Environment, other: Environment, place: Location) -> Problem:
    key = environment.api_key.described(environment.folder) if environment.api_key else ""
    return Problem(
        (
            Code(environment.name),
            " and ",
            Code(other.name),
            f" have the same target and take the key from {key}, so members of both go to one panel.",
        ),
        ("Give each panel's key a variable of its own.",),
        place,
        severity=Severity.WARNING,
        code="shared-key",
    )
