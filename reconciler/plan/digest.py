"""Names for plans and rosters: equal content has equal digests, on any machine and in any order of files."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import structs

from reconciler.environment.model import Environment
from reconciler.member import EMAIL_ADDRESS, PROFILE_FIELDS, Attributes, flat
from reconciler.plan.model import Action, Add, Change, Remove, Selection, StillRejected, Unremoved
from reconciler.roster.model import Roster


def plan_digest(
    environment: Environment,
    actions: Iterable[Action],
    lockfile_digest: str,
    selection: Selection | None = None,
) -> str:
    """Covers environment, target, policy, the actions' content, the lockfile, and which members are selected.

    Sources, order, cost and refusals stay out: they differ between machines and settings while what is
    done stays the same.
    """
    heading: dict[str, Any] = {
        "environment": environment.name,
        "target": environment.target,
        "on_change": environment.policy.on_change.value,
        "on_remove": environment.policy.on_remove.value,
        "lockfile": lockfile_digest,
    }
    if environment.policy.on_suppress is not None:
        heading["on_suppress"] = environment.policy.on_suppress
    if selection is not None:
        heading["members"] = selection.members
    return _digest([heading, *sorted((_content(action) for action in actions), key=lambda item: item[:2])])


def roster_digest(roster: Roster) -> str:
    """Covers who is declared, and how; not where."""
    return _digest([(key, _canonical(roster.members[key].attributes)) for key in sorted(roster.members)])


def _content(action: Action) -> tuple[Any, ...]:
    match action:
        case Add():
            return action.action, action.key, _canonical(action.attributes)
        case Change():
            return action.action, action.key, [structs.astuple(change) for change in action.changes]
        case Remove():
            return action.action, action.key, action.by
        case StillRejected():
            return action.action, action.key, action.reason, _canonical(action.attributes)
        case Unremoved():
            return action.action, action.key, action.reason, action.by


def _canonical(attributes: Attributes) -> Attributes:
    if PROFILE_FIELDS not in attributes:
        return attributes  # keys are sorted when they are encoded
    return {EMAIL_ADDRESS: attributes[EMAIL_ADDRESS], **flat(attributes)}


def _digest(content: Sequence[Any]) -> str:
    return "sha256:" + hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
