"""What is left to do about people who are on an environment's suppression list, as the planner sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.files import display_path
from reconciler.find import declaring_lines, environments_below, is_about
from reconciler.lockfile.model import Lockfile, Rejected, Undelivered
from reconciler.member import Removal
from reconciler.plan.model import Day, GuardRefusal, Plan, Remove
from reconciler.plan.planner import make_plan
from reconciler.problems import Location, Problem
from reconciler.roster.model import Roster
from reconciler.roster.reader import read_roster
from reconciler.suppression.model import Standing, Suppression
from reconciler.suppression.reader import read_suppression
from reconciler.suppression.writer import Listed


class StillDeclared(NamedTuple):
    """An entry that declares a person for an environment."""

    environment: str
    file: str
    line: int


class PlannedRemoval(NamedTuple):
    """What happens to a person once no file declares them any more.

    `section` and `outcome` are the lockfile's, None for a person who is not in it. `calls` is the most
    that it costs by itself. `undelivered` is what the API refused before. `refusals` are the guards of the
    whole plan that it would raise; `is_planned` is False if there is nothing to carry out.
    """

    by: Removal
    calls: int
    section: str | None
    outcome: str | None
    refusals: tuple[GuardRefusal, ...] = ()
    undelivered: Undelivered | None = None
    is_planned: bool = True


class Suppressed(NamedTuple):
    """A person on a suppression list, and what is left to do.

    `location` is their entry; `was_there` tells that nothing had to be written. `removal` is None if apply
    does nothing about them, or the lockfile can't be read; then `problems` say why. `unfetched` is the
    lockfile's branch, if it is not fetched here.
    """

    environment: str
    key: str
    location: Location
    was_there: bool
    declared: tuple[StillDeclared, ...]
    removal: PlannedRemoval | None
    problems: tuple[Problem, ...] = ()
    unfetched: str | None = None


def left_to_do(
    panels: Path,
    environment: Environment,
    listed: Mapping[str, Listed],
    lockfile: Lockfile | None,
    day: Day,
    problems: Sequence[Problem] = (),
) -> list[Suppressed]:
    """What is left to do about each who is listed.

    Args:
        panels: where the other environments are.
        environment: whose list it is.
        listed: their entries, by identity.
        lockfile: what is recorded, the journal of an interrupted run counted in.
        day: the day for which the plan is made.
        problems: why the lockfile is not known.
    """
    files = {environment.name: environment.member_files}
    files |= {
        name: reading.member_files for name, reading in environments_below(panels) if name != environment.name
    }
    declared = {name: declaring_lines(paths, listed) for name, paths in files.items()}
    reading = read_roster(environment.member_files)
    others = [found for found in reading.problems if not any(is_about(found, key) for key in listed)]
    roster = _without(listed, reading.roster, _suppression(environment))
    plan = make_plan(environment, roster, lockfile, day=day)
    # Figures of part of a roster say nothing.
    plan = replace(plan, refusals=()) if others else plan
    return [
        Suppressed(
            environment.name,
            key,
            *found,
            tuple(
                StillDeclared(name, display_path(path), line)
                for name, lines in declared.items()
                for path, line in lines[key]
            ),
            None if problems else _removal(environment, plan, lockfile, key),
            (*others, *problems),
        )
        for key, found in listed.items()
    ]


def _without(keys: Mapping[str, Listed], roster: Roster, suppression: Suppression) -> Roster:
    members = {key: member for key, member in roster.members.items() if key not in keys}
    expiring = {key: member for key, member in roster.expiring.items() if key not in keys}
    return replace(roster, members=members, expiring=expiring, suppression=suppression)


def _suppression(environment: Environment) -> Suppression:
    """What the lists say now; the list that entries were written to may be new."""
    lists = dict.fromkeys((environment.suppression_list_to_write, *environment.suppression_lists))
    there = [path for path in lists if path.exists()]
    return read_suppression(there, environment.suppression_secret).suppression


def _removal(
    environment: Environment, plan: Plan, lockfile: Lockfile | None, key: str
) -> PlannedRemoval | None:
    entry = lockfile.entry(key) if lockfile else None
    section = lockfile.section(key) if lockfile else None
    action = next((action for action in plan.actions if action.key == key), None)
    if entry is None and not isinstance(action, Remove):
        return None
    removal = action if isinstance(action, Remove) else None
    return PlannedRemoval(
        (removal.by if removal else None) or environment.policy.way_out(Standing.SUPPRESSED),
        int(removal is not None and removal.calls_the_api),
        section,
        str(getattr(entry, "outcome", section)) if entry else None,
        plan.refusals,
        None if entry is None or isinstance(entry, Rejected) else entry.undelivered,
        is_planned=removal is not None,
    )
