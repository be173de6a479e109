"""The marker by which a post is found again, and what no text can do to it.

What is kept under a marker is tested through the commands: tests/cli/test_ci_comment.py and test_ci_issue.py.
"""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.ci.platform import Post
from reconciler.ci.posts import marked, our_comments

markers = st.text(min_size=1) | st.sampled_from(["plan", "apply production", "-->", "a--b---", "\n", "%2D"])


def _found(body: str, marker: str) -> list[Post]:
    post = Post(1, body, "https://platform.test/1", "bot", may_write=True)
    platform: Any = SimpleNamespace(comments=lambda _pull: [post])
    return our_comments(platform, 7, marker)


@given(markers, st.text())
def test_what_is_marked_is_found_by_its_marker(marker: str, text: str) -> None:
    assert len(_found(marked(marker, text), marker)) == 1


@given(markers, markers)
def test_other_markers_find_other_things(one: str, other: str) -> None:
    assert bool(_found(marked(one, ""), other)) is (one == other)


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
    assert _found(body, "plan") == []


@pytest.mark.parametrize("line", ["/close", "  /merge", "\t/assign @mallory"])
def test_no_line_of_a_text_is_a_command_to_the_platform(line: str) -> None:
    body = marked("plan", f"3 to add\n{line}\nsee a/b")
    assert f"\n{line.replace('/', chr(92) + '/', 1)}\nsee a/b" in body
