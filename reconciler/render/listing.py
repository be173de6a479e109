"""What commands have to show that is more than one plan or report."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from reconciler.lockfile.model import Lockfile, Present, Rejected, Unconfirmed, Undelivered
from reconciler.plan.model import Plan
from reconciler.plan.pull_request import Base
from reconciler.problems import Problem
from reconciler.render.plan_words import PlanContext

if TYPE_CHECKING:
    from reconciler.suppressing import Suppressed  # loads what reads member files


class Valid(NamedTuple):
    """An environment that is well: how many members, in how many files.

    `separators` holds, by file, what stands between the cells of a CSV file that has no commas there;
    `passed_over` names the files beside the member files that were not read.
    """

    environment: str
    members: int
    files: int
    separators: Mapping[str, str] = {}
    passed_over: tuple[str, ...] = ()


class Validation(NamedTuple):
    """What validating found: the environments that are well, and all problems of the others.

    `warnings` tell what looks odd about the members of those that are well.
    """

    environments: tuple[Valid, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


class PlanListing(NamedTuple):
    """The plans of several environments, in the order in which they are applied.

    `problems` say why others have none; `unaffected` names those that a pull request has no effect on, and
    `taken_away` those that it deletes. `base` is what they were compared with, None where with nothing.
    """

    plans: tuple[tuple[Plan, PlanContext], ...]
    problems: tuple[Problem, ...] = ()
    unaffected: tuple[str, ...] = ()
    taken_away: tuple[str, ...] = ()
    base: Base | None = None


class KnownMember(NamedTuple):
    """One member as the lockfile knows them."""

    environment: str
    key: str
    entry: Present | Rejected | Unconfirmed

    @property
    def section(self) -> str:
        """The lockfile's section: `members`, `rejected` or `unconfirmed`."""
        match self.entry:
            case Present():
                return "members"
            case Rejected():
                return "rejected"
            case Unconfirmed():
                return "unconfirmed"

    @property
    def status(self) -> str:
        """The outcome of one who is present, else the section."""
        return self.entry.outcome.value if isinstance(self.entry, Present) else self.section

    @property
    def standing(self) -> str:
        """The status, and what the API refused to do about them, if anything."""
        return (
            self.status if self.undelivered is None else f"{self.status}, {self.undelivered.action} refused"
        )

    @property
    def proves(self) -> str:
        """What that proves, in plain words."""
        return _PROVES[self.status]

    @property
    def undelivered(self) -> Undelivered | None:
        """What the API refused to do about one who is, or may be, in the panel."""
        return None if isinstance(self.entry, Rejected) else self.entry.undelivered


_PROVES = {
    "added": "was new in the panel when it was pushed",
    "existing": "is in the panel, and was there before it was pushed",
    "unattributed": "is in the panel, but whether it was new can't be known",
    "resubmitted": "is in the panel, and was sent again with other fields; the API doesn't confirm updates",
    "rejected": "the API refused it, so it is not in the panel by this declaration",
    "unconfirmed": "was sent, but no answer proves anything: it may be in the panel",
}


def listed_members(environment: str, lockfile: Lockfile) -> Iterator[KnownMember]:
    """Everybody whom the lockfile knows, by section and identity."""
    for section in (lockfile.members, lockfile.rejected, lockfile.unconfirmed):
        yield from (KnownMember(environment, key, section[key]) for key in sorted(section))


class Suppressing(NamedTuple):
    """People who were suppressed, and how a command is written that a user can type here.

    `is_single` if one was named, in one environment.
    """

    suppressed: "tuple[Suppressed, ...]"
    command: Callable[..., str]
    is_single: bool = True
