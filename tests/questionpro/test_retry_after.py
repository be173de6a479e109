"""`Retry-After` in both of its forms."""

from datetime import UTC, datetime

import pytest

from reconciler.questionpro.retry_after import seconds_to_wait

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
    "header", [None, "", "soon", "-5", "1e3", "٣", "Mon, 99 Nov 2026 09:00:00 GMT", "0x10"]
)
def test_nonsense_names_no_time(header: str | None) -> None:
    assert seconds_to_wait(header, None, NOW) is None
