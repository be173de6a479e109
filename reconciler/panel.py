"""The panel as applying sees it: one call, and all that can come of it.

Which answer leaves doubt (the server may have acted) and which proves what is decided by
`reconciler.apply`; here stand only the facts. Source: the vendor's pages *save panel members*,
*limits* and *error-codes*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from reconciler.member import Attributes


@dataclass(frozen=True, slots=True)
class Counted:
    """The documented answer: two counts, neither of them negative. Whether they add up is not judged here."""

    added: int
    failed: int


@dataclass(frozen=True, slots=True)
class Refused:
    """HTTP 400: nothing of the batch was added."""

    reason: str


@dataclass(frozen=True, slots=True)
class TooLarge:
    """HTTP 413: nothing of the batch was added, since it is too large."""

    reason: str


@dataclass(frozen=True, slots=True)
class Throttled:
    """HTTP 429: not acted upon. `retry_after` is in seconds, None where the answer names no time."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class AllowanceUsedUp:
    """HTTP 429 that no waiting mends: the calls that were paid for are spent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Denied:
    """HTTP 401, 403, 404 or a redirect: no call of this run can succeed. `remedy` says what to check."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No connection, so nothing was sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Sent, and no whole answer came, or a 5xx: the server may have acted."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unusable:
    """An answer, but not the documented one: so the server may have acted."""

    reason: str


Answer: TypeAlias = (
    Counted | Refused | TooLarge | Throttled | AllowanceUsedUp | Denied | Unreachable | Lost | Unusable
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One attempt: its answer, and what a log wants to know of it.

    `sent` tells whether the attempt began to send (then it counts as a call). `status` is the HTTP status,
    None where no answer came. `duration` is in seconds. No key and no personal data stand here, but for
    what the API itself says in a `reason`.
    """

    answer: Answer
    sent: bool
    status: int | None = None
    request_id: str | None = None
    duration: float = 0.0


class Panel(Protocol):
    """Something that can save panel members: the vendor over the network, or the embedded sandbox."""

    async def save(self, members: Sequence[Attributes]) -> Reply:
        """Send one batch, once; never raises for anything that the network or the server does."""
