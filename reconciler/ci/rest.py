"""Calls of a platform's REST API over HTTP: whole answers, repeated where that can do no harm."""

import json
import re
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Any, ClassVar, Never, TypeVar
from urllib.parse import urlsplit

import httpx
from msgspec import DecodeError, Struct
from msgspec import json as msgspec_json

from reconciler import __version__
from reconciler.ci.platform import Forbidden, Platform, PlatformError, Unavailable
from reconciler.credential import LEAST_CHARACTERS, Credential
from reconciler.errors import InvalidInput
from reconciler.hosts import is_loopback
from reconciler.network import FAILURES, Route, route_to, why_it_failed
from reconciler.problems import Problem

_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_ATTEMPTS = 4
_A_MINUTE = 60.0
_LONGEST_WAIT = 120.0  # seconds; a longer one is an answer
_MOST_PAGES = 500
_MOST_BYTES = 256 * 1024 * 1024  # a page of 100 comments as long as may be
_MOST_BYTES_OF_AN_ERROR = 64 * 1024
MOST_SHOWN = 300  # characters of the platform's own message

_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

_T = TypeVar("_T")


class Answer(Struct):
    """One answer; the headers' names are in lower case, `next_page` is a whole address."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    next_page: str | None = None

    def header_seconds(self, name: str) -> float | None:
        text = self.headers.get(name, "").strip()
        return float(text) if _SECONDS.fullmatch(text) else None


class RestPlatform(Platform):
    """What platforms with a REST API share: the job's variables, and calls of one API from the first on.

    A path is below the repository's own, or below the API's where it begins with a slash.
    """

    ci: ClassVar[str]
    """What sets the variables."""
    variable: ClassVar[str]
    """The one that holds the API's address; `default_api` is the address where it is not set."""
    default_api: ClassVar[str]
    meanings: ClassVar[Mapping[int, tuple[str, str]]]
    """By status, what is wrong and what to check; `moved` is that for redirects."""
    moved: ClassVar[tuple[str, str]]
    remaining: ClassVar[str]
    """The header that says how many calls are left; `reset` is the one that says until when."""
    reset: ClassVar[str]

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        seconds: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`seconds` is how long a call may take; `sleep` waits between two attempts."""
        self._environ, self._seconds, self._sleep = environ, seconds, sleep

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections; none is opened before the first call."""
        if "_client" in self.__dict__:
            self._client.close()

    @property
    def address(self) -> str:
        """The repository's address in the API.

        Raises:
            InvalidInput: a variable is missing or wrong.
        """
        return f"{self._api}/{self._home}"

    @cached_property
    def _api(self) -> str:
        """The API's address. A problem never shows it: it may hold a password."""
        hint = f"It is an address like {self.default_api}, as {self.ci} sets it."
        api = self._environ.get(self.variable) or self.default_api
        parts = urlsplit(api) if _origin(api) else None
        if parts is None or not parts.hostname or "@" in parts.netloc or re.search(r"[^!-~]|[?#]", api):
            refuse(f"{self.variable} is no valid address.", hint)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(api)):
            refuse(f"{self.variable} must begin with https://.", hint)
        return api.rstrip("/")

    @property
    @abstractmethod
    def _home(self) -> str:
        """The repository's path in the API."""

    @abstractmethod
    def _token(self) -> Credential:
        """The token that the job was given.

        Raises:
            InvalidInput: it is missing, or no token.
            Forbidden: there is one alone that may do nothing here.
        """

    def _headers(self) -> Mapping[str, str]:
        """What each call says beside the token."""
        return {}

    @staticmethod
    @abstractmethod
    def _said(document: Any) -> object:
        """The platform's own message in the JSON of an answer."""

    def _is_limit(self, _message: str) -> bool:
        """Whether a 403 with this message is a limit."""
        return False

    @property
    def _again(self) -> str:
        return f"Run it again; it finds what is already done. If it fails again, check {self.variable}."

    # Calls

    def _read(self, path: str, shape: type[_T]) -> _T:
        """What is at a path."""
        return self._send("GET", path, None, shape)

    def _read_all(self, path: str, shape: type[list[_T]]) -> list[_T]:
        """All items of a list, from all its pages, in the platform's order."""
        found: list[_T] = []
        path = self._from_the_api(path)
        next_page: str | None = f"{self._api}/{path}{'&' if '?' in path else '?'}per_page=100"
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", path, next_page or "")
            found += self._decoded(answer, shape, path)
            next_page = answer.next_page
            if next_page is None:
                return found
        raise PlatformError(Problem((f"{self.name}'s list {path} has no end.",)))

    def _send(
        self,
        method: str,
        path: str,
        fields: Mapping[str, Any] | None,
        shape: type[_T],
        *,
        at: str | None = None,
    ) -> _T:
        """What one call answers; `at` is its whole address, where that is not the path below the API's."""
        path = self._from_the_api(path)
        return self._decoded(self._ask(method, path, at or f"{self._api}/{path}", fields), shape, path)

    def _delete(self, path: str) -> None:
        """Delete what is at a path; what is gone is no error, since another run deleted it."""
        path = self._from_the_api(path)
        try:
            self._ask("DELETE", path, f"{self._api}/{path}")
        except PlatformError as error:
            if error.status != 404:  # noqa: PLR2004 - Not Found
                raise

    def _from_the_api(self, path: str) -> str:
        return path[1:] if path.startswith("/") else f"{self._home}/{path}".rstrip("/")

    def _decoded(self, answer: Answer, shape: type[_T], path: str) -> _T:
        try:
            return msgspec_json.decode(answer.body, type=shape)
        except (DecodeError, RecursionError):
            message = f"{self.name}'s answer to {path} is not what its API describes."
            raise PlatformError(Problem((message,), (f"Check {self.variable}.",)), answer.status) from None

    def _ask(self, method: str, path: str, address: str, fields: Mapping[str, Any] | None = None) -> Answer:
        """One call, repeated where that can do no harm: not a POST that may have been carried out."""
        attempt = 1
        while True:
            try:
                return self._attempt(method, path, address, fields)
            except Unavailable as error:
                wait = 0.5 * 2 ** (attempt - 1) if error.wait is None else error.wait
                if attempt == _ATTEMPTS or wait > _LONGEST_WAIT or (method == "POST" and error.in_doubt):
                    raise
            attempt += 1
            self._sleep(wait)

    def _attempt(self, method: str, path: str, address: str, fields: Mapping[str, Any] | None) -> Answer:
        # What the platform links to is followed to itself alone, since the token goes along.
        if _origin(address) is None or _origin(address) != _origin(self._api):
            message = f"{self.name}'s answer leads to another host."
            raise PlatformError(Problem((message,), (f"Check {self.variable}.",)))
        try:
            with self._client.stream(method, address, json=fields) as response:
                answer = self._whole(response)
        except FAILURES as error:
            is_in_doubt = not isinstance(error, _NOTHING_SENT)
            message = f"No answer from {self.name}: {why_it_failed(error, self._route)}."
            raise Unavailable(Problem((message,), (self._again,)), in_doubt=is_in_doubt) from None
        if answer.status // 100 == 2:  # noqa: PLR2004 - the class of successful statuses (RFC 9110)
            return answer
        raise self.failure(answer, f"{method} {path}", time.time())

    def _whole(self, response: httpx.Response) -> Answer:
        """All of an answer. httpx bounds single reads alone, which an answer that trickles never exceeds."""
        deadline = time.monotonic() + self._seconds
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES or time.monotonic() > deadline:
                message = f"{self.name}'s answer has no end."
                raise Unavailable(Problem((message,), (self._again,)), in_doubt=True)
        next_page = response.links.get("next", {}).get("url")
        return Answer(response.status_code, dict(response.headers), bytes(body), next_page)

    @cached_property
    def _route(self) -> Route:
        return route_to(self._api)

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(
            headers={
                "accept-encoding": "gzip",
                "authorization": f"Bearer {self._token().reveal()}",
                "user-agent": f"reconciler/{__version__}",
                **self._headers(),
            },
            timeout=httpx.Timeout(self._seconds),
            **self._route.settings(),
        )

    # Answers that are no success

    def failure(self, answer: Answer, call: str, now: float) -> PlatformError:
        """The error for an answer that is no success; `now` is in seconds of the epoch."""
        status, name, said = answer.status, self.name, self._message(answer)

        def problem(meaning: str, hint: str) -> Problem:
            word = f' {name}\'s word: "{said}".' if said else ""
            return Problem((f"{meaning} {name} answered HTTP {status} to {call}.{word}",), (hint,))

        wait = answer.header_seconds("retry-after")
        has_none_left = answer.headers.get(self.remaining) == "0"
        is_limit = has_none_left or "retry-after" in answer.headers or self._is_limit(said)
        if status == 429 or (status == 403 and is_limit):  # noqa: PLR2004 - Too Many Requests, Forbidden
            reset = answer.header_seconds(self.reset) if has_none_left else None
            until = _A_MINUTE if reset is None else max(0.0, reset - now)
            limit = problem("There are too many calls.", "Run it again later.")
            return Unavailable(limit, status, in_doubt=False, wait=until if wait is None else wait)
        if status // 100 == 5:  # noqa: PLR2004 - the server's own errors
            return Unavailable(problem(f"{name} failed.", self._again), status, in_doubt=True, wait=wait)
        if status == 403:  # noqa: PLR2004 - Forbidden
            meaning = "The token may not do this.", "Give the job the permission for it."
            return Forbidden(problem(*meaning), status)
        other = (f"{name} refused the call.", f"{name}'s page on this call says when it does.")
        meaning = self.moved if status // 100 == 3 else self.meanings.get(status, other)  # noqa: PLR2004 - redirects
        return PlatformError(problem(*meaning), status)

    def _message(self, answer: Answer) -> str:
        """The platform's own message, without the token, on one line; empty where there is none."""
        if len(answer.body) > _MOST_BYTES_OF_AN_ERROR:
            return ""
        hide = self._token().hide_in
        try:
            message = self._said(json.loads(hide(answer.body.decode(errors="replace"))))
        except (ValueError, RecursionError):
            return ""
        return " ".join(hide(message).split())[:MOST_SHOWN] if isinstance(message, str) else ""


def _origin(address: str) -> tuple[str, str | None, int | None] | None:
    """What must be equal for the token to go along: scheme, host and port."""
    try:
        parts = urlsplit(address)
        origin = parts.scheme, parts.hostname, parts.port
    except ValueError:
        return None
    return origin


def checked_token(value: str, variable: str, hint: str) -> Credential:
    """The token that a variable holds.

    Raises:
        InvalidInput: it is missing, or no token.
    """
    value = value.strip()
    if not value:
        refuse(f"The token is missing: the variable {variable} is not set.", hint)
    if not all("!" <= character <= "~" for character in value):
        refuse(f"The token in {variable} holds a character that a header can't hold.", hint)
    if len(value) < LEAST_CHARACTERS:
        refuse(f"The token in {variable} has fewer than {LEAST_CHARACTERS} characters.", hint)
    return Credential(value, f"the variable {variable}", "the token")


def refuse(message: str, hint: str) -> Never:
    """Raise `InvalidInput`."""
    raise InvalidInput(Problem((message,), (hint,))) from None
