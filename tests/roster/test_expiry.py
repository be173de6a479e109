"""Which texts are days, and in which order they come."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.member import is_day


@given(one=st.dates(), other=st.dates())
def test_each_day_of_the_calendar_is_one_and_sorts_as_text(one: date, other: date) -> None:
    assert is_day(one.isoformat())
    assert (one < other) == (one.isoformat() < other.isoformat())


@pytest.mark.parametrize(
    "text",
    ["", "2027-1-1", "20270101", "2027-W01-1", "2027-02-29", "0000-01-01", "٢٠٢٧-01-01", "2027-01-01\n"],
)
def test_what_is_written_otherwise_or_not_in_the_calendar_is_none(text: str) -> None:
    assert not is_day(text)


@given(text=st.text())
def test_anything_else_is_answered(text: str) -> None:
    assert not is_day(text) or date.fromisoformat(text).isoformat() == text
