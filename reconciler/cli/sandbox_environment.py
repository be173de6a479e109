"""The embedded environment that `sandbox show` and `sandbox reset` are about."""

from pathlib import Path

from reconciler.environment.model import Environment
from reconciler.environment.reader import read_environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Location, Problem


def embedded_environment(panels: Path, name: str) -> Environment:
    """The environment of that name.

    Raises:
        InvalidInput: there is none, its settings are wrong, or its panel is not embedded.
    """
    environment = read_environment(panels, name)
    if not environment.is_embedded:
        raise InvalidInput(
            Problem(
                (f"{name} has no embedded panel: it talks to {environment.target}.",),
                ("Only environments with `embedded: true` have one.",),
                Location(display_path(environment.folder / "environment.yaml")),
            )
        )
    return environment
