"""A plan: the actions that turn the lockfile into the roster, and what a reviewer wants to know of them.

Actions carry people as they are; whether they are shown masked is for whoever shows them.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeAlias

from reconciler.environment.model import Policy
from reconciler.member import Attributes


@dataclass(frozen=True, slots=True)
class Add:
    """Push a member. `doubtful` is one who was sent before without an answer that proves anything."""

    action: ClassVar[str] = "add"
    key: str
    source: str
    attributes: Attributes
    doubtful: bool = False


class FieldChange(NamedTuple):
    """One field of a member before and after; None stands for *not declared*."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """A member who is in the panel and is declared otherwise now. This API can't carry that out."""

    action: ClassVar[str] = "change"
    key: str
    source: str
    changes: tuple[FieldChange, ...]
    deliverable: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """A member who is no longer declared; `by` says how the removal is carried out."""

    action: ClassVar[str] = "remove"
    key: str
    by: str


@dataclass(frozen=True, slots=True)
class StillRejected:
    """A member whom the API refused and whose declaration is the same as then: not sent again."""

    action: ClassVar[str] = "rejected"
    key: str
    source: str
    reason: str
    attributes: Attributes


Action: TypeAlias = Add | Change | Remove | StillRejected


class Summary(NamedTuple):
    """How many members each action concerns."""

    add: int
    change: int
    remove: int
    unchanged: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What an undisturbed apply spends: calls, about how many seconds, the licence's allowance."""

    calls: int
    seconds: float
    allowance: int | None


@dataclass(frozen=True, slots=True)
class GuardRefusal:
    """A guard that apply would raise: `count` of `of` members exceeds `limit`; `lifted_by` is the flag."""

    guard: str
    count: int
    limit: str
    of: int
    lifted_by: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it. `actions` stand in one fixed order: adds, changes, removals, rejected, each by identity.

    `has_lockfile` is False where none existed. `declared` counts the roster.
    """

    environment: str
    target: str
    policy: Policy
    actions: tuple[Action, ...]
    summary: Summary
    cost: Cost
    refusals: tuple[GuardRefusal, ...]
    digest: str
    roster_digest: str
    lockfile_digest: str
    has_lockfile: bool
    declared: int

    @property
    def adds(self) -> tuple[Add, ...]:
        """The members to push."""
        return tuple(action for action in self.actions if isinstance(action, Add))

    @property
    def removes(self) -> tuple[Remove, ...]:
        """The members who are no longer declared."""
        return tuple(action for action in self.actions if isinstance(action, Remove))

    @property
    def has_something_to_apply(self) -> bool:
        """Whether apply would call the API or write the lockfile."""
        return bool(self.summary.add or self.summary.remove)
