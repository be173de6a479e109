"""Each fault, once and for good, with one call and with four under way: how the run ends, and what is known.

The vendor is behind a real socket, the program is a real process. Eight members go out in four batches, to a
panel that is empty at first: so a member recorded as `existing` would be claimed wrongly.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from fault_table import ADDING, FOR_GOOD, HANGS, MEMBERS, SIZE, Ends, table
from rehearsal import Rehearsal, ahead, api, prepared, rehearse
from socket_vendor import SocketVendor

from reconciler.sandbox.faults import FAULTS

TABLE = table(ADDING)


class Case(NamedTuple):
    """A fault, for so many calls, and how many calls are under way at once.

    `then_again` is for a second apply, in which all goes well.
    """

    fault: str
    times: int
    concurrency: int
    then_again: bool = False

    @property
    def ends(self) -> Ends:
        """What the table says of it."""
        return TABLE[self.fault][self.times, self.concurrency]

    def __str__(self) -> str:
        how = "for-good" if self.times > 1 else "once"
        return f"{self.fault}-{how}-{self.concurrency}"


CASES = [Case(fault, *how) for fault, ends in TABLE.items() for how in ends]

# Tried every day are those that end otherwise than another one does; `pytest -m exhaustive` tries them all.
TELLING = {
    (1, 1): {"reset-after", "allowance", "413", "401"},
    (1, 4): TABLE.keys() - {"502", "404", "text-counts", "negative-counts", "429-retry-after"},
    (FOR_GOOD, 1): {"reset-after"},
    (FOR_GOOD, 4): {"429", "login-page"},
}
TELLING_AGAIN = {"401", "login-page"}


def _marked(case: Case) -> object:
    telling = TELLING[case[1:3]]
    is_telling = case.fault in (telling & TELLING_AGAIN if case.then_again else telling)
    return pytest.param(case, marks=[] if is_telling else [pytest.mark.exhaustive], id=str(case))


def _rehearse(folder: Path, case: Case) -> Rehearsal:
    timeout = 1 if case.fault in HANGS else 5
    settings = api(batch_size=SIZE, concurrency=case.concurrency, timeout=timeout)
    with SocketVendor(f"{case.fault}:{case.times}") as vendor:
        world = prepared(folder, vendor.base_url, MEMBERS, settings)
        return rehearse(world, vendor, then_again=case.then_again)


@pytest.fixture(scope="module")
def ended(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Case], Rehearsal]]:
    with ahead(request, tmp_path_factory, _rehearse) as find:
        yield find


@pytest.mark.parametrize("case", [_marked(case) for case in CASES])
def test_a_fault_ends_as_the_table_says(ended: Callable[[Case], Rehearsal], case: Case) -> None:
    found, ends = ended(case), case.ends
    assert found.result.code == ends.code, found.words
    assert ends.words in found.words
    assert found.outcomes == (Counter(ends.outcomes) if ends.outcomes else None)  # else no lockfile
    assert found.report["calls"] == len(found.seen)
    assert len(found.seen) in (ends.calls if isinstance(ends.calls, range) else [ends.calls])
    assert found.report["summary"]["unsent"] == MEMBERS - sum(ends.outcomes.values())
    assert found.report["exit_code"] == ends.code
    assert found.left_over == set()


@pytest.mark.parametrize(
    "case",
    [
        _marked(case._replace(then_again=True))
        for case in CASES
        if case.concurrency > 1 and case.ends.code and "rejected" not in case.ends.outcomes
    ],
)
def test_once_the_fault_is_mended_the_next_apply_ends_whole_and_sends_nobody_again(
    ended: Callable[[Case], Rehearsal], case: Case
) -> None:
    found = ended(case)
    assert found.again is not None
    assert found.again.code == 0, found.again.err
    known = Counter(case.ends.outcomes)
    assert found.after is not None
    assert sum(found.after.values()) == MEMBERS
    assert set(found.after) <= {"added", "unattributed"}
    assert found.after["added"] >= known["added"]
    assert found.after["unattributed"] <= known["unconfirmed"]
    assert found.calls_of_the_next == -(-(MEMBERS - known["added"]) // SIZE)


def test_the_table_knows_each_fault_that_can_be_rehearsed() -> None:
    assert TABLE.keys() == FAULTS.keys() - {"ok"}
