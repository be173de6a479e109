"""One open issue about something that lasts, kept up to date in place, and closed once it is over.

Source: GitHub's page *REST API endpoints for issues*: the list has pull requests too.
"""

from typing import NamedTuple

from reconciler.github.client import GitHub
from reconciler.github.comments import Deed
from reconciler.github.marker import marked, says_the_same
from reconciler.github.once import create_once
from reconciler.github.ours import ours
from reconciler.github.posted import ISSUE, ISSUES, Issue


class PutIssue(NamedTuple):
    """What was done; `address` is the issue's page."""

    deed: Deed
    address: str


def put_issue(github: GitHub, marker: str, title: str, text: str) -> PutIssue:
    """See to it that one open issue under the marker has this title and text.

    Raises:
        GitHubError: it could not be done.
    """
    fields = {"title": title, "body": marked(marker, text)}
    there = _our_issues(github, marker)
    if not there:
        return PutIssue(Deed.CREATED, _open(github, marker, fields).html_url)
    oldest, *others = there
    deed = Deed.UNCHANGED if _says(oldest, fields) else Deed.UPDATED
    if deed is Deed.UPDATED:
        oldest = github.change(f"issues/{oldest.number}", fields, ISSUE)
    for other in others:
        _close(github, other, "not_planned")
    return PutIssue(deed, oldest.html_url)


def close_issues(github: GitHub, marker: str) -> list[str]:
    """Close what is open under the marker; the pages of the issues that were.

    Raises:
        GitHubError: it could not be done.
    """
    return [_close(github, issue, "completed").html_url for issue in _our_issues(github, marker)]


def _our_issues(github: GitHub, marker: str) -> list[Issue]:
    issues = (each for each in github.read_all("issues?state=open", ISSUES) if not each.is_pull_request)
    return sorted(ours(github, issues, marker), key=lambda each: each.number)


def _open(github: GitHub, marker: str, fields: dict[str, str]) -> Issue:
    return create_once(lambda: github.create("issues", fields, ISSUE), lambda: _our_issues(github, marker))


def _close(github: GitHub, issue: Issue, reason: str) -> Issue:
    return github.change(f"issues/{issue.number}", {"state": "closed", "state_reason": reason}, ISSUE)


def _says(issue: Issue, fields: dict[str, str]) -> bool:
    return issue.title == fields["title"] and says_the_same(issue.body, fields["body"])
