"""One repository behind GitHub's REST API: lists read whole, calls repeated where that can do no harm.

Source: GitHub's page *Using pagination in the REST API*: the header `link` names the next page, as a whole
address, and is to be followed rather than counted up.
"""

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import TypeAdapter, ValidationError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from reconciler.github.access import Access
from reconciler.github.answers import Answer, failure
from reconciler.github.connection import Connection
from reconciler.github.errors import Forbidden, GitHubError, Unavailable
from reconciler.github.posted import USER
from reconciler.problems import Problem

_Shape = TypeVar("_Shape")

_SECONDS = 30.0
_ATTEMPTS = 4
_LONGEST_WAIT = 120.0  # seconds; whoever is to wait longer rather hears of it
_MOST_PAGES = 500
_BACK_OFF = wait_exponential(multiplier=0.5, max=10)


class GitHub:
    """The repository that `access` names. A context manager.

    Every method raises `GitHubError`: `Forbidden` where the token may not, `Unavailable` where GitHub gives
    no usable answer, after a few attempts.
    """

    def __init__(
        self, access: Access, *, seconds: float = _SECONDS, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`seconds` is how long a call may take; `sleep` waits between two attempts.

        Raises:
            InvalidInput: the proxy or the certificates that the environment names can't be used.
        """
        self._access = access
        self._connection = Connection(access, seconds)
        self._sleep = sleep

    def __enter__(self) -> Self:
        """Nothing is opened before the first call."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        self._connection.close()

    def read_all(self, path: str, item: TypeAdapter[list[_Shape]]) -> list[_Shape]:
        """All items of a list, from all its pages, in GitHub's order. `path` may have a query."""
        found: list[_Shape] = []
        address: str | None = self._address(f"{path}{'&' if '?' in path else '?'}per_page=100")
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", path, address)
            page: list[_Shape] = _read(answer, item, path)
            found += page
            address = answer.next_page
            if address is None:
                return found
        raise GitHubError(Problem((f"GitHub's list {path} has no end.",)))

    @cached_property
    def login(self) -> str | None:
        """Whose token it is; None for a workflow's own, which is nobody's and may not ask."""
        try:
            answer = self._ask("GET", "user", f"{self._access.api}/user")
        except Forbidden:
            return None
        return _read(answer, USER, "user").login

    def create(self, path: str, fields: Mapping[str, Any], shape: TypeAdapter[_Shape]) -> _Shape:
        """POST. Not repeated where it may have been heard: then it raises `Unavailable`, in doubt."""
        return _read(self._ask("POST", path, fields=fields), shape, path)

    def change(self, path: str, fields: Mapping[str, Any], shape: TypeAdapter[_Shape]) -> _Shape:
        """PATCH."""
        return _read(self._ask("PATCH", path, fields=fields), shape, path)

    def delete(self, path: str) -> None:
        """DELETE; what is gone already is no error."""
        try:
            self._ask("DELETE", path)
        except GitHubError as error:
            if error.status != 404:  # noqa: PLR2004 - Not Found
                raise

    def _ask(
        self, method: str, path: str, address: str | None = None, fields: Mapping[str, Any] | None = None
    ) -> Answer:
        retrying = Retrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=_wait,
            retry=retry_if_exception(lambda error: _may_repeat(error, method)),
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._attempt, method, path, address or self._address(path), fields)

    def _attempt(self, method: str, path: str, address: str, fields: Mapping[str, Any] | None) -> Answer:
        answer = self._connection.exchange(method, address, fields)
        if answer.is_success:
            return answer
        # A message that repeated the token would carry it into a log.
        body = self._access.token.hide_in(answer.body.decode(errors="replace")).encode()
        raise failure(answer._replace(body=body), f"{method} {path}", time.time())

    def _address(self, path: str) -> str:
        return f"{self._access.address}/{path}"


def _may_repeat(error: BaseException, method: str) -> bool:
    if not isinstance(error, Unavailable) or (error.wait or 0.0) > _LONGEST_WAIT:
        return False
    return method != "POST" or not error.in_doubt


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, Unavailable) else None
    return asked if asked is not None else _BACK_OFF(state)


def _read(answer: Answer, shape: TypeAdapter[_Shape], path: str) -> _Shape:
    try:
        return shape.validate_json(answer.body)
    except ValidationError:
        message = f"GitHub's answer to {path} is not what its API describes."
        raise GitHubError(Problem((message,), ("Check GITHUB_API_URL.",)), answer.status) from None
