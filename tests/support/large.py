"""An environment large enough for its verdict to be remembered, and yet read in no time."""

from pathlib import Path

from commands import TARGET, Panels
from people import PUSHED, person

from reconciler.environment.model import Environment
from reconciler.environment.reader import read_environment
from reconciler.lockfile.model import Lockfile, Outcome, Present
from reconciler.verdict.inputs import LEAST_BYTES

PADDING = "# a comment is content too\n" * (LEAST_BYTES // 20)


def large(panels: Panels, *names: str) -> Environment:
    """Production with just these people declared and pushed, in a member file of a megabyte and more."""
    panels.declare(*names)
    team = panels.folder / "production" / "members" / "team.yaml"
    team.write_text(team.read_text(encoding="utf-8") + PADDING, encoding="utf-8")
    panels.lock(pushed(*names))
    return read_environment(panels.folder, "production")


def pushed(*names: str) -> Lockfile:
    """Production's lockfile with just these people."""
    entries = {f"{name}@example.org": Present(Outcome.ADDED, PUSHED, person(name)) for name in names}
    return Lockfile("production", TARGET, entries)


def memory(environment: Environment) -> Path:
    """The file that the verdict is remembered in."""
    return environment.working_folder / "verdict"
