"""What one environment declares: its settings and its roster, read together, so that one run tells all."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput
from reconciler.problem import Problem, Severity
from reconciler.roster.model import Roster
from reconciler.roster.reader import read_roster
from reconciler.suppression.reader import read_suppression


class Declared(NamedTuple):
    """An environment and everyone whom it declares.

    `unchecked` are warnings of suppression lists that nobody could be compared with here, for want of their
    secret, as on a pull request from a fork.
    """

    environment: Environment
    roster: Roster
    unchecked: tuple[Problem, ...] = ()

    def require_checked(self) -> None:
        """See to it that nobody is added who may be suppressed.

        Raises:
            InvalidInput: part of the suppression lists is unchecked.
        """
        if self.unchecked:
            raise InvalidInput(*(replace(problem, severity=Severity.ERROR) for problem in self.unchecked))


def read_declaration(panels: Path, name: str) -> Declared:
    """The environment of this name and its roster.

    Raises:
        InvalidInput: there is none of this name; or something in `environment.yaml`, in a suppression list
            or in a member file is wrong. Then all problems are told, in this order, those of the files in
            the order in which they are read, each file's by line. The other files are read also where
            `environment.yaml` is wrong, as far as it says which they are. Somebody who is suppressed and
            declared is a problem of the member file.
    """
    settings = try_environment(panels, name)
    lists = read_suppression(
        settings.suppression_lists,
        settings.suppression_secret,
        is_settled=settings.environment is not None,
    )
    reading = read_roster(settings.member_files, lists.suppression or None)
    if settings.environment is None or lists.problems or reading.problems:
        raise InvalidInput(*settings.problems, *lists.problems, *reading.problems)
    return Declared(settings.environment, reading.roster, lists.unchecked)
