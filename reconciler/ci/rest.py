"""Calls of a platform's REST API over HTTP: whole answers, repeated where that can do no harm."""

import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Any, ClassVar, Never, Self, TypeVar
from urllib.parse import urlsplit

import httpx
from msgspec import DecodeError, Struct
from msgspec import json as msgspec_json

from reconciler import __version__
from reconciler.apply.report import Provenance
from reconciler.ci.platform import Forbidden, PlatformError, Unavailable
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

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of successful statuses (RFC 9110)

    def header_seconds(self, name: str) -> float | None:
        text = self.headers.get(name, "").strip()
        return float(text) if _SECONDS.fullmatch(text) else None


class Dialect(Struct):
    """What is a platform's own in its answers.

    `variable` holds the API's address, `default_api` is the one where it is not set; `ci` is what sets it.
    `meanings` says, by status, what is wrong and what to check; `moved` is that for redirects. `remaining`
    and `reset` are the headers of a limit. `message` finds the platform's own message in the JSON of an
    answer; `is_limit` says whether a 403 with that message is a limit.
    """

    name: str
    ci: str
    variable: str
    default_api: str
    meanings: Mapping[int, tuple[str, str]]
    moved: tuple[str, str]
    remaining: str
    reset: str
    message: Callable[[Any], object]
    is_limit: Callable[[str], bool] = lambda _message: False

    @property
    def again(self) -> str:
        return f"Run it again; it finds what is already done. If it fails again, check {self.variable}."


class RestPlatform(ABC):
    """What platforms with a REST API share: the job's variables, and calls of one API from the first on."""

    dialect: ClassVar[Dialect]

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        seconds: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`seconds` is how long a call may take; `sleep` waits between two attempts."""
        self._environ, self._seconds, self._sleep = environ, seconds, sleep

    def __enter__(self) -> Self:
        """Nothing is opened before the first call."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        if "_rest" in self.__dict__:
            self._rest.close()

    @cached_property
    def _api(self) -> str:
        """The API's address."""
        variable, default = self.dialect.variable, self.dialect.default_api
        hint = f"It is an address like {default}, as {self.dialect.ci} sets it."
        return checked_api(self._environ.get(variable) or default, variable, hint)

    @cached_property
    def _rest(self) -> "Rest":
        return Rest(
            self.dialect, self._api, self._token(), self._headers(), seconds=self._seconds, sleep=self._sleep
        )

    @property
    @abstractmethod
    def provenance(self) -> Provenance:
        """See `CheckablePlatform`."""

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

    def _delete(self, path: str) -> None:
        """Delete what is at a path; what is gone is no error, since another run deleted it."""
        try:
            self._rest.ask("DELETE", path)
        except PlatformError as error:
            if error.status != 404:  # noqa: PLR2004 - Not Found
                raise


class Rest:
    """The API at an address. Raises `PlatformError`, as `Platform` says."""

    def __init__(
        self,
        dialect: Dialect,
        api: str,
        token: Credential,
        headers: Mapping[str, str],
        *,
        seconds: float,
        sleep: Callable[[float], None],
    ) -> None:
        """`seconds` is how long a call may take; `sleep` waits between two attempts."""
        self._dialect, self._api, self._token, self._headers = dialect, api, token, headers
        self._seconds, self._sleep = seconds, sleep

    def close(self) -> None:
        """Close all connections; none is opened before the first call."""
        if "_client" in self.__dict__:
            self._client.close()

    def read(self, path: str, shape: type[_T]) -> _T:
        """What is at a path of the API."""
        return self.decoded(self.ask("GET", path), shape, path)

    def read_all(self, path: str, shape: type[list[_T]]) -> list[_T]:
        """All items of a list, from all its pages, in the platform's order."""
        found: list[_T] = []
        next_page: str | None = f"{self._api}/{path}{'&' if '?' in path else '?'}per_page=100"
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", path, next_page or "")
            found += self.decoded(answer, shape, path)
            next_page = answer.next_page
            if next_page is None:
                return found
        raise PlatformError(Problem((f"{self._dialect.name}'s list {path} has no end.",)))

    def send(self, method: str, path: str, fields: Mapping[str, str], shape: type[_T]) -> _T:
        """What the platform answers to a call that changes something."""
        return self.decoded(self.ask(method, path, fields), shape, path)

    def ask(
        self, method: str, path: str, fields: Mapping[str, Any] | None = None, *, at: str | None = None
    ) -> Answer:
        """One call, repeated where that can do no harm: not a POST that may have been carried out.

        `at` is its whole address, where that isn't the path below the API's.
        """
        return self._ask(method, path, at or f"{self._api}/{path}", fields)

    def decoded(self, answer: Answer, shape: type[_T], path: str) -> _T:
        """An answer's JSON."""
        try:
            return msgspec_json.decode(answer.body, type=shape)
        except (DecodeError, RecursionError):
            message = f"{self._dialect.name}'s answer to {path} is not what its API describes."
            hint = (f"Check {self._dialect.variable}.",)
            raise PlatformError(Problem((message,), hint), answer.status) from None

    def _ask(self, method: str, path: str, address: str, fields: Mapping[str, Any] | None = None) -> Answer:
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
            message = f"{self._dialect.name}'s answer leads to another host."
            raise PlatformError(Problem((message,), (f"Check {self._dialect.variable}.",)))
        try:
            with self._client.stream(method, address, json=fields) as response:
                answer = self._whole(response)
        except FAILURES as error:
            is_in_doubt = not isinstance(error, _NOTHING_SENT)
            message = f"No answer from {self._dialect.name}: {why_it_failed(error, self._route)}."
            raise Unavailable(Problem((message,), (self._dialect.again,)), in_doubt=is_in_doubt) from None
        if answer.is_success:
            return answer
        raise failure(self._dialect, answer, f"{method} {path}", self._token.hide_in, time.time())

    def _whole(self, response: httpx.Response) -> Answer:
        """All of an answer. httpx bounds single reads alone, which an answer that trickles never exceeds."""
        deadline = time.monotonic() + self._seconds
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES or time.monotonic() > deadline:
                message = f"{self._dialect.name}'s answer has no end."
                raise Unavailable(Problem((message,), (self._dialect.again,)), in_doubt=True)
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
                "authorization": f"Bearer {self._token.reveal()}",
                "user-agent": f"reconciler/{__version__}",
                **self._headers,
            },
            timeout=httpx.Timeout(self._seconds),
            **self._route.settings(),
        )


def failure(
    dialect: Dialect, answer: Answer, call: str, hide: Callable[[str], str], now: float
) -> PlatformError:
    """The error for an answer that is no success; `now` is in seconds of the epoch."""
    status, name = answer.status, dialect.name
    message = _message(dialect, answer, hide)

    def problem(meaning: str, hint: str) -> Problem:
        word = f' {name}\'s word: "{message}".' if message else ""
        return Problem((f"{meaning} {name} answered HTTP {status} to {call}.{word}",), (hint,))

    if _is_limit(dialect, answer, message):
        limit = problem("There are too many calls.", "Run it again later.")
        return Unavailable(limit, status, in_doubt=False, wait=_wait(dialect, answer, now))
    if status // 100 == 5:  # noqa: PLR2004 - the server's own errors
        wait = answer.header_seconds("retry-after")
        return Unavailable(problem(f"{name} failed.", dialect.again), status, in_doubt=True, wait=wait)
    if status == 403:  # noqa: PLR2004 - Forbidden
        return Forbidden(problem("The token may not do this.", "Give the job the permission for it."), status)
    other = (f"{name} refused the call.", f"{name}'s page on this call says when it does.")
    meaning = dialect.moved if status // 100 == 3 else dialect.meanings.get(status, other)  # noqa: PLR2004 - redirects
    return PlatformError(problem(*meaning), status)


def _message(dialect: Dialect, answer: Answer, hide: Callable[[str], str]) -> str:
    """The platform's own message, without the token, on one line; empty where there is none."""
    if len(answer.body) > _MOST_BYTES_OF_AN_ERROR:
        return ""
    try:
        message = dialect.message(json.loads(hide(answer.body.decode(errors="replace"))))
    except (ValueError, RecursionError):
        return ""
    return " ".join(hide(message).split())[:MOST_SHOWN] if isinstance(message, str) else ""


def _is_limit(dialect: Dialect, answer: Answer, message: str) -> bool:
    if answer.status != 403:  # noqa: PLR2004 - Forbidden
        return answer.status == 429  # noqa: PLR2004 - Too Many Requests
    has_none_left = answer.headers.get(dialect.remaining) == "0"
    return has_none_left or "retry-after" in answer.headers or dialect.is_limit(message)


def _wait(dialect: Dialect, answer: Answer, now: float) -> float:
    if (seconds := answer.header_seconds("retry-after")) is not None:
        return seconds
    reset = answer.header_seconds(dialect.reset)
    has_none_left = answer.headers.get(dialect.remaining) == "0"
    return max(0.0, reset - now) if has_none_left and reset is not None else _A_MINUTE


def _origin(address: str) -> tuple[str, str | None, int | None] | None:
    """What must be equal for the token to go along: scheme, host and port."""
    try:
        parts = urlsplit(address)
        origin = parts.scheme, parts.hostname, parts.port
    except ValueError:
        return None
    return origin


# What a job's variables hold


def checked_api(api: str, variable: str, hint: str) -> str:
    """The API's address, without a slash at its end; a problem never shows it: it may hold a password.

    Raises:
        InvalidInput: it is none, or would send the token unencrypted.
    """
    origin = _origin(api)
    parts = urlsplit(api) if origin else None
    if parts is None or not parts.hostname or "@" in parts.netloc or re.search(r"[^!-~]|[?#]", api):
        refuse(f"{variable} is no valid address.", hint)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(api)):
        refuse(f"{variable} must begin with https://.", hint)
    return api.rstrip("/")


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
