"""What one environment declares: its settings and its roster, read together, so that one run shows all."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput
from reconciler.problems import Problem, Severity
from reconciler.roster.model import Roster
from reconciler.roster.reader import read_roster
from reconciler.suppression.reader import read_suppression


class Declared(NamedTuple):
    """An environment and everyone it declares.

    `unchecked` are warnings of suppression lists that can't be compared with anyone here, since their secret
    is missing, as on a pull request from a fork. `warnings` are those of the text of member files.
    """

    environment: Environment
    roster: Roster
    unchecked: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def require_checked(self) -> None:
        """Refuse to add anyone who may be suppressed.

        Raises:
            InvalidInput: part of the suppression lists is unchecked.
        """
        if self.unchecked:
            raise InvalidInput(*(replace(problem, severity=Severity.ERROR) for problem in self.unchecked))


class DeclarationReading(NamedTuple):
    """What could be read of a declaration; it is complete only if there are no problems.

    `environment` is None if its settings are wrong; `roster` has no suppressed members.
    """

    environment: Environment | None
    member_files: tuple[Path, ...]
    roster: Roster
    problems: tuple[Problem, ...]
    unchecked: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def read_declaration(panels: Path, name: str) -> Declared:
    """The environment of this name and its roster.

    Raises:
        InvalidInput: there is none of this name; or something in `environment.yaml`, in a suppression list
            or in a member file is wrong; with all problems, as `try_declaration` has them.
    """
    reading = try_declaration(panels, name)
    if reading.environment is None or reading.problems:
        raise InvalidInput(*reading.problems)
    return Declared(reading.environment, reading.roster, reading.unchecked, reading.warnings)


def try_declaration(panels: Path, name: str) -> DeclarationReading:
    """As much as can be read of the environment of this name, and all that is wrong.

    Problems are in this order: those of `environment.yaml`, of the suppression lists, of the member files in
    the order in which they are read, each file's by line. The other files are read even if `environment.yaml`
    is wrong, as far as it says which they are. A suppressed member is a problem of the member file.

    Raises:
        InvalidInput: there is none of this name.
    """
    settings = try_environment(panels, name)
    lists = read_suppression(
        settings.suppression_lists,
        settings.suppression_secret,
        is_settled=settings.environment is not None,
    )
    reading = read_roster(settings.member_files, lists.suppression)
    return DeclarationReading(
        settings.environment,
        settings.member_files,
        reading.roster,
        (*settings.problems, *lists.problems, *reading.problems),
        lists.unchecked,
        reading.warnings,
    )
