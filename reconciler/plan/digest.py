"""Names for plans and rosters: equal content has equal digests, on any machine and in any order of files."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import attrgetter, contains
from typing import Any

from reconciler.environment.model import Environment
from reconciler.member import EMAIL_ADDRESS, PROFILE_FIELDS, Attributes, flat
from reconciler.plan.canonical_json import canonical_json
from reconciler.plan.model import Action, Add, Change, Remove, StillRejected, Unremoved
from reconciler.roster.model import Roster

_attributes = attrgetter("attributes")


def plan_digest(environment: Environment, actions: Iterable[Action], lockfile_digest: str) -> str:
    """Covers environment, target, policy, the actions' content, and the lockfile that they start from.

    Sources, order, cost and refusals stay out: they differ between machines and settings while what is
    done stays the same.
    """
    heading = {
        "environment": environment.name,
        "target": environment.target,
        "on_change": environment.policy.on_change.value,
        "on_remove": environment.policy.on_remove.value,
        "lockfile": lockfile_digest,
    }
    return _digest([heading, *sorted((_content(action) for action in actions), key=lambda item: item[:2])])


def roster_digest(roster: Roster) -> str:
    """Covers who is declared, and how; not where."""
    keys = sorted(roster.members)
    are_in_order = keys == [*roster.members]
    declared = roster.members.values() if are_in_order else map(roster.members.__getitem__, keys)
    people = [*map(_attributes, declared)]
    if any(map(contains, people, repeat(PROFILE_FIELDS))):
        people = [*map(_canonical, people)]
    return _digest([*zip(keys, people, strict=True)])


def _content(action: Action) -> tuple[Any, ...]:
    match action:
        case Add():
            return action.action, action.key, _canonical(action.attributes)
        case Change():
            return action.action, action.key, action.changes
        case Remove():
            return action.action, action.key, action.by
        case StillRejected():
            return action.action, action.key, action.reason, _canonical(action.attributes)
        case Unremoved():
            return action.action, action.key, action.reason, action.by


def _canonical(attributes: Attributes) -> Attributes:
    if PROFILE_FIELDS not in attributes:
        return attributes  # the keys are sorted where they are written
    return {EMAIL_ADDRESS: attributes[EMAIL_ADDRESS], **flat(attributes)}


def _digest(content: Sequence[Any]) -> str:
    found = hashlib.sha256()
    for piece in canonical_json(content):
        found.update(piece)
    return f"sha256:{found.hexdigest()}"
