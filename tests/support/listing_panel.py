"""A panel in memory that lists its members, and may change between any two calls."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from reconciler.environment.model import Api, RateLimit, Retry
from reconciler.identity import InvalidAddress, identity
from reconciler.questionpro.panel import Answer, Page, ReadPage, Reply
from reconciler.readback.model import PanelRead
from reconciler.readback.reader import ReadPlan, read_panel

API = Api(rate_limit=RateLimit(calls=10**6, seconds=1), retry=Retry(attempts=3, initial_wait=0, max_wait=0))


def address(name: str) -> str:
    """`NAME@example.org`."""
    return f"{name}@example.org"


class ListingPanel:
    """Lists `members` in pages of `size`.

    `before` is called before each answer, with the number of the call from 0; it may change the panel, and
    may return an answer in place of the right one. `asked` are the requests so far.
    """

    def __init__(
        self,
        *names: str | Mapping[str, Any],
        size: int = 100,
        before: Callable[["ListingPanel", int], Answer | None] = lambda *_: None,
    ) -> None:
        """Begin with these people, by name or by fields."""
        self.members = [dict(each) if isinstance(each, Mapping) else member(each) for each in names]
        self.size = size
        self.before = before
        self.asked: list[ReadPage] = []

    @property
    def keys(self) -> set[str]:
        """Who is in the panel now."""
        return set(_identities(self.members))

    async def read(self, request: ReadPage) -> Reply:
        """One call."""
        number = len(self.asked)
        self.asked.append(request)
        answer = self.before(self, number)
        return Reply(answer or self._page(request), sent=True)

    def _page(self, request: ReadPage) -> Page:
        search = (request.search or "").lower()
        found = [each for each in self.members if search in str(each.get("emailAddress", "")).lower()]
        start = (request.number - 1) * self.size
        return Page(tuple(dict(each) for each in found[start : start + self.size]))

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""


def member(name: str, **fields: Any) -> dict[str, Any]:
    """A member as a page has them."""
    return {"emailAddress": address(name), **fields}


def _identities(members: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for each in members:
        try:
            yield identity(str(each.get("emailAddress", "")))
        except InvalidAddress:
            continue


class Watcher:
    """What a read told while it was under way; it says yes to look-ups unless `agrees` is False."""

    def __init__(self, *, agrees: bool = True) -> None:
        """Nothing yet."""
        self.agrees = agrees
        self.asked: list[int] = []
        self.again: list[int] = []
        self.waits: list[str] = []

    def read(self, members: int, calls: int) -> None:
        """Not looked at."""

    def reads_again(self, missing: int) -> None:
        """Note it."""
        self.again.append(missing)

    def waiting(self, seconds: float, reason: str) -> None:
        """Note it."""
        del seconds
        self.waits.append(reason)

    def may_look_up(self, number: int) -> bool:
        """Note it, and answer."""
        self.asked.append(number)
        return self.agrees


def read(
    panel: ListingPanel,
    *expected: str,
    known: Iterable[str] | None = None,
    most_calls: int = 10**6,
    watcher: Watcher | None = None,
) -> PanelRead:
    """Read a panel in which these people, by name, are expected; all of them are known unless said."""
    watcher = watcher or Watcher()
    addresses = {address(name): address(name) for name in expected}
    known_keys = addresses.keys() if known is None else {address(name) for name in known}
    plan = ReadPlan(addresses, known_keys, most_calls, watcher.may_look_up)
    return read_panel(lambda: panel, API, plan, watcher)
