"""GitHub as a platform: its REST API over HTTP, and the variables and the event of GitHub Actions.

Sources, all GitHub's pages: *Variables reference*; *Webhook events and payloads* (`pull_request`: `head.repo`
is null once the fork is deleted); *REST API endpoints for issue comments*, *… for issues* (a pull request's
comments are an issue's; the list of issues has pull requests too) and *… for commits*; *Using pagination in
the REST API* (the header `link` names the next page as a whole address, to be followed, not counted up);
*Rate limits for the REST API* and *Best practices for using the REST API* (a limit is said with 403 or 429;
`retry-after` names seconds; `x-ratelimit-remaining: 0` goes with `x-ratelimit-reset`, in seconds of the
epoch; else a minute is to be waited).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from msgspec import DecodeError, Struct
from msgspec import json as msgspec_json

from reconciler.checks import Check
from reconciler.ci.github_settings import settings_checks
from reconciler.ci.platform import Forbidden, Guidance, Post, PullRequest, Wanted
from reconciler.ci.rest import Dialect, RestPlatform, checked_token, refuse
from reconciler.credential import Credential
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Location, Problem

_API_VERSION = "2022-11-28"
_TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the variable's name
_TOKEN_HINT = f"In a workflow, give the step the variable: env: {{{_TOKEN}: ${{{{ github.token }}}}}}."
_WHO_MAY_WRITE = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_T = TypeVar("_T")
_REPOSITORY = re.compile(r"(?!\.+/)[\w.-]+/(?!\.+\Z)[\w.-]+", re.ASCII)

DIALECT = Dialect(
    name="GitHub",
    ci="GitHub Actions",
    variable="GITHUB_API_URL",
    default_api="https://api.github.com",
    meanings={
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
    },
    moved=(
        "The repository, or the API, has moved.",
        "Check GITHUB_REPOSITORY and GITHUB_API_URL; redirects are not followed.",
    ),
    remaining="x-ratelimit-remaining",
    reset="x-ratelimit-reset",
    message=lambda document: document.get("message") if isinstance(document, dict) else None,
    is_limit=lambda message: "rate limit" in message.lower(),
)


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


class GitHub(RestPlatform):
    """Implements `reconciler.ci.platform.Platform`."""

    name = "GitHub"
    dialect = DIALECT
    most_characters = 65_536
    guidance = Guidance(
        pull_request="pull request",
        where_the_plan_is="The plan is in this job's summary.",
        to_comment="The job needs the permission pull-requests: write. A run for Dependabot never has it.",
        to_keep_issues="Give the job the permission issues: write.",
    )

    # What the job's variables say

    @property
    def commit(self) -> str | None:
        return self._environ.get("GITHUB_SHA")

    @property
    def repository(self) -> str:
        return self._environ.get("GITHUB_REPOSITORY", "")

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

    def _token(self) -> Credential:
        return checked_token(self._environ.get(_TOKEN, ""), _TOKEN, _TOKEN_HINT)

    def _headers(self) -> Mapping[str, str]:
        return {"accept": "application/vnd.github+json", "x-github-api-version": _API_VERSION}

    @cached_property
    def _repository(self) -> str:
        """The repository's path in the API."""
        if not _REPOSITORY.fullmatch(self.repository):
            hint = "It is written owner/name, as GitHub Actions sets it."
            refuse("GITHUB_REPOSITORY names no repository.", hint)
        return f"repos/{self.repository}"

    @property
    def address(self) -> str:
        """The repository's address in the API.

        Raises:
            InvalidInput: a variable is missing or wrong.
        """
        return f"{self._api}/{self._repository}"

    # What the API does

    @cached_property
    def login(self) -> str | None:
        try:
            return self._rest.read("user", _User).login
        except Forbidden:  # a workflow's own token belongs to no account
            return None

    def comments(self, pull: int) -> list[Post]:
        return [item.post(item.id) for item in self._read_all(f"issues/{pull}/comments")]

    def add_comment(self, pull: int, body: str) -> Post:
        item = self._send("POST", f"issues/{pull}/comments", {"body": body})
        return item.post(item.id)

    def change_comment(self, _pull: int, comment: Post, body: str) -> Post:
        item = self._send("PATCH", f"issues/comments/{comment.number}", {"body": body})
        return item.post(item.id)

    def delete_comment(self, _pull: int, comment: Post) -> None:
        self._delete(f"{self._repository}/issues/comments/{comment.number}")

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

    def settings_checks(self, wanted: Wanted) -> Iterator[Check]:
        return settings_checks(self._read_below, wanted)

    def _read_below(self, path: str, shape: type[_T]) -> _T:
        return self._rest.read(f"{self._repository}/{path}" if path else self._repository, shape)

    def _read_all(self, path: str) -> list[_Item]:
        return self._rest.read_all(f"{self._repository}/{path}", list[_Item])

    def _send(self, method: str, path: str, fields: Mapping[str, str]) -> _Item:
        return self._rest.send(method, f"{self._repository}/{path}", fields, _Item)
