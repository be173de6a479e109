"""Somebody is put on an environment's suppression list; what that leaves to do, as the planner sees it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.errors import ReconcilerError
from reconciler.files import display_path
from reconciler.lockfile.model import Lockfile, Rejected, Undelivered
from reconciler.member import Removal
from reconciler.plan.model import Action, Day, GuardRefusal, Remove
from reconciler.plan.planner import make_plan
from reconciler.problems import Location, Problem
from reconciler.roster.model import Roster
from reconciler.roster.reader import read_roster
from reconciler.search.declared import is_about, lines_to_take_out
from reconciler.search.panels import declaring
from reconciler.suppression.writer import suppress


class StillDeclared(NamedTuple):
    """An entry that declares somebody for an environment."""

    environment: str
    file: str
    line: int


class PlannedRemoval(NamedTuple):
    """What becomes of somebody once no file declares them any more.

    `section` and `outcome` are the lockfile's; `calls` is the most that it costs by itself. `undelivered` is
    what the API refused before. `refusals` are the guards that the whole plan would raise without them;
    `is_planned` is False where there is nothing to carry out.
    """

    by: Removal
    calls: int
    section: str
    outcome: str
    refusals: tuple[GuardRefusal, ...] = ()
    undelivered: Undelivered | None = None
    is_planned: bool = True


class Suppressed(NamedTuple):
    """What was written, and what is left to do.

    `place` is where they stand on a list; `was_there` tells that nothing had to be written. `removal` is None
    where the lockfile doesn't know them, or can't be read; then `problems` say why. `unfetched` is the
    lockfile's branch, where nothing is known of it here.
    """

    environment: str
    key: str
    location: Location
    was_there: bool
    declared: tuple[StillDeclared, ...]
    removal: PlannedRemoval | None
    problems: tuple[Problem, ...] = ()
    unfetched: str | None = None


class Known(NamedTuple):
    """The lockfile, with the journal of an interrupted run counted in; see `Suppressed` for `unfetched`."""

    lockfile: Lockfile | None
    unfetched: str | None = None


def suppress_and_tell(
    panels: Path, environment: Environment, key: str, day: Day, known: Callable[[], Known]
) -> Suppressed:
    """Write somebody on the list of an environment, and look at what is left to do.

    Args:
        panels: where the other environments stand.
        environment: whose list it is.
        key: their identity.
        day: the day for which the plan is made.
        known: what gives the lockfile; it is asked once the list is written.

    Raises:
        InvalidInput: the list has mistakes, or the secret is missing; nothing is written then.
        DiskFailure: the list could not be written.
    """
    place, was_there = suppress(environment, [key])[key]
    declared = _declared(panels, environment, key)
    reading = read_roster(environment.member_files)
    problems = [problem for problem in reading.problems if not is_about(problem, key)]
    told = Suppressed(environment.name, key, place, was_there, declared, None, tuple(problems))
    try:
        lockfile, unfetched = known()
    except ReconcilerError as error:
        return told._replace(problems=(*problems, *error.problems))
    removal = _removal(environment, _without(reading.roster, key), lockfile, key, day)
    if problems and removal is not None:
        removal = removal._replace(refusals=())  # figures of part of a roster say nothing
    return told._replace(removal=removal, unfetched=unfetched)


def _declared(panels: Path, environment: Environment, key: str) -> tuple[StillDeclared, ...]:
    """The entries of this environment first, then those of the others."""
    others = {name: reading.member_files for name, reading in declaring(panels) if name != environment.name}
    return tuple(
        StillDeclared(name, display_path(path), line)
        for name, files in {environment.name: environment.member_files, **others}.items()
        for path, line in lines_to_take_out(files, key)
    )


def _without(roster: Roster, key: str) -> Roster:
    members = {other: member for other, member in roster.members.items() if other != key}
    expiring = {other: member for other, member in roster.expiring.items() if other != key}
    return replace(roster, members=members, expiring=expiring)


def _removal(
    environment: Environment, roster: Roster, lockfile: Lockfile | None, key: str, day: Day
) -> PlannedRemoval | None:
    entry = lockfile.entry(key) if lockfile else None
    section = lockfile.section(key) if lockfile else None
    if entry is None or section is None:
        return None
    plan = make_plan(environment, roster, lockfile, day=day)
    action = next((action for action in plan.actions if action.key == key), None)
    outcome = getattr(entry, "outcome", section)
    note = None if isinstance(entry, Rejected) else entry.undelivered
    return PlannedRemoval(
        action.by if isinstance(action, Remove) else environment.policy.on_remove,
        _calls(action),
        section,
        str(outcome),
        plan.refusals,
        note,
        is_planned=isinstance(action, Remove),
    )


def _calls(action: Action | None) -> int:
    return int(isinstance(action, Remove) and action.calls_the_api)
