"""A plan: the actions that turn the lockfile into the roster, and what a reviewer wants to know about them.

Actions hold personal data unmasked; masking is up to the code that shows them.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar, NamedTuple, TypeAlias

import msgspec

from reconciler.environment.model import Policy
from reconciler.lockfile.codec import digest
from reconciler.lockfile.model import Lockfile
from reconciler.member import Attributes, Removal
from reconciler.suppression.model import Standing

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]


class Add(msgspec.Struct, frozen=True):
    """Add a member.

    `doubtful`: they were sent before without a usable answer. `was_unsubscribed`: an earlier apply
    unsubscribed them, or may have; adding them doesn't resubscribe them.
    """

    action: ClassVar[str] = "add"
    calls_the_api: ClassVar[bool] = True
    key: str
    source: str
    attributes: Attributes
    doubtful: bool = False
    was_unsubscribed: bool = False


class FieldChange(msgspec.Struct, frozen=True):
    """One field of a member before and after; null means *not declared*."""

    field: str
    before: Any
    after: Any


class Change(msgspec.Struct, frozen=True):
    """A member who is in the panel and is declared differently now, with `attributes`.

    `deliverable` says whether they are sent again; otherwise apply leaves them as they are.
    """

    action: ClassVar[str] = "change"
    key: str
    source: str
    changes: tuple[FieldChange, ...]
    attributes: Attributes
    deliverable: bool = False

    @property
    def calls_the_api(self) -> bool:
        """Whether apply sends the member again."""
        return self.deliverable

    @property
    def only_clears(self) -> bool:
        """Whether all that differs is fields that are no longer declared, which the API can't clear."""
        return all(field.after is None for field in self.changes)


class Remove(msgspec.Struct, frozen=True):
    """A member who is no longer declared; `by` says how they are removed.

    `attributes` are the ones last sent. `doubtful`: an earlier call got no usable answer, so it is unknown
    whether they are still in the panel. `expired` is the day from which their declaration no longer counts,
    if it is still in a file, at `source`; both are None if it was removed. `was_rejected`: the API refused
    to add them, without any doubt; the lockfile entry is forgotten, which no guard counts. `standing` is
    what the suppression lists say about them; None if that is unknown, since hashes can't be compared. `by`
    is None if it depends on that: such a plan is shown, and never applied. Not `is_known`: they are not in
    the lockfile, but suppressed, and removed in case others have added them. `kept_as` is the key under
    which the lockfile records the result, None if it doesn't. If `has_departed`, only that record is
    dropped.
    """

    action: ClassVar[str] = "remove"
    key: str
    by: Removal | None
    attributes: Attributes
    doubtful: bool = False
    expired: str | None = None
    source: str | None = None
    was_rejected: bool = False
    standing: Standing | None = Standing.UNLISTED
    is_known: bool = True
    kept_as: str | None = None
    has_departed: bool = False

    @property
    def calls_the_api(self) -> bool:
        """Whether apply calls the API, and doesn't only drop the lockfile entry."""
        return self.by is None or self.by.calls_the_api

    @property
    def is_counted(self) -> bool:
        """Whether guards count it: nothing is lost with the entry of a member who isn't in the panel."""
        return not (self.was_rejected or self.has_departed)


class StillRejected(msgspec.Struct, frozen=True):
    """A member that the API refused, with the same declaration as then: not sent again.

    The API refused to add them or, if `is_there`, to change them.
    """

    action: ClassVar[str] = "rejected"
    calls_the_api: ClassVar[bool] = False
    key: str
    source: str
    reason: str
    attributes: Attributes
    is_there: bool = False


class Unremoved(msgspec.Struct, frozen=True):
    """A member that the API refused to remove in this way: no second call.

    `source` is the entry of the suppression list if not `is_known`, as in `Remove`.
    """

    action: ClassVar[str] = "rejected"
    calls_the_api: ClassVar[bool] = False
    key: str
    by: Removal
    reason: str
    attributes: Attributes
    source: str | None = None
    is_known: bool = True


Action: TypeAlias = Add | Change | Remove | StillRejected | Unremoved


class OperationKind(StrEnum):
    """What one operation asks of the API."""

    ADD = "add"
    CHANGE = "change"
    UNSUBSCRIBE = "unsubscribe"
    DELETE = "delete"

    @property
    def removal(self) -> Removal | None:
        """How the member leaves by it; None for a member to save."""
        return None if self in (OperationKind.ADD, OperationKind.CHANGE) else Removal(self.value)


class Operation(NamedTuple):
    """What apply asks the API about one member.

    `attributes` are the ones to save or, for a removal, the ones last sent. It is `doubtful` if an earlier
    call about the member got no proper answer. `is_known` and `kept_as` are those of `Remove`.
    """

    kind: OperationKind
    key: str
    attributes: Attributes
    doubtful: bool = False
    is_known: bool = True
    kept_as: str | None = None


class Day(NamedTuple):
    """The day for which a plan is made, and the last day whose expiries it announces.

    Both in UTC, as `2026-11-26`.
    """

    today: str
    soon: str


class Selection(NamedTuple):
    """The members that a plan is limited to.

    `members` names them as they were given, each an identity or an `hmac-sha256:…` of one, sorted; `keys`
    are their identities.
    """

    members: tuple[str, ...]
    keys: frozenset[str]


class Expiring(msgspec.Struct, frozen=True):
    """A member whose declaration will no longer count from the day `expires` on."""

    key: str
    source: str
    expires: str


class Summary(msgspec.Struct, frozen=True):
    """How many members each action concerns; `rejected` includes members that the API refused to remove."""

    add: Count
    change: Count
    remove: Count
    unchanged: Count
    rejected: Count


class Cost(msgspec.Struct, frozen=True):
    """What an undisturbed apply spends: calls, about how many seconds, the licence's allowance."""

    calls: Count
    seconds: float
    allowance: int | None


class GuardRefusal(msgspec.Struct, frozen=True):
    """A guard that apply would raise: `count` of `of` members exceeds `limit`; `lifted_by` is the flag."""

    guard: str
    count: int
    limit: str
    of: int
    lifted_by: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it. `actions` are in one fixed order: adds, changes, removals, rejected, each by identity.

    `unchanged` counts the declared members without an action. `expiring` are those whose declaration ends
    soon, by day; `expired` counts declarations that have ended and are still in a file. `selection` is None
    for a plan about everyone. `digest_without_secret` is the digest of the same plan where the secret of the
    suppression lists is missing.
    """

    environment: str
    target: str
    policy: Policy
    actions: tuple[Action, ...]
    unchanged: int
    cost: Cost
    refusals: tuple[GuardRefusal, ...]
    digest: str
    roster_digest: str
    lockfile_digest: str
    expiring: tuple[Expiring, ...] = ()
    expired: int = 0
    selection: Selection | None = None
    digest_without_secret: str | None = None

    @property
    def summary(self) -> Summary:
        """How many members each action concerns."""
        counts = Counter(action.action for action in self.actions)
        return Summary(
            add=counts["add"],
            change=counts["change"],
            remove=counts["remove"],
            unchanged=self.unchanged,
            rejected=counts["rejected"],
        )

    @property
    def declared(self) -> int:
        """How many members of the plan are declared."""
        return self.unchanged + sum(isinstance(a, Add | Change | StillRejected) for a in self.actions)

    @property
    def has_lockfile(self) -> bool:
        """Whether there was a lockfile when the plan was made."""
        return self.lockfile_digest != digest(None)

    @property
    def is_first(self) -> bool:
        """Whether members are to be added and the lockfile is still empty."""
        nobody = Lockfile(self.environment, self.target)
        return self.summary.add > 0 and self.lockfile_digest in {digest(None), digest(nobody)}

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All that the API is asked for: to add members, then to change some, then to remove some."""
        found = map(_operation, self.actions)
        return tuple(operation for operation in found if operation is not None)

    @property
    def removes(self) -> tuple[Remove, ...]:
        """The members who are no longer declared."""
        return tuple(action for action in self.actions if isinstance(action, Remove))

    @property
    def deletions(self) -> int:
        """How many people would go from the panel for good."""
        return sum(remove.by is Removal.DELETE for remove in self.removes)

    @property
    def calls_the_api(self) -> bool:
        """Whether apply would send anything."""
        return any(action.calls_the_api for action in self.actions)

    @property
    def has_something_to_apply(self) -> bool:
        """Whether apply would call the API or write the lockfile."""
        return bool(self.removes) or self.calls_the_api


def _operation(action: Action) -> Operation | None:
    """What an action asks of the API; None where it asks for nothing."""
    match action:
        case Add():
            return Operation(OperationKind.ADD, action.key, action.attributes, action.doubtful)
        case Change(deliverable=True):
            return Operation(OperationKind.CHANGE, action.key, action.attributes)
        case Remove(by=Removal() as by) if by.calls_the_api:
            return Operation(
                OperationKind(by),
                action.key,
                action.attributes,
                action.doubtful,
                action.is_known,
                action.kept_as,
            )
    return None
