"""The vendor's behaviour for one call, *save panel members*: a call in, an answer out.

Not kinder than the vendor: what the page doesn't document is refused, a refused batch adds nobody, and
the answer never says which member was at fault. The order of the checks: address, key, allowance,
rate, size, JSON, schema.

Sources: the vendor's pages *save panel members*, *api-key-authentication-changes*, *limits*, *error-codes*.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.environment.model import RateLimit
from reconciler.identity import identity
from reconciler.member import EMAIL_ADDRESS
from reconciler.sandbox.call_window import CallWindow
from reconciler.sandbox.messages import Call, SandboxAnswer
from reconciler.sandbox.schema import WrongBody, read_batch
from reconciler.sandbox.store import Store
from reconciler.sandbox.vendor_errors import (
    ALLOWANCE_USED_UP,
    BAD_PARAMETERS,
    NOT_FOUND,
    SERVER_ERROR,
    TOO_LARGE,
    TOO_MANY_CALLS,
    UNAUTHORIZED,
    VendorError,
)

BASE_PATH = "/a/api/v2"
"""The base address's path, as on every page of the vendor."""

PATH = f"{BASE_PATH}/micropanel/members"

KeyRule = Callable[[str | None], bool]
"""Whether a call with this `api-key` header, or with none, is let in."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What this sandbox lets through.

    `allowance` is how many calls are paid for, None for no end; `rate` the most in any window; `max_body`
    the longest body in bytes. The vendor documents no size, only that there is one. `refuses` are the
    identities of members whom it doesn't like: a batch that holds one of them is refused, whole.
    """

    lets_in: KeyRule
    allowance: int | None = None
    rate: RateLimit = field(default_factory=RateLimit)
    max_body: int = 1024 * 1024
    refuses: frozenset[str] = frozenset()


class Application:
    """The vendor, for this one call, on one store."""

    def __init__(self, store: Store, rules: Rules, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds that only ever grow; it paces the rate limit."""
        self.rules = rules
        self._store = store
        self._window = CallWindow(rules.rate.calls, rules.rate.seconds, clock)

    def answer(self, call: Call) -> SandboxAnswer:
        """Act on one call; what it did is on disk when this returns."""
        try:
            with self._store.transaction():
                refusal = self._refusal(call)
                if refusal is not None:
                    return refusal.answer(call.path)
                self._store.spend_call()
                return self._act(call)
        except sqlite3.Error:
            return SERVER_ERROR.answer(call.path)

    def _refusal(self, call: Call) -> VendorError | None:
        if call.path != PATH or call.method != "POST":
            return NOT_FOUND
        if not self.rules.lets_in(call.key):
            return UNAUTHORIZED
        if self.rules.allowance is not None and self._store.calls >= self.rules.allowance:
            return ALLOWANCE_USED_UP
        if not self._window.lets_in():
            return TOO_MANY_CALLS
        return None

    def _act(self, call: Call) -> SandboxAnswer:
        if call.body is None:
            return TOO_LARGE.answer(call.path)
        try:
            members = read_batch(call.body)
        except WrongBody as wrong:
            return wrong.error.answer(call.path)
        if any(identity(member[EMAIL_ADDRESS]) in self.rules.refuses for member in members):
            return BAD_PARAMETERS.answer(call.path)
        added = sum(self._store.add(member) for member in members)
        return SandboxAnswer.counted(added=added, failed=len(members) - added)
