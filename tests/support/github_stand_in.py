"""A stand-in for GitHub's REST API on this machine, served by a thread: comments, issues, pull requests.

With `origin`, a bare repository, it also makes commits there (`createCommitOnBranch`), as GitHub does.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeAlias, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from github_commits import commit_on_branch

TOKEN = "ghs_stand1nT0ken"
REPOSITORY = "team/panels"
COMMIT = "4f6b5a1d0c3e2b7a9f8e6d5c4b3a29180716f5e4"
STRANGER = {"login": "mallory", "type": "User"}
MOST_CHARACTERS = 65_536

_MOMENT = "2026-11-23T09:00:00Z"
_BOT = {"login": "github-actions[bot]", "type": "Bot"}


class Reply(NamedTuple):
    """An answer: the status, a document or None, headers."""

    status: int
    document: Any = None
    headers: Mapping[str, str] = {}


class Call(NamedTuple):
    """One call, taken apart; `parts` are the numbers or names in the path."""

    method: str
    base: str
    path: str
    query: Mapping[str, str]
    fields: Mapping[str, Any]
    parts: tuple[str, ...] = ()


@dataclass
class Repository:
    """What one repository holds.

    `calls` are the calls got, as `METHOD path → status`; `dispatched` the workflows started. `settings` are
    documents that only administrators change, by their path below the repository's own, "" for itself;
    `forbidden` are the beginnings of such paths that the token may not read.
    """

    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    dispatched: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    forbidden: list[str] = field(default_factory=list)

    def add_comment(
        self, issue: int, body: str, *, user: Mapping[str, str] = _BOT, association: str = "NONE"
    ) -> dict[str, Any]:
        """A comment on an issue or a pull request."""
        number = self._next_number()
        comment = {
            "id": number,
            "issue": issue,
            "body": body,
            "user": dict(user),
            "author_association": association,
            "created_at": _MOMENT,
            "html_url": f"https://github.test/{REPOSITORY}/pull/{issue}#issuecomment-{number}",
        }
        self.comments.append(comment)
        return comment

    def add_issue(
        self, title: str, body: str, *, user: Mapping[str, str] = _BOT, association: str = "NONE", **more: Any
    ) -> dict[str, Any]:
        """An open issue; with `pull_request` it is one of the pull requests that GitHub lists among them."""
        number = self._next_number()
        issue = {
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "user": dict(user),
            "author_association": association,
            "created_at": _MOMENT,
            "html_url": f"https://github.test/{REPOSITORY}/issues/{number}",
            **more,
        }
        self.issues.append(issue)
        return issue

    def set_pulls(self, sha: str, *pulls: Mapping[str, Any]) -> None:
        """The pull requests that a commit belongs to; merged, unless they say otherwise."""
        self.pulls[sha] = [
            {
                "html_url": f"https://github.test/{REPOSITORY}/pull/{pull['number']}",
                "merged_at": _MOMENT,
                **pull,
            }
            for pull in pulls
        ]

    def bodies(self, issue: int) -> list[str]:
        """What the comments on an issue or a pull request say, the oldest first."""
        return [comment["body"] for comment in self.comments if comment["issue"] == issue]

    def writes(self) -> list[str]:
        """The calls that would change something."""
        return [call for call in self.calls if not call.startswith("GET ")]

    def add_fault(self, status: int, *methods: str, count: int = 1, **more: Any) -> None:
        """Let the next calls of these methods (all, if none are named) go wrong.

        `headers` and `message` may be added; so may `acts=True`, by which the call is carried out first. The
        status 0 cuts the connection instead of answering.
        """
        self.faults += [{"status": status, "methods": methods, **more}] * count

    def fault_for(self, method: str) -> dict[str, Any] | None:
        """The fault that this call meets; it counts as met."""
        for number, fault in enumerate(self.faults):
            if not fault["methods"] or method in fault["methods"]:
                return self.faults.pop(number)
        return None

    def _next_number(self) -> int:
        numbers = [comment["id"] for comment in self.comments] + [issue["number"] for issue in self.issues]
        return max(numbers, default=100) + 1


def _list_comments(repository: Repository, call: Call) -> Reply:
    issue = int(call.parts[0])
    return page([each for each in repository.comments if each["issue"] == issue], call)


def _create_comment(repository: Repository, call: Call) -> Reply:
    body = str(call.fields["body"])
    return _too_long(body) or Reply(201, repository.add_comment(int(call.parts[0]), body))


def _change_comment(repository: Repository, call: Call) -> Reply:
    comment = found(repository.comments, "id", call)
    refused = NOT_FOUND if comment is None else _too_long(str(call.fields["body"]))
    return refused or _updated(comment, call)


def _delete_comment(repository: Repository, call: Call) -> Reply:
    comment = found(repository.comments, "id", call)
    if comment is None:
        return NOT_FOUND
    repository.comments.remove(comment)
    return Reply(204)


def _list_issues(repository: Repository, call: Call) -> Reply:
    state = call.query.get("state", "open")
    return page([each for each in repository.issues[::-1] if each["state"] == state], call)


def _create_issue(repository: Repository, call: Call) -> Reply:
    title, body = str(call.fields["title"]), str(call.fields.get("body", ""))
    return _too_long(body) or Reply(201, repository.add_issue(title, body))


def _change_issue(repository: Repository, call: Call) -> Reply:
    return _updated(found(repository.issues, "number", call), call)


def _updated(post: dict[str, Any] | None, call: Call) -> Reply:
    if post is None:
        return NOT_FOUND
    post.update(call.fields)
    return Reply(200, post)


def _dispatch(repository: Repository, call: Call) -> Reply:
    repository.dispatched.append(f"{call.parts[0]} on {call.fields['ref']}")
    return Reply(204)


NOT_FOUND = Reply(404, {"message": "Not Found"})
_NO_USER = Reply(403, {"message": "Resource not accessible by integration"})
_UNAUTHORIZED = Reply(401, {"message": "Bad credentials"})

_Subject = TypeVar("_Subject")
Route: TypeAlias = tuple[str, str, Callable[[_Subject, Call], Reply]]
"""The method, a pattern for the path, and what is done."""

_ROUTES: tuple[Route[Repository], ...] = (
    ("GET", r"issues/(\d+)/comments", _list_comments),
    ("POST", r"issues/(\d+)/comments", _create_comment),
    ("PATCH", r"issues/comments/(\d+)", _change_comment),
    ("DELETE", r"issues/comments/(\d+)", _delete_comment),
    ("GET", r"issues/comments", lambda repository, call: page(repository.comments[::-1], call)),
    ("GET", r"issues", _list_issues),
    ("POST", r"issues", _create_issue),
    ("PATCH", r"issues/(\d+)", _change_issue),
    ("GET", r"commits/([^/]+)/pulls", lambda repository, call: page(pulls_of(repository, call), call)),
    ("POST", r"actions/workflows/([^/]+)/dispatches", _dispatch),
)


def found(items: list[dict[str, Any]], key: str, call: Call) -> dict[str, Any] | None:
    return next((each for each in items if each[key] == int(call.parts[0])), None)


def pulls_of(repository: Repository, call: Call) -> list[dict[str, Any]]:
    return repository.pulls.get(call.parts[0], [])


def _too_long(body: str) -> Reply | None:
    if len(body) <= MOST_CHARACTERS:
        return None
    return Reply(422, {"message": f"Body is too long (maximum is {MOST_CHARACTERS} characters)"})


def page(items: list[dict[str, Any]], call: Call) -> Reply:
    """One page, with the links to others that GitHub gives; no such header where there is one page alone."""
    size = min(int(call.query.get("per_page", "30")), 100)
    number = int(call.query.get("page", "1"))
    last = max(1, -(-len(items) // size))
    others = {"prev": number - 1, "next": number + 1, "first": 1, "last": last}
    if number == 1:
        others = {"next": 2, "last": last}
    if number >= last:
        others = {name: page for name, page in others.items() if name in ("prev", "first")}
    links = ", ".join(
        f'<{call.base}{call.path}?{urlencode({**call.query, "page": page})}>; rel="{name}"'
        for name, page in others.items()
    )
    return Reply(200, items[(number - 1) * size : number * size], {"Link": links} if links else {})


class GitHubStandIn(AbstractContextManager["GitHubStandIn"]):
    """The API behind `address`. `repository` is what it holds; `tokens` are those that came, in order.

    `token` is the one that it takes. `login` is whose token it is, None for a workflow's own. `origin` is the
    bare repository behind it, `protected` the branches that take no commit.
    """

    token = TOKEN
    login: str | None = None

    def __init__(self) -> None:
        """Listen."""
        self.repository = Repository()
        self.tokens: list[str] = []
        self.origin: Path | None = None
        self.protected: frozenset[str] = frozenset()
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Take calls, in a thread."""
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take no more calls."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def environ(self, event: Path | None = None) -> dict[str, str]:
        """The variables that GitHub Actions sets for a step, and the token."""
        variables = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.address,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "77",
            "GITHUB_SERVER_URL": "https://github.test",
            "GITHUB_SHA": COMMIT,
            "GITHUB_TOKEN": TOKEN,
        }
        return variables | ({"GITHUB_EVENT_PATH": str(event)} if event else {})

    def answer(self, call: Call, authorization: str) -> Reply | None:
        """The answer to a call; None where the connection is cut instead."""
        with self._lock:
            reply = self._answer(call, authorization)
            self.repository.calls.append(f"{call.method} {call.path} → {reply.status if reply else 0}")
            return reply

    def _answer(self, call: Call, authorization: str) -> Reply | None:
        kind, _, token = authorization.partition(" ")
        self.tokens.append(token)
        if (kind, token) != ("Bearer", self.token):
            return _UNAUTHORIZED
        fault = self.repository.fault_for(call.method)
        reply = self.carry_out(call) if fault is None or fault.get("acts") else None
        if fault is None or fault["status"] == 0:
            return None if fault else reply
        message = {"message": fault.get("message", f"Fault {fault['status']}")}
        return Reply(fault["status"], message, fault.get("headers", {}))

    def carry_out(self, call: Call) -> Reply:
        """What GitHub does about a call."""
        if call.path == "/user":
            return Reply(200, {"login": self.login, "type": "User"}) if self.login else _NO_USER
        if (call.method, call.path) == ("POST", "/graphql") and self.origin is not None:
            return Reply(*commit_on_branch(self.origin, call.fields, self.protected))
        matched = re.fullmatch(rf"/repos/{REPOSITORY}/?(.*)", call.path)
        return self.routed(_ROUTES, self.repository, call, matched[1]) if matched else NOT_FOUND

    def setting(self, path: str) -> Reply | None:
        """What is at the path of a setting; None where the path is none."""
        if any(path.startswith(beginning) for beginning in self.repository.forbidden):
            return _NO_USER
        if path in self.repository.settings:
            return Reply(200, self.repository.settings[path])
        # GitHub gives the rules of branches that do not exist, too.
        return Reply(200, []) if path.startswith("rules/branches/") else None

    def routed(self, routes: Iterable[Route[_Subject]], subject: _Subject, call: Call, path: str) -> Reply:
        """A setting, or what a path's action makes of the subject, given the groups of its pattern."""
        if call.method == "GET" and (reply := self.setting(path)):
            return reply
        for method, pattern, action in routes:
            if method == call.method and (matched := re.fullmatch(pattern, path)):
                return action(subject, call._replace(parts=matched.groups()))
        return NOT_FOUND


def _handler_of(stand_in: GitHubStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Nothing: the state tells which calls came."""

        def _answer(self) -> None:
            address = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            call = Call(
                method=self.command,
                base=f"http://{self.headers['Host']}",
                path=address.path,
                query={name: values[-1] for name, values in parse_qs(address.query).items()},
                fields=json.loads(content) if content else {},
            )
            reply = stand_in.answer(call, self.headers.get("Authorization", ""))
            if reply is None:
                self.close_connection = True
            else:
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            body = b"" if reply.document is None else json.dumps(reply.document).encode()
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815 - the names that http.server looks for

    return Handler
