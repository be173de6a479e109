"""What a server asks for in `Retry-After`: honoured within bounds, and beyond them the run ends at once."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from rehearsal import Rehearsal, api, prepared, rehearse
from socket_vendor import SocketVendor

from reconciler.sandbox.app import SandboxAnswer
from reconciler.sandbox.faults import Fault

pytestmark = pytest.mark.exhaustive

MEMBERS = 4


def asked_to_wait(folder: Path, header: str, *, status: int = 429, acts: bool = False) -> Rehearsal:
    """An apply of two batches, the first of which is answered with this header."""
    answer = SandboxAnswer(status, b"{}", (("retry-after", header),))
    fault = Fault("wait", acts=acts, says="", alter=lambda *_: answer)
    with SocketVendor(fault) as vendor:
        world = prepared(folder, vendor.base_url, MEMBERS, api(batch_size=2, concurrency=1))
        return rehearse(world, vendor, then_again=True)


def _in(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("header", "until"),
    [
        ("901", r"until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"),
        (_in(7200), r"until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"),
        ("86401", "more than a day"),
        ("9" * 400, "more than a day"),
        (_in(10 * 365 * 86400), "more than a day"),
    ],
    ids=["seconds", "date", "a day and a second", "endless", "years"],
)
def test_a_wait_longer_than_a_run_allows_ends_it_at_once_and_says_until_when(
    tmp_path: Path, header: str, until: str
) -> None:
    found = asked_to_wait(tmp_path, header)
    assert found.result.code == 3
    assert re.search(f"asks to wait {until}", found.result.err)
    assert "HTTP 429" in found.result.err
    assert len(found.seen) == found.report["calls"] == 1
    assert found.outcomes is None
    assert found.report["summary"]["unsent"] == MEMBERS
    assert found.after == Counter(added=MEMBERS)


@pytest.mark.parametrize("status", [408, 503])
def test_where_the_answer_leaves_doubt_so_does_a_long_wait(tmp_path: Path, status: int) -> None:
    found = asked_to_wait(tmp_path, "3600", status=status, acts=True)
    assert found.result.code == 3
    assert found.outcomes == Counter(unconfirmed=2)
    assert found.after == Counter(unattributed=2, added=2)


@pytest.mark.parametrize("header", ["Mon, 01 Jan 2024 00:00:00 +99999999999999", "soon", "-5", ""])
def test_a_header_that_can_not_be_read_counts_as_absent(tmp_path: Path, header: str) -> None:
    found = asked_to_wait(tmp_path, header)
    assert found.result.code == 0
    assert found.outcomes == Counter(added=MEMBERS)


def test_a_408_is_sent_again_like_a_server_error(tmp_path: Path) -> None:
    found = asked_to_wait(tmp_path, "0", status=408, acts=True)
    assert found.result.code == 0
    assert found.outcomes == Counter(unattributed=2, added=2)
    assert len(found.seen) == 3
