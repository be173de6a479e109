"""All that holds for one person in one environment: declared where, recorded how, and what apply would do."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain, islice
from typing import NamedTuple

from reconciler.declaration import DeclarationReading
from reconciler.files import display_path
from reconciler.find import is_about
from reconciler.git.repository import Written, blame
from reconciler.lockfile.model import Departed, Departure, Entry
from reconciler.lockfile.state import KnownState
from reconciler.plan.model import Action, Day, GuardRefusal
from reconciler.plan.planner import make_plan
from reconciler.problems import Location, Problem, nearest
from reconciler.suppression.model import Standing

MOST_PLACES = 3

_MOST_COMPARED = 2000  # texts; comparing takes long, and this takes a moment
_MOST_LETTERS_APART = 2


class DeclaredAt(NamedTuple):
    """A place at which someone is declared; `written` is None if git can't tell who wrote that line."""

    location: Location
    written: Written | None


class LockfileIs(StrEnum):
    """How well the lockfile is known."""

    READ = "read"
    MISSING = "missing"
    UNFETCHED = "unfetched"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What holds for one person on the day `today`.

    `declared` are all places found, of which there should be at most one; `expires` is the day that the
    declaration names. `unchecked` are warnings of suppression lists that they could not be compared with.
    `entry` is the lockfile's, the journal of an interrupted run counted in if `is_recovered`; `departed` its
    record of their removal. `unfetched` is the lockfile's branch, if it is not fetched here.

    `action` is the plan's, None also if they are in no plan. `is_settled` tells whether the plan can be made
    as far as it concerns them. If there are `problems` all the same, it holds once those are fixed, and
    `refusals` can't be known. `like` is the address that may have been meant, if this one is unknown.
    """

    environment: str
    key: str
    today: str
    declared: tuple[DeclaredAt, ...] = ()
    expires: str | None = None
    suppressed: Location | None = None
    has_opted_out: bool = False
    unchecked: tuple[Problem, ...] = ()
    lockfile: LockfileIs = LockfileIs.READ
    unfetched: str | None = None
    entry: Entry | None = None
    departed: Departed | None = None
    is_recovered: bool = False
    is_settled: bool = True
    action: Action | None = None
    refusals: tuple[GuardRefusal, ...] = ()
    problems: tuple[Problem, ...] = ()
    like: str | None = None

    @property
    def days_left(self) -> int:
        """Days until the declaration expires, negative since it has; 0 if it doesn't expire."""
        left = date.fromisoformat(self.expires or self.today) - date.fromisoformat(self.today)
        return left.days

    @property
    def has_expired(self) -> bool:
        """Whether they are declared, and the declaration no longer counts."""
        return self.expires is not None and self.expires <= self.today

    @property
    def counts_as_declared(self) -> bool:
        """Whether they are declared, and not expired."""
        return bool(self.declared) and not self.has_expired

    @property
    def has_left(self) -> bool:
        """Whether the lockfile records that they left the panel."""
        record = self.departed
        return record is not None and record.may_be_done and record.outcome is not Departure.UNCONFIRMED

    @property
    def location(self) -> Location | None:
        """The first place at which they are declared."""
        return self.declared[0].location if self.declared else None


def explain(
    name: str,
    key: str,
    reading: DeclarationReading,
    state: KnownState | None,
    day: Day,
    lockfile_problems: Sequence[Problem] = (),
) -> Explanation:
    """Explain one person in the environment of this name, on a day.

    `state` is None if the lockfile can't be read, which `lockfile_problems` explain, or if the settings don't
    tell whose it would be.
    """
    problems = (*reading.problems, *lockfile_problems)
    files = {display_path(path): path for path in reading.member_files}
    places = islice(_locations(reading, key, files), MOST_PLACES)
    declared = tuple(DeclaredAt(place, blame(files[place.file], place.line or 1)) for place in places)
    lockfile = state.lockfile if state else None
    plan = None
    if reading.environment is not None and state is not None:
        plan = make_plan(reading.environment, reading.roster, lockfile, day=day)
    is_settled = plan is not None and _is_settled(reading, declared)
    actions = plan.actions if plan and is_settled else ()
    declaration = reading.roster.members.get(key)
    entry = lockfile.entry(key) if lockfile else None
    suppression = reading.roster.suppression
    suppressed = suppression.place_of(key)
    departed = lockfile.record(suppression.possible_names(key)) if lockfile else None
    everybody: Iterable[str] = reading.roster.members
    if lockfile is not None:
        everybody = chain(everybody, lockfile.members, lockfile.rejected, lockfile.unconfirmed)
    return Explanation(
        environment=name,
        key=key,
        today=day.today,
        declared=declared,
        expires=declaration.expires if declaration else None,
        suppressed=suppressed,
        has_opted_out=Standing.OPTED_OUT in suppression.standings(key),
        unchecked=reading.unchecked,
        lockfile=_lockfile_is(state),
        unfetched=state.unfetched if state else None,
        entry=entry,
        departed=departed,
        is_recovered=state.is_recovered if state else False,
        is_settled=is_settled,
        action=next((each for each in actions if each.key == key), None),
        refusals=plan.refusals if plan and not problems else (),
        problems=problems,
        like=None if declared or entry or departed or suppressed else likeliest(key, everybody),
    )


def likeliest(key: str, known: Iterable[str]) -> str | None:
    """The known identity that is most like this one: in its local part, or else in its domain.

    The other part is the same: most people of a panel share a domain, which makes nobody alike.
    """
    local, _, domain = key.rpartition("@")
    parts = [other.rpartition("@") for other in known]
    locals_there = (
        there
        for there, _, other in parts
        if other == domain and abs(len(there) - len(local)) <= _MOST_LETTERS_APART
    )
    if meant := nearest(local, list(islice(locals_there, _MOST_COMPARED))):
        return f"{meant}@{domain}"
    domains_there = (other for there, _, other in parts if there == local)
    meant = nearest(domain, list(islice(domains_there, _MOST_COMPARED)))
    return f"{local}@{meant}" if meant else None


def _lockfile_is(state: KnownState | None) -> LockfileIs:
    if state is None:
        return LockfileIs.UNREADABLE
    if state.unfetched is not None:
        return LockfileIs.UNFETCHED
    return LockfileIs.MISSING if state.lockfile is None else LockfileIs.READ


def _is_settled(reading: DeclarationReading, declared: Sequence[DeclaredAt]) -> bool:
    """Whether fixing what is wrong leaves this person's declaration as it can be read now."""
    files = set(reading.roster.files)
    wrong = {problem.location.file for problem in reading.problems if problem.location} & files
    if not declared:
        return not wrong
    return len(declared) == 1 and declared[0].location.file not in wrong


def _locations(reading: DeclarationReading, key: str, files: Container[str]) -> Iterator[Location]:
    if declaration := reading.roster.members.get(key):
        yield Location(declaration.file, declaration.line)
    # A second entry, or one of someone suppressed, is in no roster: a problem has its location.
    for problem in reading.problems:
        location = problem.location
        if location is not None and location.file in files and is_about(problem, key):
            yield Location(location.file, location.line)
