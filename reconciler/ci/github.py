"""GitHub as a platform: its REST API over HTTP, and the variables and the event of GitHub Actions.

Sources, all GitHub's pages: *Variables reference*; *Webhook events and payloads* (`pull_request`: `head.repo`
is null once the fork is deleted); *REST API endpoints for issue comments*, *… for issues* (a pull request's
comments are an issue's; the list of issues has pull requests too) and *… for commits*; *Using pagination in
the REST API* (the header `link` names the next page as a whole address, to be followed, not counted up);
*Rate limits for the REST API* and *Best practices for using the REST API* (a limit is said with 403 or 429;
`retry-after` names seconds; `x-ratelimit-remaining: 0` goes with `x-ratelimit-reset`, in seconds of the
epoch; else a minute is to be waited).
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Never, Self, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from msgspec import DecodeError, Struct
from msgspec import json as msgspec_json

from reconciler import __version__
from reconciler.ci.platform import Forbidden, PlatformError, Post, PullRequest, Unavailable
from reconciler.credential import LEAST_CHARACTERS, Credential
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.hosts import is_loopback
from reconciler.network import FAILURES, Route, route_to, why_it_failed
from reconciler.problems import Location, Problem

DEFAULT_API = "https://api.github.com"

_API_VERSION = "2022-11-28"
_TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the variable's name
_TOKEN_HINT = f"In a workflow, give the step the variable: env: {{{_TOKEN}: ${{{{ github.token }}}}}}."
_WHO_MAY_WRITE = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_REPOSITORY = re.compile(r"(?!\.+/)[\w.-]+/(?!\.+\Z)[\w.-]+", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_ATTEMPTS = 4
_A_MINUTE = 60.0
_LONGEST_WAIT = 120.0  # seconds; a longer one is an answer
_MOST_PAGES = 500
_MOST_BYTES = 64 * 1024 * 1024  # a page of 100 comments as long as may be, every character escaped
_MOST_BYTES_OF_AN_ERROR = 64 * 1024
_MOST_SHOWN = 300  # characters of GitHub's own message
_AGAIN = "Run it again; what was done already is found. If it stays so, check GITHUB_API_URL."

_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

_T = TypeVar("_T")


class _User(Struct):
    login: str
    type: str = ""


class _Item(Struct):
    """Of a comment, an issue or a pull request, what we use. A user is null where the account is gone."""

    html_url: str
    id: int = 0
    number: int = 0
    title: str = ""
    body: str | None = None
    author_association: str = ""
    user: _User | None = None
    pull_request: Any = None
    merged_at: str | None = None

    def post(self, number: int) -> Post:
        user = self.user or _User("")
        # Workflows and apps are bots, and only someone with write access can install one.
        may_write = user.type == "Bot" or self.author_association in _WHO_MAY_WRITE
        return Post(number, self.body or "", self.html_url, user.login, may_write, self.title)


class _Fork(Struct):
    full_name: str


class _Branch(Struct):
    repo: _Fork | None


class _EventPull(Struct):
    number: int
    head: _Branch
    base: _Branch


class _Event(Struct):
    pull_request: _EventPull | None = None


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


class GitHub:
    """Implements `reconciler.ci.platform.Platform`."""

    name = "GitHub"
    most_characters = 65_536

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        seconds: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`seconds` is how long a call may take; `sleep` waits between two attempts."""
        self._environ = environ
        self._seconds = seconds
        self._sleep = sleep

    def __enter__(self) -> Self:
        """Nothing is opened before the first call."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        if "_client" in self.__dict__:
            self._client.close()

    # What the job's variables say

    @property
    def commit(self) -> str | None:
        return self._environ.get("GITHUB_SHA")

    def pull_request(self) -> PullRequest | None:
        name = self._environ.get("GITHUB_EVENT_PATH")
        if not name:
            return None
        location = Location(display_path(Path(name)))
        hint = ("GitHub Actions writes this file, and names it in GITHUB_EVENT_PATH.",)
        try:
            found = msgspec_json.decode(Path(name).read_bytes(), type=_Event).pull_request
        except OSError as error:
            message = f"The event can't be read: {error.strerror or 'the system does not say why'}."
            raise InvalidInput(Problem((message,), hint, location)) from error
        except (DecodeError, RecursionError):
            message = "This is not an event as GitHub describes them."
            raise InvalidInput(Problem((message,), hint, location)) from None
        if found is None:
            return None
        head, base = found.head.repo, found.base.repo
        is_from_fork = head is None or base is None or head.full_name != base.full_name
        return PullRequest(found.number, is_from_fork)

    @cached_property
    def _token(self) -> Credential:
        value = self._environ.get(_TOKEN, "").strip()
        if not value:
            _refuse(f"The token is missing: the variable {_TOKEN} is not set.", _TOKEN_HINT)
        if not all("!" <= character <= "~" for character in value):
            _refuse(f"The token in {_TOKEN} holds a character that no header can carry.", _TOKEN_HINT)
        if len(value) < LEAST_CHARACTERS:
            _refuse(f"The token in {_TOKEN} has fewer than {LEAST_CHARACTERS} characters.", _TOKEN_HINT)
        return Credential(value, f"the variable {_TOKEN}", "the token")

    @cached_property
    def _api(self) -> str:
        """The API's address; a problem never shows it, since it may hold a password."""
        api = self._environ.get("GITHUB_API_URL") or DEFAULT_API
        hint = f"It is an address like {DEFAULT_API}, as GitHub Actions sets it."
        origin = _origin(api)
        parts = urlsplit(api) if origin else None
        if parts is None or not parts.hostname or "@" in parts.netloc or re.search(r"[^!-~]|[?#]", api):
            _refuse("GITHUB_API_URL is no valid address.", hint)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(api)):
            _refuse("GITHUB_API_URL must begin with https://.", hint)
        return api.rstrip("/")

    @cached_property
    def address(self) -> str:
        """What the paths of all calls are appended to.

        Raises:
            InvalidInput: a variable is missing or wrong.
        """
        repository = self._environ.get("GITHUB_REPOSITORY", "")
        if not _REPOSITORY.fullmatch(repository):
            hint = "It is written owner/name, as GitHub Actions sets it."
            _refuse("GITHUB_REPOSITORY names no repository.", hint)
        return f"{self._api}/repos/{repository}"

    # What the API does

    @cached_property
    def login(self) -> str | None:
        try:
            answer = self._ask("GET", "user", address=f"{self._api}/user")
        except Forbidden:  # a workflow's own token belongs to no account
            return None
        return _decoded(answer, _User, "user").login

    def comments(self, pull: int) -> list[Post]:
        return [item.post(item.id) for item in self._read_all(f"issues/{pull}/comments")]

    def add_comment(self, pull: int, body: str) -> Post:
        item = self._send("POST", f"issues/{pull}/comments", {"body": body})
        return item.post(item.id)

    def change_comment(self, _pull: int, comment: Post, body: str) -> Post:
        item = self._send("PATCH", f"issues/comments/{comment.number}", {"body": body})
        return item.post(item.id)

    def delete_comment(self, _pull: int, comment: Post) -> None:
        try:
            self._ask("DELETE", f"issues/comments/{comment.number}")
        except PlatformError as error:
            if error.status != 404:  # noqa: PLR2004 - Not Found: another run deleted it
                raise

    def open_issues(self) -> list[Post]:
        items = self._read_all("issues?state=open")
        return [item.post(item.number) for item in items if item.pull_request is None]

    def add_issue(self, title: str, body: str) -> Post:
        item = self._send("POST", "issues", {"title": title, "body": body})
        return item.post(item.number)

    def change_issue(self, issue: Post, title: str, body: str) -> Post:
        item = self._send("PATCH", f"issues/{issue.number}", {"title": title, "body": body})
        return item.post(item.number)

    def close_issue(self, issue: Post, *, is_duplicate: bool = False) -> Post:
        reason = "not_planned" if is_duplicate else "completed"
        item = self._send("PATCH", f"issues/{issue.number}", {"state": "closed", "state_reason": reason})
        return item.post(item.number)

    def merged_pulls(self, commit: str) -> list[int]:
        """For a commit on the default branch GitHub lists the merged ones, else open ones too."""
        items = self._read_all(f"commits/{quote(commit, safe='')}/pulls")
        return sorted(item.number for item in items if item.merged_at)

    # How it is called

    def _read_all(self, path: str) -> list[_Item]:
        """All items of a list, from all its pages, in GitHub's order."""
        found: list[_Item] = []
        address: str | None = f"{self.address}/{path}{'&' if '?' in path else '?'}per_page=100"
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", path, address=address)
            found += _decoded(answer, list[_Item], path)
            address = answer.next_page
            if address is None:
                return found
        raise PlatformError(Problem((f"GitHub's list {path} has no end.",)))

    def _send(self, method: str, path: str, fields: Mapping[str, str]) -> _Item:
        return _decoded(self._ask(method, path, fields), _Item, path)

    def _ask(
        self, method: str, path: str, fields: Mapping[str, str] | None = None, *, address: str | None = None
    ) -> Answer:
        """One call, repeated where that can do no harm: not a POST that may have been carried out."""
        attempt = 1
        while True:
            try:
                return self._attempt(method, path, address or f"{self.address}/{path}", fields)
            except Unavailable as error:
                wait = 0.5 * 2 ** (attempt - 1) if error.wait is None else error.wait
                if attempt == _ATTEMPTS or wait > _LONGEST_WAIT or (method == "POST" and error.in_doubt):
                    raise
            attempt += 1
            self._sleep(wait)

    def _attempt(self, method: str, path: str, address: str, fields: Mapping[str, str] | None) -> Answer:
        # What GitHub links to is followed to GitHub alone, since the token goes along.
        if _origin(address) is None or _origin(address) != _origin(self._api):
            hint = ("Check GITHUB_API_URL.",)
            raise PlatformError(Problem(("GitHub's answer leads to another host.",), hint))
        try:
            with self._client.stream(method, address, json=fields) as response:
                answer = self._read(response)
        except FAILURES as error:
            is_in_doubt = not isinstance(error, _NOTHING_SENT)
            message = f"No answer from GitHub: {why_it_failed(error, self._route)}."
            raise Unavailable(Problem((message,), (_AGAIN,)), in_doubt=is_in_doubt) from None
        if answer.is_success:
            return answer
        raise failure(answer, f"{method} {path}", self._token.hide_in, time.time())

    def _read(self, response: httpx.Response) -> Answer:
        """All of an answer. httpx bounds single reads alone, which an answer that trickles never exceeds."""
        deadline = time.monotonic() + self._seconds
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES or time.monotonic() > deadline:
                raise Unavailable(Problem(("GitHub's answer has no end.",), (_AGAIN,)), in_doubt=True)
        next_page = response.links.get("next", {}).get("url")
        return Answer(response.status_code, dict(response.headers), bytes(body), next_page)

    @cached_property
    def _route(self) -> Route:
        return route_to(self._api)

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(
            headers={
                "accept": "application/vnd.github+json",
                "accept-encoding": "gzip",
                "authorization": f"Bearer {self._token.reveal()}",
                "user-agent": f"reconciler/{__version__}",
                "x-github-api-version": _API_VERSION,
            },
            timeout=httpx.Timeout(self._seconds),
            **self._route.settings(),
        )


_MEANINGS = {
    401: (
        "The token is not valid.",
        "Check GITHUB_TOKEN: it may be mistyped or expired. In a workflow it is ${{ github.token }}.",
    ),
    404: (
        "There is no such thing, or the token can't see it.",
        "Check GITHUB_REPOSITORY, the number or the commit, and that the token is for this repository.",
    ),
    410: (
        "There is no such thing any more, or issues are switched off.",
        "Check the repository's settings, under Features.",
    ),
}
_MOVED = (
    "The repository, or the API, has moved.",
    "Check GITHUB_REPOSITORY and GITHUB_API_URL; redirects are not followed.",
)
_OTHER = ("GitHub refused the call.", "GitHub's page on this call says when it does.")


def failure(answer: Answer, call: str, hide: Callable[[str], str], now: float) -> PlatformError:
    """The error for an answer that is no success; `now` is in seconds of the epoch."""
    status = answer.status
    message = _message(answer, hide)

    def problem(meaning: str, hint: str) -> Problem:
        word = f' GitHub\'s word: "{message}".' if message else ""
        return Problem((f"{meaning} GitHub answered HTTP {status} to {call}.{word}",), (hint,))

    if _is_limit(answer, message):
        limit = problem("There are too many calls.", "Run it again later.")
        return Unavailable(limit, status, in_doubt=False, wait=_wait(answer, now))
    if status // 100 == 5:  # noqa: PLR2004 - the server's own errors
        wait = answer.header_seconds("retry-after")
        return Unavailable(problem("GitHub failed.", _AGAIN), status, in_doubt=True, wait=wait)
    if status == 403:  # noqa: PLR2004 - Forbidden
        return Forbidden(problem("The token may not do this.", "Give the job the permission for it."), status)
    meaning = _MOVED if status // 100 == 3 else _MEANINGS.get(status, _OTHER)  # noqa: PLR2004 - redirects
    return PlatformError(problem(*meaning), status)


def _message(answer: Answer, hide: Callable[[str], str]) -> str:
    """GitHub's own message, without the token, on one line; empty where there is none."""
    if len(answer.body) > _MOST_BYTES_OF_AN_ERROR:
        return ""
    try:
        document = json.loads(hide(answer.body.decode(errors="replace")))
    except (ValueError, RecursionError):
        return ""
    message = document.get("message") if isinstance(document, dict) else None
    return " ".join(hide(message).split())[:_MOST_SHOWN] if isinstance(message, str) else ""


def _is_limit(answer: Answer, message: str) -> bool:
    if answer.status != 403:  # noqa: PLR2004 - Forbidden
        return answer.status == 429  # noqa: PLR2004 - Too Many Requests
    has_none_left = answer.headers.get("x-ratelimit-remaining") == "0"
    return has_none_left or "retry-after" in answer.headers or "rate limit" in message.lower()


def _wait(answer: Answer, now: float) -> float:
    if (seconds := answer.header_seconds("retry-after")) is not None:
        return seconds
    reset = answer.header_seconds("x-ratelimit-reset")
    has_none_left = answer.headers.get("x-ratelimit-remaining") == "0"
    return max(0.0, reset - now) if has_none_left and reset is not None else _A_MINUTE


def _decoded(answer: Answer, shape: type[_T], path: str) -> _T:
    try:
        return msgspec_json.decode(answer.body, type=shape)
    except (DecodeError, RecursionError):
        message = f"GitHub's answer to {path} is not what its API describes."
        raise PlatformError(Problem((message,), ("Check GITHUB_API_URL.",)), answer.status) from None


def _origin(address: str) -> tuple[str, str | None, int | None] | None:
    """What must be equal for the token to go along: scheme, host and port."""
    try:
        parts = urlsplit(address)
        origin = parts.scheme, parts.hostname, parts.port
    except ValueError:
        return None
    return origin


def _refuse(message: str, hint: str) -> Never:
    raise InvalidInput(Problem((message,), (hint,))) from None
