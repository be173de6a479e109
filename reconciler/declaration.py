"""What one environment declares: its settings and its roster, read together, so that one run tells all."""

from pathlib import Path
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput
from reconciler.roster.model import Roster
from reconciler.roster.reader import read_roster


class Declared(NamedTuple):
    """An environment and everyone whom it declares."""

    environment: Environment
    roster: Roster


def read_declaration(panels: Path, name: str) -> Declared:
    """The environment of this name and its roster.

    Raises:
        InvalidInput: there is none of this name; or something in `environment.yaml` or in a member file
            is wrong. Then all problems are told: first those of `environment.yaml`, then those of the
            member files, in the order in which they are read, each file's by line. The member files are
            read also where `environment.yaml` is wrong, as far as it says which they are.
    """
    settings = try_environment(panels, name)
    reading = read_roster(settings.member_files)
    if settings.environment is None or reading.problems:
        raise InvalidInput(*settings.problems, *reading.problems)
    return Declared(settings.environment, reading.roster)
