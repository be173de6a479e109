"""What is kept under a marker, on a platform in memory: whatever has these few methods is one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply.report import Provenance
from reconciler.checks import Check
from reconciler.ci.platform import Guidance, Platform, Post, PullRequest, Unavailable, Wanted
from reconciler.ci.posts import Change, Kept, close_issues, keep_comment, keep_issue, marked, our_comments
from reconciler.problems import Problem

markers = st.text(min_size=1) | st.sampled_from(["plan", "apply production", "-->", "a--b---", "\n", "%2D"])


@dataclass
class Memory(Platform):
    """A platform that holds its posts in a list; `lost` lets the answers to creating posts be lost."""

    posts: list[Post] = field(default_factory=list)
    closed: list[Post] = field(default_factory=list)
    name = "Memory"
    guidance = Guidance("pull request", "It is in memory.", "Ask.", "Ask.")
    most_characters = 1000
    login: str | None = None
    repository = "team/panels"
    provenance = Provenance(None, None, None)
    lost: bool = False

    def add(self, body: str, *, author: str = "bot", may_write: bool = True, title: str = "") -> Post:
        number = len(self.posts) + len(self.closed) + 1
        self.posts.append(Post(number, body, f"https://memory.test/{number}", author, may_write, title))
        return self.posts[-1]

    def pull_request(self) -> PullRequest | None:
        return None

    def comments(self, _pull: int) -> list[Post]:
        return self.posts[::-1]

    def add_comment(self, _pull: int, body: str) -> Post:
        return self._created(self.add(body))

    def change_comment(self, _pull: int, comment: Post, body: str) -> Post:
        return self._changed(comment, comment._replace(body=body))

    def delete_comment(self, _pull: int, comment: Post) -> None:
        self.posts.remove(comment)

    def open_issues(self) -> list[Post]:
        return self.posts[::-1]

    def add_issue(self, title: str, body: str) -> Post:
        return self._created(self.add(body, title=title))

    def change_issue(self, issue: Post, title: str, body: str) -> Post:
        return self._changed(issue, issue._replace(title=title, body=body))

    def close_issue(self, issue: Post, *, is_duplicate: bool = False) -> Post:
        del is_duplicate
        self.posts.remove(issue)
        self.closed.append(issue)
        return issue

    def merged_pulls(self, _commit: str) -> list[int]:
        return []

    def settings_checks(self, _wanted: Wanted) -> Iterator[Check]:
        return iter(())

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def _created(self, post: Post) -> Post:
        if self.lost:
            raise Unavailable(Problem(("No answer.",)), in_doubt=True)
        return post

    def _changed(self, before: Post, after: Post) -> Post:
        self.posts[self.posts.index(before)] = after
        return after


Keep = Callable[[Memory, str], Kept | None]


def _comment(platform: Memory, text: str) -> Kept | None:
    return keep_comment(platform, 7, "plan", text)


def _issue(platform: Memory, text: str) -> Kept | None:
    return keep_issue(platform, "plan", "Title", text)


each_kind = pytest.mark.parametrize("keep", [_comment, _issue], ids=["comment", "issue"])


def bodies(platform: Memory) -> list[str]:
    return [post.body for post in platform.posts]


@each_kind
def test_one_post_is_created_then_updated_then_left_alone(keep: Keep) -> None:
    platform = Memory()
    changes = [kept.change for text in ("3", "4", "4") if (kept := keep(platform, text))]
    assert changes == [Change.CREATED, Change.UPDATED, Change.UNCHANGED]
    assert bodies(platform) == [marked("plan", "4")]


@each_kind
def test_of_several_the_oldest_stays(keep: Keep) -> None:
    platform = Memory()
    for text in "345":
        platform.add(marked("plan", text), title="Title")
    kept = keep(platform, "6")
    assert kept is not None
    assert (kept.change, kept.duplicates, kept.address) == (Change.UPDATED, 2, "https://memory.test/1")
    assert bodies(platform) == [marked("plan", "6")]


@each_kind
def test_a_post_whose_answer_was_lost_is_found_and_not_created_twice(keep: Keep) -> None:
    platform = Memory(lost=True)
    kept = keep(platform, "3")
    assert kept is not None
    assert kept.change is Change.CREATED
    assert len(platform.posts) == 1


@each_kind
def test_a_strangers_post_under_the_marker_is_not_ours(keep: Keep) -> None:
    platform = Memory(login="ada")
    platform.add(marked("plan", "forged"), author="mallory", may_write=False, title="Title")
    platform.add(marked("plan", "nobody's"), author="", may_write=False, title="Title")
    keep(platform, "3")
    assert bodies(platform) == [*(marked("plan", text) for text in ("forged", "nobody's", "3"))]


@each_kind
def test_our_own_post_is_ours_though_write_access_is_not_known(keep: Keep) -> None:
    platform = Memory(login="ada")
    platform.add(marked("plan", "3"), author="ada", may_write=False, title="Title")
    keep(platform, "4")
    assert bodies(platform) == [marked("plan", "4")]


def test_only_what_is_there_is_updated_where_that_is_asked_for() -> None:
    assert keep_comment(Memory(), 7, "plan", "3", only_update=True) is None


def test_closing_closes_all_of_the_marker_and_no_other() -> None:
    platform = Memory()
    keep_issue(platform, "drift", "Title", "3")
    keep_issue(platform, "panel", "Title", "3")
    assert close_issues(platform, "drift") == ["https://memory.test/1"]
    assert bodies(platform) == [marked("panel", "3")]


def test_another_title_is_a_change() -> None:
    platform = Memory()
    keep_issue(platform, "drift", "Title", "3")
    assert keep_issue(platform, "drift", "Another", "3").change is Change.UPDATED


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\n\n\r\n"])
def test_line_ends_and_what_is_trimmed_make_no_difference(ends: str) -> None:
    platform = Memory()
    platform.add(marked("plan", f"a{ends[-2:]}b{ends}").replace("\n", "\r\n"))
    kept = _comment(platform, f"a{ends[-2:]}b")
    assert kept is not None


# Markers


@given(markers, st.text())
def test_what_is_marked_is_found_by_its_marker(marker: str, text: str) -> None:
    platform = Memory()
    platform.add(marked(marker, text))
    assert len(our_comments(platform, 7, marker)) == 1


@given(markers, markers)
def test_other_markers_find_other_things(one: str, other: str) -> None:
    platform = Memory()
    platform.add(marked(one, ""))
    assert bool(our_comments(platform, 7, other)) is (one == other)


@given(markers, st.text(st.characters(exclude_characters="/")))
def test_the_marker_is_one_line_and_one_comment(marker: str, text: str) -> None:
    line, _, rest = marked(marker, text).partition("\n")
    assert rest == text
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert "--" not in line.removeprefix("<!--").removesuffix("-->")


@pytest.mark.parametrize(
    "body",
    ["", "x", "> <!-- reconciler: plan -->", "x\n<!-- reconciler: plan -->", "<!-- reconciler: plans -->"],
)
def test_the_marker_is_the_first_line_alone(body: str) -> None:
    platform = Memory()
    platform.add(body)
    assert our_comments(platform, 7, "plan") == []


@pytest.mark.parametrize("line", ["/close", "  /merge", "\t/assign @mallory"])
def test_no_line_of_a_text_is_a_command_to_the_platform(line: str) -> None:
    platform = Memory()
    text = f"3 to add\n{line}\nsee a/b"
    keep_comment(platform, 7, "plan", text)
    (post,) = platform.posts
    assert f"\n{line.replace('/', chr(92) + '/', 1)}\nsee a/b" in post.body
    kept = keep_comment(platform, 7, "plan", text)
    assert kept is not None
    assert kept.change is Change.UNCHANGED
