"""GitLab as a platform: its REST API over HTTP, and the variables of GitLab CI/CD.

Sources, all GitLab's pages: *Predefined CI/CD variables reference*; *Merge requests pipelines* (a fork's
pipeline runs in the fork, where `CI_PROJECT_ID` is the fork's; started by a member of the parent it runs
there); *Notes API*, *Issues API* and *Commits API* (`…/commits/:sha/merge_requests`); *REST API* (a project's
path is one segment, with `%2F` for each slash; the header `link` names the next page) with *REST API
authentication* (`Authorization: Bearer` takes each kind of access token); *CI/CD job token* (what it may
call: neither notes nor issues are among it); *User and IP rate limits* (429, `Retry-After`,
`RateLimit-Reset`); *GitLab application limits* (a comment or description has at most 1,000,000 characters).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import quote

from msgspec import Struct

from reconciler.apply.report import Provenance
from reconciler.checks import Check
from reconciler.ci.gitlab_settings import settings_checks
from reconciler.ci.platform import MERGE_REQUEST, Forbidden, Guidance, Post, PullRequest, Wanted
from reconciler.ci.rest import RestPlatform, checked_token, refuse
from reconciler.credential import Credential
from reconciler.problems import Problem

_TOKEN = "GITLAB_TOKEN"  # noqa: S105 - the variable's name
_TOKEN_HINT = f"Store a project access token with the scope api in the CI/CD variable {_TOKEN}."
_PROJECT = re.compile(r"[^/\x00-\x1f\x7f]+(?:/[^/\x00-\x1f\x7f]+)+|[0-9]+")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_TWO_WAYS = (
    f"Two ways out: store a project access token (role Reporter, scope api) in the CI/CD variable {_TOKEN}; "
    "or do without comments, since the merge request's widgets and this job's artifacts need no token."
)


class _User(Struct):
    username: str = ""


class _Item(Struct):
    """Of a note, an issue or a merge request, what we use. GitLab calls the number in a project `iid`."""

    id: int
    iid: int = 0
    body: str | None = None
    title: str | None = None
    description: str | None = None
    web_url: str = ""
    state: str = ""
    system: bool = False
    author: _User | None = None

    @property
    def writer(self) -> str:
        return self.author.username if self.author else ""

    def issue(self) -> Post:
        return Post(self.iid, self.description or "", self.web_url, self.writer, title=self.title or "")


class GitLab(RestPlatform):
    """Implements `reconciler.ci.platform.Platform`.

    A note does not tell what its author may do, so only those of the token's own account count as ours: a
    new account keeps comments of its own.
    """

    name = "GitLab"
    ci = "GitLab CI/CD"
    most_characters = 1_000_000
    guidance = Guidance(
        pull_request=MERGE_REQUEST,
        where_the_plan_is="The plan is in this job's log and artifacts.",
        to_comment=_TWO_WAYS,
        to_keep_issues=_TOKEN_HINT,
    )

    variable = "CI_API_V4_URL"
    default_api = "https://gitlab.com/api/v4"
    meanings: ClassVar = {
        401: (
            "The token is not valid.",
            f"Check {_TOKEN}: it may be mistyped, revoked or expired.",
        ),
        404: (
            "There is no such thing, or the token can't see it.",
            "Check CI_PROJECT_ID, the number or the commit, and that the token is for this project.",
        ),
    }
    moved = (
        "The project, or the API, has moved, or GitLab wants a login.",
        "Check CI_PROJECT_ID and CI_API_V4_URL; redirects are not followed.",
    )
    remaining = "ratelimit-remaining"
    reset = "ratelimit-reset"

    @staticmethod
    def _said(document: Any) -> object:
        """A text, or mistakes by field; in some answers it is called `error`."""
        if not isinstance(document, dict):
            return None
        found = document.get("message", document.get("error_description", document.get("error")))
        return str(found) if isinstance(found, dict | list) else found

    # What the job's variables say

    @property
    def provenance(self) -> Provenance:
        variables = ("CI_COMMIT_SHA", "CI_JOB_URL", "GITLAB_USER_LOGIN")
        return Provenance(*map(self._environ.get, variables))

    @property
    def repository(self) -> str:
        return self._environ.get("CI_PROJECT_PATH") or self._environ.get("CI_PROJECT_ID", "")

    def pull_request(self) -> PullRequest | None:
        number = self._environ.get("CI_MERGE_REQUEST_IID", "")
        if not number:
            return None
        if not _NUMBER.fullmatch(number):
            refuse(
                "CI_MERGE_REQUEST_IID is not a number.", "GitLab CI/CD sets it in merge request pipelines."
            )
        source, target = (
            self._environ.get(f"CI_MERGE_REQUEST_{name}") for name in ("SOURCE_PROJECT_ID", "PROJECT_ID")
        )
        return PullRequest(int(number), is_from_fork=source != target)

    @property
    def _home(self) -> str:
        project = self._environ.get("CI_PROJECT_ID") or self._environ.get("CI_PROJECT_PATH", "")
        if not _PROJECT.fullmatch(project):
            hint = "GitLab CI/CD sets one of them: the project's number, or its path such as group/project."
            refuse("CI_PROJECT_ID and CI_PROJECT_PATH name no project.", hint)
        return f"projects/{quote(project, safe='')}"

    def _token(self) -> Credential:
        value = self._environ.get(_TOKEN, "")
        if not value.strip() and self._environ.get("CI_JOB_TOKEN"):
            raise Forbidden(
                Problem((f"{_TOKEN} is not set, and GitLab's job token may not comment.",), (_TWO_WAYS,))
            )
        return checked_token(value, _TOKEN, _TOKEN_HINT)

    # What the API does

    @cached_property
    def login(self) -> str | None:
        return self._read("/user", _User).username

    def comments(self, pull: int) -> list[Post]:
        path = f"{self._notes(pull)}?sort=asc&order_by=created_at"
        items = self._read_all(path, list[_Item])
        return [self._note(pull, item) for item in items if not item.system]

    def add_comment(self, pull: int, body: str) -> Post:
        return self._note(pull, self._send("POST", self._notes(pull), {"body": body}, _Item))

    def change_comment(self, pull: int, comment: Post, body: str) -> Post:
        path = f"{self._notes(pull)}/{comment.number}"
        return self._note(pull, self._send("PUT", path, {"body": body}, _Item))

    def delete_comment(self, pull: int, comment: Post) -> None:
        self._delete(f"{self._notes(pull)}/{comment.number}")

    def open_issues(self) -> list[Post]:
        """Those of the token's account: no other can be ours."""
        path = "issues?state=opened&scope=created_by_me"
        return [item.issue() for item in self._read_all(path, list[_Item])]

    def add_issue(self, title: str, body: str) -> Post:
        fields = {"title": title, "description": body}
        return self._send("POST", "issues", fields, _Item).issue()

    def change_issue(self, issue: Post, title: str, body: str) -> Post:
        return self._change(issue, {"title": title, "description": body})

    def close_issue(self, issue: Post, *, is_duplicate: bool = False) -> Post:
        del is_duplicate  # GitLab has no reasons for closing
        return self._change(issue, {"state_event": "close"})

    def merged_pulls(self, commit: str) -> list[int]:
        path = f"repository/commits/{quote(commit, safe='')}/merge_requests"
        items = self._read_all(path, list[_Item])
        return sorted(item.iid for item in items if item.state == "merged")

    def settings_checks(self, wanted: Wanted) -> Iterator[Check]:
        return settings_checks(self._read, wanted)

    def _notes(self, pull: int) -> str:
        return f"merge_requests/{pull}/notes"

    def _note(self, pull: int, item: _Item) -> Post:
        return Post(item.id, item.body or "", self._page(pull, item.id), item.writer)

    def _page(self, pull: int, note: int) -> str:
        """A note's page: the API does not name it."""
        project = self._environ.get("CI_PROJECT_URL", "")
        return f"{project}/-/merge_requests/{pull}#note_{note}" if project else f"note {note} on !{pull}"

    def _change(self, issue: Post, fields: Mapping[str, str]) -> Post:
        return self._send("PUT", f"issues/{issue.number}", fields, _Item).issue()
