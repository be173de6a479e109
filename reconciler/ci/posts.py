"""What Reconciler keeps on a platform: one comment, or one open issue, for each marker.

The marker is a first line that no reader sees. A post counts as ours if it has the marker and comes from
ourselves or from someone with write access.
"""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from reconciler.ci.platform import Platform, Post, Unavailable

# Of two hyphens that could end an HTML comment, the second is escaped.
_NOT_HARMLESS = re.compile(r"[^\w .-]|(?<=-)-", re.ASCII)
# GitLab carries out a line such as `/close` (its page *Quick actions*). Markdown hides the backslash.
_QUICK_ACTION = re.compile(r"^([ \t]*)/", re.MULTILINE)


MARKER = "<!-- reconciler: "
"""How the first line of each of our posts begins."""


class Change(StrEnum):
    """What was done about a post."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Kept(NamedTuple):
    """What was done; `address` is the post's page, `duplicates` counts those that were deleted or closed."""

    change: Change
    address: str
    duplicates: int = 0


def marked(marker: str, text: str) -> str:
    """The text behind the line that marks it: an HTML comment on one line, whatever the marker holds.

    No line of the text is a command to the platform.
    """
    harmless = _QUICK_ACTION.sub(r"\1\\/", text)
    return f"{MARKER}{_NOT_HARMLESS.sub(_escaped, marker)} -->\n{harmless}"


def fits(platform: Platform, marker: str, text: str) -> bool:
    """Whether the platform takes the text behind its marker."""
    return len(marked(marker, text)) <= platform.most_characters


def our_comments(platform: Platform, pull: int, marker: str) -> list[Post]:
    """Our comments on a pull request with this marker, the oldest first."""
    return _ours(platform, platform.comments(pull), marker)


def keep_comment(
    platform: Platform, pull: int, marker: str, text: str, *, only_update: bool = False
) -> Kept | None:
    """Make sure that exactly one comment with the marker exists, and that it has this text.

    Two runs that raced may have left several: the oldest stays. With `only_update`, nothing is posted if
    there is none yet, and None is returned.
    """
    body = marked(marker, text)

    def find() -> list[Post]:
        return our_comments(platform, pull, marker)

    there = find()
    if not there:
        return None if only_update else _created(lambda: platform.add_comment(pull, body), find)
    oldest, *others = there
    is_same = _is_same(oldest.body, body)
    if not is_same:
        oldest = platform.change_comment(pull, oldest, body)
    for other in others:
        platform.delete_comment(pull, other)
    return Kept(Change.UNCHANGED if is_same else Change.UPDATED, oldest.address, len(others))


def keep_issue(platform: Platform, marker: str, title: str, text: str) -> Kept:
    """Make sure that exactly one open issue with the marker exists, and that it has this title and text."""
    body = marked(marker, text)

    def find() -> list[Post]:
        return _ours(platform, platform.open_issues(), marker)

    there = find()
    if not there:
        return _created(lambda: platform.add_issue(title, body), find)
    oldest, *others = there
    is_same = oldest.title == title and _is_same(oldest.body, body)
    if not is_same:
        oldest = platform.change_issue(oldest, title, body)
    for other in others:
        platform.close_issue(other, is_duplicate=True)
    return Kept(Change.UNCHANGED if is_same else Change.UPDATED, oldest.address, len(others))


def close_issues(platform: Platform, marker: str) -> list[str]:
    """Close our open issues with the marker; returns their pages."""
    ours = _ours(platform, platform.open_issues(), marker)
    return [platform.close_issue(issue).address for issue in ours]


def _ours(platform: Platform, posts: Iterable[Post], marker: str) -> list[Post]:
    line = marked(marker, "").rstrip()
    under = [post for post in posts if post.body.partition("\n")[0].rstrip() == line]
    # Only where write access is not known of an author, the platform is asked whether it is ourselves.
    ours = (post for post in under if post.may_write or (post.author and post.author == platform.login))
    return sorted(ours, key=lambda post: post.number)


def _created(create: Callable[[], Post], find: Callable[[], list[Post]]) -> Kept:
    """What `create` makes; where it is unknown whether it did, what `find` finds.

    Nothing is created a second time: a list read just now may not have what was created just before. The next
    run finds it, or creates it.
    """
    try:
        post = create()
    except Unavailable as error:
        found = find() if error.in_doubt else []
        if not found:
            raise
        post = found[0]
    return Kept(Change.CREATED, post.address)


def _is_same(one: str, other: str) -> bool:
    """Whether two bodies are equal, except for line ends and what a platform may trim."""
    first, second = (body.replace("\r\n", "\n").rstrip() for body in (one, other))
    return first == second


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode(errors="replace"))
