"""GitHub as a platform: its REST API over HTTP, and the variables and the event of GitHub Actions.

Sources, all GitHub's pages: *Variables reference*; *Webhook events and payloads* (`pull_request`: `head.repo`
is null once the fork is deleted); *REST API endpoints for issue comments*, *… for issues* (a pull request's
comments are an issue's; the list of issues has pull requests too) and *… for commits*; *Using pagination in
the REST API* (the header `link` names the next page as a whole address, to be followed, not counted up);
*Rate limits for the REST API* and *Best practices for using the REST API* (a limit is said with 403 or 429;
`retry-after` names seconds; `x-ratelimit-remaining: 0` goes with `x-ratelimit-reset`, in seconds of the
epoch; else a minute is to be waited). *GraphQL: Commits* (`createCommitOnBranch`: `fileChanges` without files
makes an empty commit; whose token it is is the author, and GitHub signs it where it can).

Those pages say neither how large such a commit may be nor how the call fails. The limit is about 40 MB, in
which the content counts as base64 (grafana/github-api-commit-action, pull request 66: 40 MiB fail). A branch
that moved is an error of the type `STALE_DATA` (planetscale/ghcommit, pull request 153), a protected one is
`BRANCH_PROTECTION_RULE_VIOLATION`, one below a ruleset has another type (Thinkmill/keystatic, issue 1598).
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from msgspec import DecodeError, Struct, field
from msgspec import json as msgspec_json

from reconciler.apply.report import Provenance
from reconciler.checks import Check
from reconciler.ci.github_settings import settings_checks
from reconciler.ci.platform import Forbidden, Guidance, PlatformError, Post, PullRequest, Wanted
from reconciler.ci.rest import MOST_SHOWN, RestPlatform, checked_token, refuse
from reconciler.credential import Credential
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.git.remote import Change, Pushed, PushEnd
from reconciler.plan.pull_request import PULL_REQUEST
from reconciler.problems import Location, Problem, plain

_API_VERSION = "2022-11-28"
_TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the variable's name
_TOKEN_HINT = f"In a workflow, give the step the variable: env: {{{_TOKEN}: ${{{{ github.token }}}}}}."
_WHO_MAY_WRITE = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_REPOSITORY = re.compile(r"(?!\.+/)[\w.-]+/(?!\.+\Z)[\w.-]+", re.ASCII)


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


MOST_BYTES = 29_000_000
"""The largest content of a commit that GitHub makes: in base64, with the rest of the call, below 40 MB."""

_COMMIT = """
mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}
"""
_LARGE = (
    "Nothing is lost: the file still holds everything. Publish without --signed-by-github (in the workflow: "
    "without the variable RECONCILER_SIGNED), and let git sign, by commit.gpgsign and user.signingKey."
)
_DECLINED = re.compile(r"rule violation|protected branch|BRANCH_PROTECTION_RULE_VIOLATION", re.IGNORECASE)


class _Made(Struct):
    oid: str


class _Payload(Struct):
    commit: _Made | None = None


class _Data(Struct):
    created: _Payload | None = field(default=None, name="createCommitOnBranch")


class _Error(Struct):
    message: str = ""
    type: str = ""


class _Answer(Struct):
    """What GraphQL answers: HTTP 200 for errors too."""

    data: _Data | None = None
    errors: list[_Error] = []


class GitHub(RestPlatform):
    """GitHub, by the variables of GitHub Actions."""

    name = "GitHub"
    ci = "GitHub Actions"
    most_characters = 65_536
    guidance = Guidance(
        pull_request=PULL_REQUEST,
        where_the_plan_is="The plan is in this job's summary.",
        to_comment="The job needs the permission pull-requests: write. A run for Dependabot never has it.",
        to_keep_issues="Give the job the permission issues: write.",
    )
    variable = "GITHUB_API_URL"
    default_api = "https://api.github.com"
    meanings: ClassVar = {
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
    moved = (
        "The repository, or the API, has moved.",
        "Check GITHUB_REPOSITORY and GITHUB_API_URL; redirects are not followed.",
    )
    remaining = "x-ratelimit-remaining"
    reset = "x-ratelimit-reset"

    @staticmethod
    def _said(document: Any) -> object:
        return document.get("message") if isinstance(document, dict) else None

    def _is_limit(self, message: str) -> bool:
        return "rate limit" in message.lower()

    # What the job's variables say

    @property
    def provenance(self) -> Provenance:
        server, number = self._environ.get("GITHUB_SERVER_URL"), self._environ.get("GITHUB_RUN_ID")
        run = number
        if server and self.repository and number:
            run = f"{server}/{self.repository}/actions/runs/{number}"
            if attempt := self._environ.get("GITHUB_RUN_ATTEMPT"):
                run = f"{run}/attempts/{attempt}"
        who = self._environ.get("GITHUB_TRIGGERING_ACTOR") or self._environ.get("GITHUB_ACTOR")
        return Provenance(self._environ.get("GITHUB_SHA"), run, who)

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

    @property
    def _home(self) -> str:
        if not _REPOSITORY.fullmatch(self.repository):
            hint = "It is written owner/name, as GitHub Actions sets it."
            refuse("GITHUB_REPOSITORY names no repository.", hint)
        return f"repos/{self.repository}"

    def check_variables(self) -> None:
        """See that all that a call needs is set, before anything is done.

        Raises:
            InvalidInput: a variable is missing or wrong.
        """
        _ = self._token(), self.address

    # What the API does

    @cached_property
    def login(self) -> str | None:
        try:
            return self._read("/user", _User).login
        except Forbidden:  # a workflow's own token belongs to no account
            return None

    def comments(self, pull: int) -> list[Post]:
        return [item.post(item.id) for item in self._items(f"issues/{pull}/comments")]

    def add_comment(self, pull: int, body: str) -> Post:
        item = self._send("POST", f"issues/{pull}/comments", {"body": body}, _Item)
        return item.post(item.id)

    def change_comment(self, _pull: int, comment: Post, body: str) -> Post:
        item = self._send("PATCH", f"issues/comments/{comment.number}", {"body": body}, _Item)
        return item.post(item.id)

    def delete_comment(self, _pull: int, comment: Post) -> None:
        self._delete(f"issues/comments/{comment.number}")

    def open_issues(self) -> list[Post]:
        items = self._items("issues?state=open")
        return [item.post(item.number) for item in items if item.pull_request is None]

    def add_issue(self, title: str, body: str) -> Post:
        item = self._send("POST", "issues", {"title": title, "body": body}, _Item)
        return item.post(item.number)

    def change_issue(self, issue: Post, title: str, body: str) -> Post:
        item = self._send("PATCH", f"issues/{issue.number}", {"title": title, "body": body}, _Item)
        return item.post(item.number)

    def close_issue(self, issue: Post, *, is_duplicate: bool = False) -> Post:
        reason = "not_planned" if is_duplicate else "completed"
        item = self._send(
            "PATCH", f"issues/{issue.number}", {"state": "closed", "state_reason": reason}, _Item
        )
        return item.post(item.number)

    def merged_pulls(self, commit: str) -> list[int]:
        """For a commit on the default branch GitHub lists the merged ones, else open ones too."""
        items = self._items(f"commits/{quote(commit, safe='')}/pulls")
        return sorted(item.number for item in items if item.merged_at)

    def settings_checks(self, wanted: Wanted) -> Iterator[Check]:
        return settings_checks(self._read, wanted)

    def commit_on_branch(self, change: Change) -> Pushed:
        """Have GitHub make a commit, and so sign it. Implements `reconciler.git.remote.Committer`.

        Raises:
            InvalidInput: the content is larger than GitHub takes here, or a variable is missing or wrong.
        """
        size = sum(len(file.content) for file in change.files)
        if size > MOST_BYTES:
            limit, has = (f"{number / 1_000_000:.1f} MB" for number in (MOST_BYTES, size))
            refuse(f"GitHub signs commits of at most {limit}, and this one has {has}.", _LARGE)
        _, _, name = self._home.partition("/")
        additions = [
            {"path": file.path, "contents": b64encode(file.content).decode()} for file in change.files
        ]
        fields = {
            "branch": {"repositoryNameWithOwner": name, "branchName": change.branch},
            "expectedHeadOid": change.head,
            "message": {"headline": change.message},
            "fileChanges": {"additions": additions},
        }
        # On a server of one's own, REST is at /api/v3 and GraphQL at /api/graphql.
        at = f"{self._api.removesuffix('/v3')}/graphql"
        call = {"query": _COMMIT, "variables": {"input": fields}}
        try:
            return self._made(self._send("POST", "/graphql", call, _Answer, at=at))
        except PlatformError as error:
            # Where it is unknown whether the commit was made, the next to publish finds it.
            return Pushed(PushEnd.FAILED, plain(error.problems[0].message))

    def _made(self, answer: _Answer) -> Pushed:
        created = answer.data.created if answer.data else None
        if created is not None and created.commit is not None and not answer.errors:
            return Pushed(PushEnd.DONE, commit=created.commit.oid)
        said = " ".join(" ".join(error.message.split()) for error in answer.errors) or "no reason is given"
        reason = self._token().hide_in(said)[:MOST_SHOWN]
        types = {error.type for error in answer.errors}
        if "STALE_DATA" in types:
            return Pushed(PushEnd.NON_FAST_FORWARD, reason)
        is_declined = _DECLINED.search(" ".join((said, *types)))
        return Pushed(PushEnd.DECLINED if is_declined else PushEnd.FAILED, reason)

    def _items(self, path: str) -> list[_Item]:
        return self._read_all(path, list[_Item])
