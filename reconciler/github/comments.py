"""One comment on a pull request, kept up to date in place.

Source: GitHub's page *REST API endpoints for issue comments*: a pull request's comments are an issue's; they
are listed oldest first.
"""

from enum import StrEnum
from typing import NamedTuple

from reconciler.github.client import GitHub
from reconciler.github.marker import marked, says_the_same
from reconciler.github.once import create_once
from reconciler.github.ours import ours
from reconciler.github.posted import COMMENT, COMMENTS, Comment


class Deed(StrEnum):
    """What was done about something that should stand on GitHub just so."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class PutComment(NamedTuple):
    """What was done; `address` is the comment's page, `duplicates` counts those that were deleted."""

    deed: Deed
    address: str
    duplicates: int = 0


def our_comments(github: GitHub, pull: int, marker: str) -> list[Comment]:
    """The comments on a pull request that stand under our marker, the oldest first.

    Raises:
        GitHubError: they can't be read.
    """
    comments = github.read_all(f"issues/{pull}/comments", COMMENTS)
    return sorted(ours(github, comments, marker), key=lambda each: each.id)


def put_comment(github: GitHub, pull: int, marker: str, text: str) -> PutComment:
    """See to it that one comment under the marker says the text, and that there is no other.

    Raises:
        GitHubError: it could not be done.
    """
    there = update_comment(github, pull, marker, text)
    return there or PutComment(Deed.CREATED, _create(github, pull, marker, marked(marker, text)).html_url)


def update_comment(github: GitHub, pull: int, marker: str, text: str) -> PutComment | None:
    """The same, but where there is no comment under the marker: then nothing is done, and None returned.

    Two runs that raced may have left several: the oldest stays.

    Raises:
        GitHubError: it could not be done.
    """
    there = our_comments(github, pull, marker)
    if not there:
        return None
    oldest, *others = there
    body = marked(marker, text)
    deed = Deed.UNCHANGED if says_the_same(oldest.body, body) else Deed.UPDATED
    if deed is Deed.UPDATED:
        oldest = github.change(f"issues/comments/{oldest.id}", {"body": body}, COMMENT)
    for other in others:
        github.delete(f"issues/comments/{other.id}")
    return PutComment(deed, oldest.html_url, len(others))


def _create(github: GitHub, pull: int, marker: str, body: str) -> Comment:
    return create_once(
        lambda: github.create(f"issues/{pull}/comments", {"body": body}, COMMENT),
        lambda: our_comments(github, pull, marker),
    )
