"""What is declared, what is known of earlier pushes and the real plan → what they say of one person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from reconciler.declaration import DeclarationReading
from reconciler.explanation.likeness import likeliest
from reconciler.explanation.model import DeclaredAt, Expiry, Explanation, LockfileIs
from reconciler.explanation.places import places_of
from reconciler.lockfile.model import Lockfile
from reconciler.plan.model import Day, Plan
from reconciler.plan.planner import make_plan
from reconciler.problems import Problem


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of earlier pushes, the journal of a dead run counted in.

    `unfetched` is the lockfile's branch where that isn't here; `problems` say why the lockfile can't be read.
    It is not `is_readable` also where the settings don't tell whose it would be.
    """

    lockfile: Lockfile | None = None
    is_recovered: bool = False
    unfetched: str | None = None
    problems: tuple[Problem, ...] = ()
    is_readable: bool = True

    @property
    def state(self) -> LockfileIs:
        """How well the lockfile is known."""
        if self.problems or not self.is_readable:
            return LockfileIs.UNREADABLE
        if self.unfetched is not None:
            return LockfileIs.UNFETCHED
        return LockfileIs.MISSING if self.lockfile is None else LockfileIs.READ


def explain(name: str, key: str, reading: DeclarationReading, known: Known, day: Day) -> Explanation:
    """All that can be said of the bearer of an identity in the environment of this name, on a day."""
    problems = (*reading.problems, *known.problems)
    declared = places_of(reading, key)
    unread = tuple(_unread(reading))
    plan = _plan(reading, known, day)
    is_settled = plan is not None and _is_settled(declared, unread)
    entry = known.lockfile.entry(key) if known.lockfile else None
    suppressed = reading.suppression.place_of(key)
    return Explanation(
        environment=name,
        key=key,
        today=day.today,
        declared=declared,
        expiry=_expiry(reading, key, day),
        unread=unread,
        suppressed=suppressed,
        unchecked=reading.unchecked,
        lockfile=known.state,
        unfetched=known.unfetched,
        entry=entry,
        is_recovered=known.is_recovered,
        is_settled=is_settled,
        action=next((act for act in plan.actions if act.key == key), None) if plan and is_settled else None,
        refusals=plan.refusals if plan and not problems else (),
        problems=problems,
        like=None if declared or entry or suppressed else likeliest(key, _everybody(reading, known)),
    )


def _plan(reading: DeclarationReading, known: Known, day: Day) -> Plan | None:
    """The real plan; of what can be read, where not all can; None where that would be no plan."""
    if reading.environment is None or known.problems:
        return None
    return make_plan(reading.environment, reading.roster, known.lockfile, day=day)


def _is_settled(declared: tuple[DeclaredAt, ...], unread: tuple[str, ...]) -> bool:
    """Whether mending what is wrong leaves this person's declaration as it can be read now."""
    if not declared:
        return not unread
    return len(declared) == 1 and declared[0].location.file not in unread


def _unread(reading: DeclarationReading) -> Iterator[str]:
    """The member files in which something is wrong, in the order of the problems."""
    files = set(reading.roster.files)
    found = (problem.location.file for problem in reading.problems if problem.location is not None)
    yield from dict.fromkeys(file for file in found if file in files)


def _expiry(reading: DeclarationReading, key: str, day: Day) -> Expiry | None:
    declaration = reading.roster.members.get(key)
    if declaration is None or declaration.expires is None:
        return None
    left = date.fromisoformat(declaration.expires) - date.fromisoformat(day.today)
    return Expiry(declaration.expires, left.days)


def _everybody(reading: DeclarationReading, known: Known) -> Iterator[str]:
    yield from reading.roster.members
    if (lockfile := known.lockfile) is not None:
        yield from chain(lockfile.members, lockfile.rejected, lockfile.unconfirmed)
