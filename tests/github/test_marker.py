from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.github.marker import is_by_writer, is_marked, marked, says_the_same

markers = st.text(min_size=1) | st.sampled_from(["plan", "apply production", "-->", "a--b---", "\n", "%2D"])


class Posted(NamedTuple):
    body: str
    author_association: str = "NONE"
    author_type: str = "User"
    author: str = "ada"


@given(markers, st.text())
def test_what_is_marked_is_found_by_its_marker(marker: str, text: str) -> None:
    assert is_marked(Posted(marked(marker, text)), marker)


@given(markers, markers)
def test_other_markers_find_other_things(one: str, other: str) -> None:
    assert is_marked(Posted(marked(one, "")), other) is (one == other)


@given(markers, st.text())
def test_the_marker_is_one_line_and_one_comment(marker: str, text: str) -> None:
    line, _, rest = marked(marker, text).partition("\n")
    assert rest == text
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert "--" not in line.removeprefix("<!--").removesuffix("-->")


@pytest.mark.parametrize("association", ["OWNER", "MEMBER", "COLLABORATOR"])
def test_some_are_known_to_be_who_may_write(association: str) -> None:
    assert is_by_writer(Posted("", association))


@pytest.mark.parametrize("association", ["CONTRIBUTOR", "FIRST_TIME_CONTRIBUTOR", "NONE", ""])
def test_of_others_it_is_not_known(association: str) -> None:
    assert not is_by_writer(Posted("", association))


def test_a_bot_is_there_by_leave_of_somebody_who_may_write() -> None:
    assert is_by_writer(Posted("", author_type="Bot"))


@pytest.mark.parametrize(
    "body",
    ["", "x", "> <!-- reconciler: plan -->", "x\n<!-- reconciler: plan -->", "<!-- reconciler: plans -->"],
)
def test_the_marker_is_the_first_line_alone(body: str) -> None:
    assert not is_marked(Posted(body), "plan")


def test_line_ends_and_what_is_trimmed_make_no_difference() -> None:
    assert says_the_same("a\r\nb\r\n", "a\nb")
    assert not says_the_same("a\nb", "a b")
