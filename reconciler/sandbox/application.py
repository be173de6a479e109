"""The vendor's behaviour for the calls that change members: a call in, an answer out.

Not kinder than the vendor: what the pages don't document is refused, a refused batch changes nobody, and
the answer never says which member was at fault. The order of the checks, the same for each call: address,
key, allowance, rate, size, JSON, schema.

Sources: the vendor's pages *save panel members*, *communities/delete-member*,
*communities/member-unsubscribe*, *api-key-authentication-changes*, *limits*, *error-codes*.
"""

import sqlite3
import time
from collections.abc import Callable, Mapping

from reconciler.sandbox.actions import Action, add, delete, unsubscribe
from reconciler.sandbox.call_window import CallWindow
from reconciler.sandbox.messages import Call, SandboxAnswer
from reconciler.sandbox.rules import Rules
from reconciler.sandbox.schema import WrongBody
from reconciler.sandbox.store import Store
from reconciler.sandbox.vendor_errors import (
    ALLOWANCE_USED_UP,
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
UNSUBSCRIBE_PATH = f"{PATH}/unsubscribe"

_ACTIONS: Mapping[tuple[str, str], Action] = {
    ("POST", PATH): add,
    ("DELETE", PATH): delete,
    ("POST", UNSUBSCRIBE_PATH): unsubscribe,
}


class Application:
    """The vendor, for these calls, on one store."""

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
        if (call.method, call.path) not in _ACTIONS:
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
            counts = _ACTIONS[call.method, call.path](self._store, self.rules, call.body)
        except WrongBody as wrong:
            return wrong.error.answer(call.path)
        return SandboxAnswer.counted(counts)
