"""The environments as a search sees them: which file declares for whom, and which lists they have."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.discovery import environment_names
from reconciler.environment.model import Environment
from reconciler.environment.reader import EnvironmentReading, try_environment
from reconciler.errors import InvalidInput, ReconcilerError
from reconciler.files import display_path
from reconciler.problems import Problem
from reconciler.search.model import Kind, Trace


class Declaring(NamedTuple):
    """An environment as far as its `environment.yaml` can be read."""

    name: str
    reading: EnvironmentReading


def declaring(panels: Path) -> tuple[Declaring, ...]:
    """All environments; none where there is no panels folder, or its names can't be taken for any."""
    try:
        return tuple(Declaring(name, try_environment(panels, name)) for name in environment_names(panels))
    except InvalidInput:
        return ()


def by_member_file(environments: tuple[Declaring, ...]) -> dict[str, list[str]]:
    """The environments that each member file belongs to, by its path as it is shown."""
    found: dict[str, list[str]] = {}
    for name, reading in environments:
        for path in reading.member_files:
            found.setdefault(display_path(path), []).append(name)
    return found


def on_branches(environments: tuple[Declaring, ...], key: str, unread: list[Problem]) -> Iterator[Trace]:
    """Where somebody stands in lockfiles that are published on branches, as they were last fetched."""
    for _, reading in environments:
        environment = reading.environment
        if environment is None or environment.lockfile_branch is None:
            continue
        try:
            yield from _on_branch(environment, environment.lockfile_branch, key)
        except ReconcilerError as error:
            unread += error.problems


def _on_branch(environment: Environment, branch: str, key: str) -> Iterator[Trace]:
    from reconciler.lockfile.branch import LockfileBranch  # noqa: PLC0415 - a file alone needs no git
    from reconciler.lockfile.reading import REMOTE  # noqa: PLC0415 - as above

    line = LockfileBranch.of(environment, branch)
    lockfile = line.recorded.at(line.fetched_tip(), branch)
    section = lockfile.section(key) if lockfile else None
    if section is not None:
        file = f"{REMOTE}/{branch}:{line.recorded.path}"
        yield Trace(file, None, Kind.LOCKFILE, environment.name, section)
