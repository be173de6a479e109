"""`Retry-After` in both of its forms."""

from datetime import UTC, datetime

import pytest

from reconciler.questionpro.answers import seconds_to_wait

NOW = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0), ("7", 7), (" 120 ", 120), ("1.5", 1.5), ("86400", 86400), ("31536000", 31536000)],
)
def test_seconds_are_taken_as_they_are_however_many(header: str, seconds: float) -> None:
    assert seconds_to_wait(header, None, NOW) == seconds


def test_a_date_ahead_is_the_time_until_then() -> None:
    assert seconds_to_wait("Mon, 23 Nov 2026 09:02:00 GMT", None, NOW) == 120


def test_a_date_that_has_passed_is_no_wait() -> None:
    assert seconds_to_wait("Mon, 23 Nov 2026 08:00:00 GMT", None, NOW) == 0


def test_a_date_is_compared_with_the_servers_own_clock() -> None:
    assert seconds_to_wait("Mon, 23 Nov 2026 07:00:30 GMT", "Mon, 23 Nov 2026 07:00:00 GMT", NOW) == 30


def test_a_server_clock_that_is_nonsense_is_passed_over() -> None:
    assert seconds_to_wait("Mon, 23 Nov 2026 09:00:30 GMT", "noon", NOW) == 30


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "soon",
        "-5",
        "1e3",
        "٣",
        "Mon, 99 Nov 2026 09:00:00 GMT",
        "0x10",
        "Mon, 01 Jan 2024 00:00:00 +99999999999999",
        "Mon, 01 Jan 99999999 00:00:00 GMT",
        "Mon, 01 Jan 2024 99:99:99 GMT",
        "Mon, 23 Nov 2026 09:00:00 " + "G" * 100_000,
        "\x00",
    ],
)
def test_nonsense_names_no_time(header: str | None) -> None:
    assert seconds_to_wait(header, None, NOW) is None


@pytest.mark.parametrize("header", ["9" * 20, "9" * 400, "9" * 100_000, "1" * 90 + ".5"])
def test_a_number_of_any_length_is_a_wait_of_many_years(header: str) -> None:
    assert seconds_to_wait(header, None, NOW) == 1e9


@pytest.mark.parametrize("zone", ["+2359", "-2359"])
@pytest.mark.parametrize("day", ["Mon, 01 Jan 0001 00:00:00", "Fri, 31 Dec 9999 23:59:59"])
def test_the_ends_of_the_calendar_are_times_or_nonsense(day: str, zone: str) -> None:
    assert (seconds_to_wait(f"{day} {zone}", None, NOW) or 0) >= 0
    assert (seconds_to_wait("Mon, 23 Nov 2026 09:00:30 GMT", f"{day} {zone}", NOW) or 0) >= 0
