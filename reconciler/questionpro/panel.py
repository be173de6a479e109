"""The panel as applying and reading see it: a request, and all possible answers.

Which answer leaves doubt (the server may have acted) and which proves what is decided by
`reconciler.apply`; here are only the facts. Sources: the vendor's pages *save panel members*,
*communities/delete-member*, *communities/member-unsubscribe*, *cx/get-panel-members*, *limits* and
*error-codes*.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeAlias

from msgspec import Struct

from reconciler.hosts import Hop
from reconciler.member import Attributes, Removal


class Save(NamedTuple):
    """Save panel members: add them or, on accounts that do so, update those who are known."""

    members: Sequence[Attributes]


class Withdraw(NamedTuple):
    """Unsubscribe or delete the members with these addresses; `by` is never `forget`."""

    by: Removal
    addresses: Sequence[str]


Request: TypeAlias = Save | Withdraw


class ReadPage(NamedTuple):
    """List page `number`, from 1, of the panel's members; with `search`, of those with this in the address.

    It changes nothing, so it may always be repeated.
    """

    number: int
    search: str | None = None


PAGE_SIZE = 100
"""How many members a page is asked to hold. The vendor names no largest page; this one is safe (*limits*)."""


class Counted(Struct, frozen=True):
    """The documented answer to `Save`: two counts, none negative. Whether they add up is not judged here."""

    added: int
    failed: int


class CountedAway(Struct, frozen=True):
    """The documented answer to `Withdraw`: four counts, none negative.

    `done` were unsubscribed or deleted by this call, `already` before it; `unavailable` are not in the panel,
    and `blocked` are left as they are.
    """

    done: int
    unavailable: int
    already: int
    blocked: int

    @property
    def absent(self) -> int:
        """How many needed no action."""
        return self.unavailable + self.already


class Page(Struct, frozen=True):
    """The documented answer to `ReadPage`: members by the fields of *save*, without those that are null.

    Null proves nothing (in the vendor's examples `status` and `profileFields` are null). A member may have
    no address, or an invalid one. No totals: in the vendor's example they are 0 beside a member.
    """

    members: tuple[Attributes, ...]


class Refused(Struct, frozen=True):
    """HTTP 400: nothing was done about any member of the batch."""

    reason: str


class TooLarge(Struct, frozen=True):
    """HTTP 413: nothing was done about any member of the batch, since it is too large."""

    reason: str


class Throttled(Struct, frozen=True):
    """HTTP 429: not acted upon. `retry_after` is in seconds, None where the answer names no time."""

    reason: str
    retry_after: float | None = None


class AllowanceUsedUp(Struct, frozen=True):
    """HTTP 429 where waiting doesn't help: the paid calls are used up."""

    reason: str


class Denied(Struct, frozen=True):
    """HTTP 401, 403, 404 or a redirect: no call of this run can succeed. `remedy` says what to check."""

    reason: str
    remedy: str


class Unreachable(Struct, frozen=True):
    """No connection, so nothing was sent. `at` is how far it came."""

    reason: str
    at: Hop = Hop.HOST


class Lost(Struct, frozen=True):
    """Sent, and no whole answer came, or a 5xx: the server may have acted."""

    reason: str
    retry_after: float | None = None


class Unusable(Struct, frozen=True):
    """An answer, but not the documented one: so the server may have acted."""

    reason: str


Answer: TypeAlias = (
    Counted
    | CountedAway
    | Page
    | Refused
    | TooLarge
    | Throttled
    | AllowanceUsedUp
    | Denied
    | Unreachable
    | Lost
    | Unusable
)


class Reply(Struct, frozen=True):
    """One attempt: its answer, and the data for a log.

    `sent` says whether the attempt began to send (then it counts as a call). `status` is the HTTP status,
    None if no answer came. `duration` is in seconds. It holds no key and no personal data, except in the
    API's own `reason`.
    """

    answer: Answer
    sent: bool
    status: int | None = None
    request_id: str | None = None
    duration: float = 0.0


class Panel(Protocol):
    """Something that has panel members: the vendor over the network, or the embedded sandbox."""

    async def send(self, request: Request) -> Reply:
        """Send one batch, once; never raises for anything that the network or the server does."""


class PanelReader(Protocol):
    """The same, for reading."""

    async def read(self, request: ReadPage) -> Reply:
        """Ask for one page, once; never raises for anything that the network or the server does."""
