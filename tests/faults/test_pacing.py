"""Against a server that counts strictly, in sliding windows, no call of an apply is turned away."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from rehearsal import Rehearsal, ahead, prepared, rehearse
from socket_vendor import SocketVendor

from reconciler.environment.model import RateLimit

pytestmark = pytest.mark.exhaustive

RATE = RateLimit(calls=10, seconds=1)
CALLS = 25


class Case(NamedTuple):
    """How many calls are under way at once, and how many seconds the server takes for each."""

    concurrency: int
    delay: float

    def __str__(self) -> str:
        return f"{self.concurrency}-at-once-answered-in-{self.delay}s"


class Paced(NamedTuple):
    """The apply, and how many of its calls the server turned away."""

    rehearsal: Rehearsal
    turned_away: int


def _rehearse(folder: Path, case: Case) -> Paced:
    with SocketVendor(rate=RATE, delay=case.delay) as vendor:
        rate = f"rate_limit: {{calls: {RATE.calls}, seconds: {RATE.seconds}}}"
        settings = f"api: {{batch_size: 1, concurrency: {case.concurrency}, {rate}}}\n"
        found = rehearse(prepared(folder, vendor.base_url, CALLS, settings), vendor)
        return Paced(found, len(vendor.answered(429)))


@pytest.fixture(scope="module")
def paced(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Case], Paced]]:
    with ahead(request, tmp_path_factory, _rehearse, at_once=4) as find:
        yield find


@pytest.mark.parametrize("case", [Case(1, 0), Case(4, 0.3), Case(16, 0.1)], ids=str)
def test_no_call_is_ever_turned_away(paced: Callable[[Case], Paced], case: Case) -> None:
    found = paced(case)
    assert found.turned_away == 0
    assert found.rehearsal.result.code == 0
    assert found.rehearsal.report["calls"] == len(found.rehearsal.seen) == CALLS
