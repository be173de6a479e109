"""What a sandbox lets through, and how its account treats members."""

from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.environment.model import RateLimit

KeyRule = Callable[[str | None], bool]
"""Whether a call with this `api-key` header, or with none, is let in."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What this sandbox lets through.

    `allowance` is how many calls are paid for, None for no end; `rate` the most in any window; `max_body`
    the longest body in bytes. The vendor documents no size, only that there is one. `refuses` are the
    identities of members whom it doesn't like: a batch that holds one of them is refused, whole. `blocks`
    are the identities of those whom the account has blocked, besides the members whose `status` says so.
    `updates_known` is for accounts whose add call updates known members (*communities/add-update-members*).
    """

    lets_in: KeyRule
    allowance: int | None = None
    rate: RateLimit = field(default_factory=RateLimit)
    max_body: int = 1024 * 1024
    refuses: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    updates_known: bool = False
