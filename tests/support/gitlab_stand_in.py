"""A stand-in for GitLab's REST API on this machine: notes, issues, and the merge requests of commits.

It holds what the stand-in for GitHub holds, serves it as GitLab's pages *Notes API*, *Issues API* and
*Commits API* describe it, and answers to the same paths of its own. The API is below a path prefix, as on an
instance that shares its host.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from github_stand_in import NOT_FOUND, Call, GitHubStandIn, Reply, Route, found, page, pulls_of

TOKEN = "glpat-stand1nT0ken"
JOB_TOKEN = "glcbt-64_stand1nT0ken"
PROJECT = "team/sub.group/panels+1"
NUMBER = "4711"
COMMIT = "4f6b5a1d0c3e2b7a9f8e6d5c4b3a29180716f5e4"
LOGIN = "project_4711_bot"
PREFIX = "/git"
MOST_CHARACTERS = 1_000_000


class GitLabStandIn(GitHubStandIn):
    """As for GitHub; the project is known by its number and by its path. `TOKEN` belongs to `LOGIN`."""

    token = TOKEN
    login = LOGIN

    @property
    def api(self) -> str:
        """The API's address."""
        return f"{self.address}{PREFIX}/api/v4"

    def add_note(self, number: int, body: str, author: str = LOGIN, **more: Any) -> None:
        """A note on a merge request; with `system=True` one of GitLab's own."""
        self.repository.add_comment(number, body, user={"login": author}).update(more)

    def add_issue(self, title: str, body: str, author: str = LOGIN) -> None:
        """An open issue."""
        self.repository.add_issue(title, body, user={"login": author})

    def environ(self, event: Path | None = None) -> dict[str, str]:
        """The variables that GitLab CI/CD sets for a job, and the token."""
        del event  # a merge request's variables are `merge_request_environ`
        return {
            "CI_API_V4_URL": self.api,
            "CI_COMMIT_SHA": COMMIT,
            "CI_JOB_TOKEN": JOB_TOKEN,
            "CI_JOB_URL": "https://gitlab.test/git/team/panels/-/jobs/77",
            "CI_PROJECT_ID": NUMBER,
            "CI_PROJECT_PATH": PROJECT,
            "CI_PROJECT_URL": f"https://gitlab.test/git/{PROJECT}",
            "GITLAB_CI": "true",
            "GITLAB_TOKEN": TOKEN,
        }

    def carry_out(self, call: Call) -> Reply:
        """What GitLab does about a call."""
        if call.path == f"{PREFIX}/api/v4/user":
            return Reply(200, {"id": 5, "username": self.login})
        if call.path == f"{PREFIX}/api/v4/personal_access_tokens/self":
            return Reply(200, {"id": 9, "scopes": self.repository.settings.get("scopes", ["api"])})
        matched = re.fullmatch(rf"{PREFIX}/api/v4/projects/([^/]+)/?(.*)", call.path)
        if not matched or unquote(matched[1]) not in (NUMBER, PROJECT):
            return Reply(404, {"message": "404 Project Not Found"})
        return self.routed(_ROUTES, self, call, matched[2])


def merge_request_environ(number: int, source: str = NUMBER) -> dict[str, str]:
    """The variables of a merge request's pipeline; `source` is the project that the branch is in."""
    return {
        "CI_MERGE_REQUEST_IID": str(number),
        "CI_MERGE_REQUEST_PROJECT_ID": NUMBER,
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": source,
    }


def _list_notes(gitlab: GitLabStandIn, call: Call) -> Reply:
    number = int(call.parts[0])
    notes = [each for each in gitlab.repository.comments if each["issue"] == number]
    return _served(page(notes if call.query.get("sort") == "asc" else notes[::-1], call), _note)


def _create_note(gitlab: GitLabStandIn, call: Call) -> Reply:
    body = str(call.fields["body"])
    if refused := _too_long("note", body):
        return refused
    user = {"login": LOGIN}
    return Reply(201, _note(gitlab.repository.add_comment(int(call.parts[0]), body, user=user)))


def _change_note(gitlab: GitLabStandIn, call: Call) -> Reply:
    note = found(gitlab.repository.comments, "id", call._replace(parts=call.parts[1:]))
    if note is None:
        return NOT_FOUND
    if note["user"]["login"] != LOGIN:
        return Reply(403, {"message": "403 Forbidden"})
    if call.method == "DELETE":
        gitlab.repository.comments.remove(note)
        return Reply(204)
    note["body"] = str(call.fields["body"])
    return Reply(200, _note(note))


def _list_issues(gitlab: GitLabStandIn, call: Call) -> Reply:
    is_mine = call.query.get("scope") == "created_by_me"
    issues = [
        each
        for each in gitlab.repository.issues
        if each["state"] == "open" and (not is_mine or each["user"]["login"] == LOGIN)
    ]
    return _served(page(issues[::-1], call), _issue)


def _create_issue(gitlab: GitLabStandIn, call: Call) -> Reply:
    title, body = str(call.fields["title"]), str(call.fields["description"])
    user = {"login": LOGIN}
    refused = _too_long("description", body)
    return refused or Reply(201, _issue(gitlab.repository.add_issue(title, body, user=user)))


def _change_issue(gitlab: GitLabStandIn, call: Call) -> Reply:
    issue = found(gitlab.repository.issues, "number", call)
    if issue is None:
        return NOT_FOUND
    fields = dict(call.fields)
    if fields.pop("state_event", None) == "close":
        issue["state"] = "closed"
    issue["title"] = fields.get("title", issue["title"])
    issue["body"] = fields.get("description", issue["body"])
    return Reply(200, _issue(issue))


def _list_merge_requests(gitlab: GitLabStandIn, call: Call) -> Reply:
    return _served(page(pulls_of(gitlab.repository, call), call), _merge_request)


_ROUTES: tuple[Route[GitLabStandIn], ...] = (
    ("GET", r"merge_requests/(\d+)/notes", _list_notes),
    ("POST", r"merge_requests/(\d+)/notes", _create_note),
    ("PUT", r"merge_requests/(\d+)/notes/(\d+)", _change_note),
    ("DELETE", r"merge_requests/(\d+)/notes/(\d+)", _change_note),
    ("GET", r"issues", _list_issues),
    ("POST", r"issues", _create_issue),
    ("PUT", r"issues/(\d+)", _change_issue),
    ("GET", r"repository/commits/([^/]+)/merge_requests", _list_merge_requests),
)


def _served(reply: Reply, shape: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Reply:
    return reply._replace(document=[shape(each) for each in reply.document])


def _note(comment: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": comment["id"],
        "type": None,
        "body": comment["body"],
        "author": {"id": 5, "username": comment["user"]["login"]},
        "system": comment.get("system", False),
        "noteable_iid": comment["issue"],
    }


def _issue(issue: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": issue["number"] + 90_000,
        "iid": issue["number"],
        "title": issue["title"],
        "description": issue["body"],
        "state": "opened" if issue["state"] == "open" else "closed",
        "author": {"id": 5, "username": issue["user"]["login"]},
        "web_url": f"https://gitlab.test/git/{PROJECT}/-/issues/{issue['number']}",
    }


def _merge_request(pull: Mapping[str, Any]) -> dict[str, Any]:
    state = "merged" if pull["merged_at"] else "opened"
    return {"id": pull["number"] + 80_000, "iid": pull["number"], "state": state, "title": "Hire"}


def _too_long(field: str, body: str) -> Reply | None:
    if len(body) <= MOST_CHARACTERS:
        return None
    return Reply(400, {"message": {field: [f"is too long (maximum is {MOST_CHARACTERS} characters)"]}})
