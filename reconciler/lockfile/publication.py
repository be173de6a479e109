"""How publishing a lockfile ended, and the words of those ends that are errors."""

import random
import time
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.git.pushing import Pushed
from reconciler.lockfile.merge import Conflict, Merged
from reconciler.problems import Location, Problem

_ATTEMPTS = 10
_KEPT = "Nothing is lost: this file holds all of it still. "


class PublicationEnd(Enum):
    """Nothing was to be done; the branch has it now; the server declined, and another branch has it."""

    UP_TO_DATE = "up to date"
    PUBLISHED = "published"
    SET_ASIDE = "set aside"


class Publication(NamedTuple):
    """How publishing ended.

    `branch` and `remote` are where the lockfile belongs; `aside` is the branch that has it for now, and
    `reason` what the server said, both empty but where it was set aside. `conflicts` are the members about
    whom the lockfiles contradicted each other. `doubted` are the identities that became `unconfirmed`, since
    others may have removed them meanwhile. `is_tracked` tells that git has the file here under version
    control although it is published on a branch of its own.
    """

    end: PublicationEnd
    branch: str
    remote: str
    commit: str
    aside: str = ""
    reason: str = ""
    conflicts: tuple[Conflict, ...] = ()
    doubted: frozenset[str] = frozenset()
    is_tracked: bool = False


class Notes:
    """What the merges of one publishing found, over all its attempts."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._conflicts: dict[str, Conflict] = {}
        self.doubted: frozenset[str] = frozenset()

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Each member once."""
        return tuple(self._conflicts.values())

    def take(self, merged: Merged | None) -> None:
        """Take note of what a merge found; None where there was nothing to merge."""
        if merged is not None:
            self._conflicts.update({conflict.key: conflict for conflict in merged.conflicts})
            self.doubted |= merged.doubted


def until_first(attempt: Callable[[], Publication | None]) -> Publication:
    """Try until one attempt was not outrun by others, which is what None means.

    Raises:
        InvalidInput: others were first each time.
    """
    for number in range(1, _ATTEMPTS + 1):
        ended = attempt()
        if ended is not None:
            return ended
        if number < _ATTEMPTS:
            time.sleep(random.uniform(0.05, 0.25) * number)  # noqa: S311 - so that two don't collide again
    message = f"Others were first {_ATTEMPTS} times in a row, so the lockfile could not be published."
    raise InvalidInput(Problem((message,), (_KEPT, "Run the command again.")))


def message_of(environment: Environment) -> str:
    """What a commit of the lockfile says: whose it is, and nothing about anybody."""
    return f"Record what apply pushed to {' '.join(environment.name.split())}\n"


def not_pushed(environment: Environment, branch: str, pushed: Pushed) -> InvalidInput:
    """The error for a push that failed, whoever is to blame."""
    hint = (
        _KEPT,
        "Check the network, and what the credentials that git has here may do (in a workflow: ",
        "`permissions: contents: write`). Then run the command again.",
    )
    return _kept(environment, f"The push to {branch} failed. {pushed.reason}", *hint)


def not_taken(environment: Environment, branch: str, pushed: Pushed) -> InvalidInput:
    """The error for a push to a branch of the tool's own that the server declined."""
    hint = (
        _KEPT,
        f"Let the rules that protect branches leave out {branch}, ",
        "or let who pushes bypass them. Then run the command again.",
    )
    return _kept(environment, f"The server declined the push to {branch}: {pushed.reason}", *hint)


def _kept(environment: Environment, message: str, *hint: str) -> InvalidInput:
    return InvalidInput(Problem((message,), hint, Location(display_path(environment.lockfile_path))))
