"""What one environment declares: its settings and its roster, read together, so that one run tells all."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput
from reconciler.problems import Problem, Severity
from reconciler.roster.model import Roster
from reconciler.roster.reader import read_roster
from reconciler.suppression.model import Suppression
from reconciler.suppression.reader import read_suppression


class Declared(NamedTuple):
    """An environment and everyone whom it declares.

    `unchecked` are warnings of suppression lists that nobody could be compared with here, for want of their
    secret, as on a pull request from a fork.
    """

    environment: Environment
    roster: Roster
    unchecked: tuple[Problem, ...] = ()
    suppression: Suppression = Suppression({})

    def require_checked(self) -> None:
        """See to it that nobody is added who may be suppressed.

        Raises:
            InvalidInput: part of the suppression lists is unchecked.
        """
        if self.unchecked:
            raise InvalidInput(*(replace(problem, severity=Severity.ERROR) for problem in self.unchecked))


class DeclarationReading(NamedTuple):
    """What could be read of a declaration; it is whole just where there are no problems.

    `environment` is None where its settings are wrong; `roster` leaves out whoever is suppressed.
    """

    environment: Environment | None
    member_files: tuple[Path, ...]
    roster: Roster
    suppression: Suppression
    problems: tuple[Problem, ...]
    unchecked: tuple[Problem, ...]


def read_declaration(panels: Path, name: str) -> Declared:
    """The environment of this name and its roster.

    Raises:
        InvalidInput: there is none of this name; or something in `environment.yaml`, in a suppression list
            or in a member file is wrong. Then all problems are told, as `try_declaration` has them.
    """
    reading = try_declaration(panels, name)
    if reading.environment is None or reading.problems:
        raise InvalidInput(*reading.problems)
    return Declared(reading.environment, reading.roster, reading.unchecked, reading.suppression)


def try_declaration(panels: Path, name: str) -> DeclarationReading:
    """As much as can be read of the environment of this name, and all that is wrong.

    Problems stand in this order: those of `environment.yaml`, of the suppression lists, of the member files,
    those of the files in the order in which they are read, each file's by line. The other files are read
    also where `environment.yaml` is wrong, as far as it says which they are. Somebody who is suppressed and
    declared is a problem of the member file.

    Raises:
        InvalidInput: there is none of this name.
    """
    settings = try_environment(panels, name)
    lists = read_suppression(
        settings.suppression_lists,
        settings.suppression_secret,
        is_settled=settings.environment is not None,
    )
    reading = read_roster(settings.member_files, lists.suppression or None)
    return DeclarationReading(
        settings.environment,
        settings.member_files,
        reading.roster,
        lists.suppression,
        (*settings.problems, *lists.problems, *reading.problems),
        lists.unchecked,
    )
