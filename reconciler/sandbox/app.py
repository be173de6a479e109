"""The vendor's behaviour for the calls that change and list members: a call in, an answer out.

Not kinder than the vendor: what the pages don't document is refused, a refused batch changes nobody, and the
answer never says which member was at fault. The order of the checks, the same for each call: address, key,
permission, allowance, rate, size, JSON, schema.

Sources: the vendor's pages *save panel members*, *communities/add-update-members*,
*communities/delete-member*, *communities/member-unsubscribe*, *cx/get-panel-members*,
*api-key-authentication-changes*, *limits* and *error-codes*. None says what happens to a blocked member whose
fields are sent again: nothing here, which is the less kind.
"""

import json
import sqlite3
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from reconciler.environment.model import RateLimit
from reconciler.identity import identity
from reconciler.member import EMAIL_ADDRESS, Attributes
from reconciler.sandbox.bodies import WrongBody, read_addresses, read_batch
from reconciler.sandbox.pages import Reading, page_of
from reconciler.sandbox.store import Membership, Store

BASE_PATH = "/a/api/v2"
"""The base address's path, as on every page of the vendor."""

PATH = f"{BASE_PATH}/micropanel/members"
UNSUBSCRIBE_PATH = f"{PATH}/unsubscribe"
READ_PATH = f"{BASE_PATH}/cx/feedback/panel-members"


@dataclass(frozen=True, slots=True)
class Rules:
    """What this sandbox allows, and how its account treats members.

    `lets_in` says whether a call with this `api-key` header, or with none, may act. `allowance` is how many
    calls are paid for, None for no end; `rate` the most in any window; `max_body` the longest body in bytes
    (the vendor documents no size, only that there is one). `refuses` are identities: a batch that holds one
    of them is refused, whole. `blocks` are the identities of members that the account has blocked, besides
    those whose `status` says so. `updates_known` is for accounts whose add call updates known members.
    `largest_page` is the most members on one page; `reading` says what else is odd about the reading call.
    """

    lets_in: Callable[[str | None], bool]
    allowance: int | None = None
    rate: RateLimit = field(default_factory=RateLimit)
    max_body: int = 1024 * 1024
    refuses: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    updates_known: bool = False
    largest_page: int = 100
    reading: frozenset[Reading] = frozenset()


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call. `body` is None where it was longer than the sandbox reads."""

    method: str
    path: str
    key: str | None
    body: bytes | None
    query: str = ""


@dataclass(frozen=True, slots=True)
class SandboxAnswer:
    """One HTTP answer. `summary` is what a log may say of it: counts, and nobody's data."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    summary: str = ""


@dataclass(frozen=True, slots=True)
class VendorError:
    """One of the vendor's errors, its body laid out as on the page *save panel members*: not quite JSON.

    Five bodies are printed there (400, 401, 403, 404, 500); *error-codes* has the other ids, *limits* the
    used-up allowance. Where the vendor prints no message, words and name are ours.
    """

    status: int
    name: str
    id: str
    message: str

    def answer(self, resource: str) -> SandboxAnswer:
        """The error as an answer; `resource` is the path that was called."""
        body = (
            '{\n"response": {\n"error": {\n"docs": www.questionpro.com/api/error-codes.html\n'
            f'"name": "{self.name}",\n"httpStatusCode": {self.status},\n"id" : "{self.id}",\n'
            f'"message": "{self.message}",\n"resourceUrl":{json.dumps(resource)}\n}}\n}}\n}}'
        )
        return SandboxAnswer(self.status, body.encode())


INVALID_URL = VendorError(400, "BAD_REQUEST", "1000", "Invalid URL parameters")
NOT_JSON = VendorError(400, "BAD_REQUEST", "1001", "The request body is not valid JSON")
WRONG_SCHEMA = VendorError(400, "BAD_REQUEST", "1002", "The request body does not match the schema")
BAD_PARAMETERS = VendorError(400, "BAD_REQUEST", "1003", "Invalid parameters")
UNAUTHORIZED = VendorError(401, "UNAUTHORIZED", "1010", "Incorrect API Key")
FORBIDDEN = VendorError(403, "FORBIDDEN", "1013", "The user does not have permission to access the resource")
NOT_FOUND = VendorError(404, "NOT_FOUND", "1040", "The resource that you're trying to access doesn't exist")
TOO_LARGE = VendorError(413, "PAYLOAD_TOO_LARGE", "1003", "The request body is too large")
TOO_MANY_CALLS = VendorError(429, "TOO_MANY_REQUESTS", "1013", "Too many requests in a short time")
ALLOWANCE_USED_UP = VendorError(
    429, "TOO_MANY_REQUESTS", "1013", "API call limit exceeded. Please contact your account representative"
)
SERVER_ERROR = VendorError(500, "INTERNAL_SERVER_ERROR", "1026", "We are not able to process your request")


class Count(StrEnum):
    """One count of an answer, by the vendor's name for it."""

    ADDED = "membersAddedSuccessfully"
    FAILED = "membersFailedToBeAdded"
    DELETED = "membersDeletedSuccessfully"
    UNSUBSCRIBED = "membersUnsubscribedSuccessfully"
    UNAVAILABLE = "membersUnavailable"
    ALREADY_DELETED = "membersAlreadyDeleted"
    ALREADY_UNSUBSCRIBED = "membersAlreadyUnsubscribed"
    BLOCKED = "membersBlocked"


# In each table the counts come in the order of the vendor's answer.
_DELETES = {
    Membership.MEMBER: Count.DELETED,
    Membership.UNSUBSCRIBED: Count.DELETED,
    Membership.UNKNOWN: Count.UNAVAILABLE,
    Membership.DELETED: Count.ALREADY_DELETED,
    Membership.BLOCKED: Count.BLOCKED,
}
_UNSUBSCRIBES = {
    Membership.MEMBER: Count.UNSUBSCRIBED,
    Membership.UNKNOWN: Count.UNAVAILABLE,
    Membership.DELETED: Count.UNAVAILABLE,
    Membership.UNSUBSCRIBED: Count.ALREADY_UNSUBSCRIBED,
    Membership.BLOCKED: Count.BLOCKED,
}


class Application:
    """The vendor, for these calls, on one store."""

    def __init__(self, store: Store, rules: Rules, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds that only ever grow; it paces the rate limit."""
        self.rules = rules
        self._store = store
        self._clock = clock
        self._let_in: deque[float] = deque()
        self._calls: Mapping[tuple[str, str], Callable[[Call, bytes], SandboxAnswer]] = {
            ("POST", PATH): self._add,
            ("DELETE", PATH): partial(self._withdraw, _DELETES, store.delete),
            ("POST", UNSUBSCRIBE_PATH): partial(self._withdraw, _UNSUBSCRIBES, store.unsubscribe),
            ("POST", READ_PATH): self._list,
        }

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

    def disturb(self, change: Callable[[Store], None]) -> None:
        """Let others write to the panel between two calls."""
        with self._store.transaction():
            change(self._store)

    def _refusal(self, call: Call) -> VendorError | None:
        if (call.method, call.path) not in self._calls:
            return NOT_FOUND
        if not self.rules.lets_in(call.key):
            return UNAUTHORIZED
        if call.path == READ_PATH and Reading.FORBIDDEN in self.rules.reading:
            return FORBIDDEN
        if self.rules.allowance is not None and self._store.calls >= self.rules.allowance:
            return ALLOWANCE_USED_UP
        return None if self._fits_into_the_window() else TOO_MANY_CALLS

    def _fits_into_the_window(self) -> bool:
        """A sliding window, in memory alone (the vendor's page *limits*: 300 calls in 60 s for one key)."""
        now, rate = self._clock(), self.rules.rate
        while self._let_in and self._let_in[0] <= now - rate.seconds:
            self._let_in.popleft()
        if len(self._let_in) >= rate.calls:
            return False
        self._let_in.append(now)
        return True

    def _act(self, call: Call) -> SandboxAnswer:
        if call.body is None:
            return TOO_LARGE.answer(call.path)
        try:
            return self._calls[call.method, call.path](call, call.body)
        except WrongBody as wrong:
            return (WRONG_SCHEMA if wrong.is_json else NOT_JSON).answer(call.path)

    def _add(self, call: Call, body: bytes) -> SandboxAnswer:
        def added(key: str, member: Attributes) -> Count:
            if self._store.add(member):
                return Count.ADDED
            if not self.rules.updates_known or self._membership(key) is Membership.BLOCKED:
                return Count.FAILED
            self._store.update(member)
            return Count.ADDED

        return self._counted(call, read_batch(body), (Count.ADDED, Count.FAILED), added)

    def _withdraw(
        self, counts: Mapping[Membership, Count], withdraw: Callable[[str], None], call: Call, body: bytes
    ) -> SandboxAnswer:
        """Delete or unsubscribe, with `withdraw`, those who are neither gone nor blocked."""

        def withdrawn(key: str, _member: Attributes) -> Count:
            count = counts[self._membership(key)]
            if count is counts[Membership.MEMBER]:
                withdraw(key)
            return count

        members = [{EMAIL_ADDRESS: address} for address in read_addresses(body)]
        return self._counted(call, members, dict.fromkeys(counts.values()), withdrawn)

    def _counted(
        self,
        call: Call,
        members: Iterable[Attributes],
        names: Iterable[Count],
        act: Callable[[str, Attributes], Count],
    ) -> SandboxAnswer:
        """Act on one member after the other, so that an address that is in a body twice is met twice."""
        keyed = [(identity(member[EMAIL_ADDRESS]), member) for member in members]
        if not self.rules.refuses.isdisjoint(key for key, _ in keyed):
            return BAD_PARAMETERS.answer(call.path)
        found = Counter(act(key, member) for key, member in keyed)
        counts = {name: found[name] for name in names}
        summary = " ".join(f"{name.name.lower().replace('_', '-')}={count}" for name, count in counts.items())
        return _answered({"response": counts}, summary)

    def _membership(self, key: str) -> Membership:
        return Membership.BLOCKED if key in self.rules.blocks else self._store.membership(key)

    def _list(self, call: Call, body: bytes) -> SandboxAnswer:
        rules = self.rules
        page = page_of(self._store, call.query, body, largest=rules.largest_page, reading=rules.reading)
        if page is None:
            return BAD_PARAMETERS.answer(call.path)
        return _answered(page, f"members={len(page['response'])}")


def _answered(body: Mapping[str, Any], summary: str) -> SandboxAnswer:
    """The documented answer, with the `requestID` that many pages show beside it."""
    return SandboxAnswer(200, json.dumps({**body, "requestID": str(uuid.uuid4())}).encode(), summary=summary)
