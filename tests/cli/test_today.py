"""The day is that of UTC, wherever the machine stands."""

import time
from datetime import UTC, datetime

import pytest

from reconciler.cli.invocation import day_of
from reconciler.member import is_day


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_zone_makes_no_difference(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        before, day, after = str(datetime.now(UTC).date()), day_of(None).today, str(datetime.now(UTC).date())
    finally:
        monkeypatch.undo()
        time.tzset()
    assert is_day(day)
    assert before <= day <= after
