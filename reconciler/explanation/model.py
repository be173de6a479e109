"""All that can be said of one person in one environment, brought together; in no words yet."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from reconciler.git.blame import Written
from reconciler.lockfile.model import Entry
from reconciler.plan.model import Action, GuardRefusal
from reconciler.problems import Location, Problem


class DeclaredAt(NamedTuple):
    """A place at which somebody is declared; `written` is None where git can't tell of that line."""

    location: Location
    written: Written | None


class Expiry(NamedTuple):
    """The day from which a declaration no longer counts, and how many days it is until then, or was since."""

    day: str
    days_left: int

    @property
    def is_over(self) -> bool:
        """Whether the declaration no longer counts."""
        return self.days_left <= 0


class LockfileIs(StrEnum):
    """How well the lockfile is known."""

    READ = "read"
    MISSING = "missing"
    UNFETCHED = "unfetched"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What holds for one person on the day `today`.

    `declared` are all places found, of which there should be one at most; `unread` are files in which they
    may be declared too, and that can't be read rightly. `unchecked` are warnings of suppression lists that
    they could not be compared with. `entry` counts in the journal of a dead run, where it `is_recovered`.
    `unfetched` is the branch of the lockfile where nothing is known of it here.

    `action` is what the plan says of them, None also where they are in no plan. `is_settled` tells whether
    the plan can be made as far as it concerns them; where there are `problems` all the same, it holds once
    those are mended, and `refusals` can't be known. `like` is the address that may have been meant, of
    somebody whom nothing is known of.
    """

    environment: str
    key: str
    today: str
    declared: tuple[DeclaredAt, ...] = ()
    expiry: Expiry | None = None
    unread: tuple[str, ...] = ()
    suppressed: Location | None = None
    unchecked: tuple[Problem, ...] = ()
    lockfile: LockfileIs = LockfileIs.READ
    unfetched: str | None = None
    entry: Entry | None = None
    is_recovered: bool = False
    is_settled: bool = True
    action: Action | None = None
    refusals: tuple[GuardRefusal, ...] = ()
    problems: tuple[Problem, ...] = ()
    like: str | None = None

    @property
    def counts_as_declared(self) -> bool:
        """Whether they are declared, and not expired."""
        return bool(self.declared) and not self.has_expired

    @property
    def has_expired(self) -> bool:
        """Whether their declaration stands in a file and no longer counts."""
        return self.expiry is not None and self.expiry.is_over

    @property
    def location(self) -> Location | None:
        """The first place at which they are declared."""
        return self.declared[0].location if self.declared else None
