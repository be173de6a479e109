"""A cell becomes the text of a field, or is refused: nothing is guessed."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.importing.sheet import Damaged
from reconciler.importing.values import DateOrder, RefusedCell, text_of
from reconciler.problems import plain

_DAYS = st.dates(min_value=date(1000, 1, 1))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1990-12-31", "1990-12-31"),
        ("1990-12-31T00:00:00.000+00:00", "1990-12-31"),
        ("31.12.1990", "1990-12-31"),
        ("12/31/1990", "1990-12-31"),
        ("1990/12/31", "1990-12-31"),
        ("3.3.1990", "1990-03-03"),
    ],
)
def test_a_date_with_one_reading_is_taken(text: str, day: str) -> None:
    assert text_of("birthday", text, {}) == day


@pytest.mark.parametrize("text", ["03.04.1990", "31.12.90", "32.12.1990", "1990-02-30", "spring", "33604"])
def test_a_date_that_has_two_readings_or_none_is_refused(text: str) -> None:
    with pytest.raises(RefusedCell):
        text_of("birthday", text, {})


def test_a_declared_order_decides() -> None:
    assert text_of("birthday", "03.04.1990", {"birthday": DateOrder.DMY}) == "1990-04-03"
    assert text_of("birthday", "03/04/1990", {"birthday": DateOrder.MDY}) == "1990-03-04"


def test_a_declared_order_holds_also_where_another_would_fit() -> None:
    with pytest.raises(RefusedCell):
        text_of("birthday", "12/31/1990", {"birthday": DateOrder.DMY})


@given(_DAYS, st.sampled_from(DateOrder))
def test_each_order_reads_back_the_day_that_was_written(day: date, order: DateOrder) -> None:
    parts = {"d": f"{day.day}", "m": f"{day.month}", "y": f"{day.year}"}
    assert (
        text_of("birthday", ".".join(parts[part] for part in order), {"birthday": order}) == day.isoformat()
    )


@given(_DAYS, st.sampled_from(["{d}.{m}.{y}", "{m}/{d}/{y}", "{y}-{m:02}-{d:02}"]))
def test_without_an_order_a_date_is_right_or_refused(day: date, form: str) -> None:
    text = form.format(d=day.day, m=day.month, y=day.year)
    try:
        found = text_of("birthday", text, {})
    except RefusedCell:
        assert day.month != day.day
        return
    assert found == day.isoformat()


def test_the_cells_of_a_workbook_that_are_dates_are_taken() -> None:
    assert text_of("birthday", date(1990, 12, 31), {}) == "1990-12-31"
    at = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert text_of("creationDate", at, {}) == "2026-05-06T07:08:09+00:00"


@pytest.mark.parametrize("text", ["4.9E+11", "#N/A", "#####"])
def test_a_value_that_a_spreadsheet_damaged_is_refused(text: str) -> None:
    with pytest.raises(RefusedCell):
        text_of("mobileNumber", text, {})


def test_a_damaged_cell_is_refused_with_its_reason() -> None:
    with pytest.raises(RefusedCell) as refused:
        text_of("city", Damaged("the error of a formula"), {})
    assert "the error of a formula" in plain(refused.value.reason)


def test_a_text_keeps_its_zeros() -> None:
    assert text_of("zipCode", "02134", {}) == "02134"


def test_the_mark_of_a_number_as_text_is_removed() -> None:
    assert text_of("zipCode", "'02134", {}) == "02134"
    assert text_of("lastName", "'t Hooft", {}) == "'t Hooft"


def test_a_number_field_takes_whole_numbers_only() -> None:
    assert text_of("referID", "12", {}) == "12"
    with pytest.raises(RefusedCell):
        text_of("referID", "A-12", {})
