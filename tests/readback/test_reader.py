"""A read of the panel: what it sees, when it is complete, and that nobody is called gone who is there."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listing_panel import ListingPanel, Watcher, address, member, read

from reconciler.problems import plain
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Denied,
    Lost,
    Page,
    ReadPage,
    Refused,
    Throttled,
    Unreachable,
    Unusable,
)
from reconciler.readback.model import PanelRead
from reconciler.readback.reader import least_calls, usual_limit

_MANY = [f"m{number:03}" for number in range(250)]


def _keys(*names: str) -> set[str]:
    return {address(name) for name in names}


def _reason(found: PanelRead) -> str:
    return plain(found.reason)


def test_pages_are_read_until_one_is_empty() -> None:
    panel = ListingPanel(*_MANY)
    found = read(panel, *_MANY)
    assert found.is_complete
    assert found.members.keys() == _keys(*_MANY)
    assert found.calls == 4
    assert panel.asked == [ReadPage(number) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize("size", [1, 40, 99])
def test_pages_may_be_shorter_than_asked_for(size: int) -> None:
    found = read(ListingPanel(*_MANY, size=size), *_MANY)
    assert found.is_complete
    assert len(found.members) == 250


def test_a_member_on_no_page_is_looked_up_and_only_then_not_seen() -> None:
    watcher = Watcher()
    panel = ListingPanel("ada", "bob", "cleo")
    found = read(panel, "ada", "dan", watcher=watcher)
    assert found.is_complete
    assert found.missing == _keys("dan")
    assert watcher.asked == [1]
    assert panel.asked[-1] == ReadPage(1, address("dan"))
    assert found.calls == 3


def test_a_look_up_finds_by_identity_and_no_other() -> None:
    panel = ListingPanel("ada", "bob", before=lambda panel, call: _join(panel, "DAN") if call == 2 else None)
    assert read(panel, "ada", "dan").members.keys() == _keys("ada", "bob", "dan")
    found = read(ListingPanel("ada", "bob", "jordan"), "ada", "dan")
    assert found.missing == _keys("dan")


def test_a_look_up_that_brings_a_full_page_of_others_proves_nothing() -> None:
    found = read(ListingPanel("dan1", "jordan", size=1), "dan1", "dan", known=["dan1"])
    assert not found.missing
    assert not found.is_complete
    assert "look-ups of 1 member" in _reason(found)


def test_look_ups_are_asked_for_and_without_a_yes_nobody_is_not_seen() -> None:
    found = read(ListingPanel("ada"), "ada", "dan", watcher=Watcher(agrees=False))
    assert not found.missing
    assert "have not been looked up" in _reason(found)
    assert found.calls == 2


def test_look_ups_that_would_exceed_the_limit_are_not_begun() -> None:
    watcher = Watcher()
    gone = [f"gone{number}" for number in range(5)]
    found = read(ListingPanel("ada"), "ada", *gone, most_calls=6, watcher=watcher)
    assert (found.calls, found.missing, watcher.asked) == (2, frozenset(), [])
    assert "5 members were on no page" in _reason(found)


def test_of_more_than_twenty_missing_the_pages_are_read_once_more_first() -> None:
    watcher = Watcher()
    late = [f"late{number}" for number in range(30)]

    def arrive(panel: ListingPanel, call: int) -> None:
        if call == 2:
            panel.members += [member(name) for name in late[:25]]

    panel = ListingPanel("ada", before=arrive)
    found = read(panel, "ada", *late, watcher=watcher)
    assert watcher.again == [30]
    assert watcher.asked == [5]
    assert found.missing == _keys(*late[25:])
    assert [request.number for request in panel.asked if request.search is None] == [1, 2, 1, 2]


@pytest.mark.parametrize("size", [2, 100])
def test_a_server_that_repeats_its_last_page_for_ever_is_left(size: int) -> None:
    def repeat(panel: ListingPanel, call: int) -> Answer | None:
        last = panel.members[-1:] if size == 2 else panel.members
        return Page(tuple(last)) if call * size >= len(panel.members) else None

    panel = ListingPanel("ada", "bob", "cleo", size=size, before=repeat)
    found = read(panel, "ada", "dan")
    assert "two pages in a row" in _reason(found)
    assert not found.missing
    assert len(panel.asked) <= 4


def test_of_two_entries_the_later_counts_and_the_read_is_not_complete_if_they_differ() -> None:
    def rewrite(panel: ListingPanel, call: int) -> None:
        if call == 1:
            panel.members = [member("new"), *(member(name, city="Oslo") for name in ("ada", "bob", "cleo"))]

    found = read(ListingPanel("ada", "bob", "cleo", size=2, before=rewrite), "ada")
    assert found.members[address("bob")] == member("bob", city="Oslo")
    assert "1 member came twice with different fields" in _reason(found)


def test_equal_entries_on_two_pages_are_one_member() -> None:
    def join(panel: ListingPanel, call: int) -> None:
        if call == 1:
            panel.members.insert(0, member("new"))

    found = read(ListingPanel("ada", "bob", "cleo", size=2, before=join), "ada", "bob", "cleo")
    assert found.is_complete
    assert found.members.keys() == _keys("ada", "bob", "cleo")


def test_one_address_in_two_spellings_is_one_member_and_the_read_is_not_complete() -> None:
    found = read(ListingPanel("ada", {"emailAddress": "ADA@example.org"}), "ada")
    assert found.members.keys() == _keys("ada")
    assert not found.is_complete


@pytest.mark.parametrize("odd", [{}, {"emailAddress": ""}, {"emailAddress": "ada"}, {"firstName": "Ada"}])
def test_a_member_without_a_usable_address_is_counted(odd: dict[str, Any]) -> None:
    found = read(ListingPanel("ada", odd), "ada")
    assert found.is_complete
    assert (len(found.members), found.without_address) == (1, 1)


def test_a_read_that_sees_nobody_whom_the_lockfile_knows_says_nothing() -> None:
    panel = ListingPanel(*_MANY)
    found = read(panel, "ada", "bob")
    assert not found.is_complete
    assert not found.missing
    assert "none is on any page" in _reason(found)
    assert len(panel.asked) == 4  # and nobody is looked up


def test_a_panel_of_nobody_says_nothing() -> None:
    found = read(ListingPanel(), "ada")
    assert (found.is_complete, found.missing, found.calls) == (False, frozenset(), 1)


def test_without_anybody_known_a_read_says_nothing() -> None:
    found = read(ListingPanel("ada"))
    assert not found.is_complete
    assert found.members.keys() == _keys("ada")


@pytest.mark.parametrize("answer", [Lost("503"), Throttled("429", retry_after=0.001), Unreachable("refused")])
def test_a_call_is_made_again_where_that_may_help(answer: Answer) -> None:
    watcher = Watcher()
    panel = ListingPanel("ada", before=lambda _, call: answer if call in {0, 2} else None)
    found = read(panel, "ada", watcher=watcher)
    assert found.is_complete
    assert found.calls == len(panel.asked) == 4
    assert len(watcher.waits) == 2


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        (Lost("503"), 4),
        (Unusable("a login page"), 2),
        (Refused("Invalid parameters"), 2),
        (AllowanceUsedUp("API call limit exceeded"), 2),
        (Throttled("429", retry_after=10_000), 2),
        (Denied("HTTP 403: No", "check"), 2),
    ],
)
def test_a_page_that_does_not_come_ends_the_read(answer: Answer, calls: int) -> None:
    panel = ListingPanel("ada", "bob", size=1, before=lambda _, call: answer if call else None)
    found = read(panel, "ada", "dan")
    assert found.members.keys() == _keys("ada")
    assert not found.is_complete
    assert not found.missing
    assert found.denial is None
    assert len(panel.asked) == calls


def test_a_refusal_before_the_first_page_is_told_as_one() -> None:
    found = read(ListingPanel("ada", before=lambda *_: Denied("HTTP 403: No", "Ask for it.")), "ada")
    assert found.denial is not None
    assert plain(found.denial.hint) == "Ask for it."


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_more_calls_are_made_than_allowed(limit: int) -> None:
    panel = ListingPanel(*_MANY, before=lambda _, call: Lost("503") if call == 1 else None)
    found = read(panel, *_MANY, most_calls=limit)
    assert len(panel.asked) == found.calls == limit
    assert f"{limit} call" in _reason(found)


def test_look_ups_that_end_early_keep_what_they_found() -> None:
    panel = ListingPanel("ada", before=lambda _, call: Unusable("a web page") if call == 3 else None)
    found = read(panel, "ada", "bob", "cleo", "dan")
    assert found.missing == _keys("bob")
    assert not found.is_complete


@pytest.mark.parametrize(
    ("members", "least", "usual"), [(0, 1, 12), (1, 2, 14), (100, 2, 14), (101, 3, 16), (100_000, 1001, 2012)]
)
def test_the_price_of_a_read(members: int, least: int, usual: int) -> None:
    assert (least_calls(members), usual_limit(members)) == (least, usual)


_NAMES = st.sampled_from([f"m{number}" for number in range(12)])
_CHANGE = st.one_of(
    st.tuples(st.just("join"), _NAMES, st.integers(0, 12)),
    st.tuples(st.just("leave"), _NAMES, st.just(0)),
    st.tuples(st.just("move"), _NAMES, st.integers(0, 12)),
    st.tuples(st.just("edit"), _NAMES, st.integers(0, 9)),
)


@settings(max_examples=100)
@given(
    st.lists(_NAMES, unique=True, min_size=1),
    st.integers(1, 5),
    st.lists(st.lists(_CHANGE, max_size=4), max_size=12),
)
def test_nobody_is_called_missing_who_is_there_however_the_panel_changes(
    names: list[str], size: int, changes: list[list[tuple[str, str, int]]]
) -> None:
    """`absent` are those who were not in the panel at some moment of the read."""
    absent: set[str] = set()

    def change(panel: ListingPanel, call: int) -> None:
        for kind, name, place in changes[call] if call < len(changes) else ():
            _apply(panel, kind, name, place)
        absent.update(_keys(*names) - panel.keys)

    found = read(ListingPanel(*names, size=size, before=change), *names)
    assert found.missing <= absent
    if found.is_complete:
        assert _keys(*names) == (found.members.keys() & _keys(*names)) | found.missing
        assert not found.missing & found.members.keys()


def _join(panel: ListingPanel, name: str) -> None:
    panel.members.insert(0, member(name))


def _apply(panel: ListingPanel, kind: str, name: str, place: int) -> None:
    """Others write."""
    there = [each for each in panel.members if each["emailAddress"] == address(name)]
    match kind:
        case "join" if not there:
            panel.members.insert(place, member(name))
        case "leave" if there:
            panel.members.remove(there[0])
        case "move" if there:
            panel.members.remove(there[0])
            panel.members.insert(place, there[0])
        case "edit" if there:
            there[0]["city"] = str(place)


def test_a_page_of_one_proves_nothing_about_a_panel_that_may_have_no_longer_ones() -> None:
    """Dan was on no page while others came and went, and a look-up that is cut may hide him."""

    def change(panel: ListingPanel, call: int) -> None:
        if call == 1:
            panel.members.pop(0)
        elif call == 2:
            _join(panel, "jordan")

    found = read(ListingPanel("jordan", "dan", size=1, before=change), "jordan", "dan", known=["jordan"])
    assert not found.missing
    assert not found.is_complete
