"""Each fault, once and for good, with one call and with four under way: how the run ends, and what is known.

The vendor is behind a real socket, the program is a real process. Eight members go out in four batches, to a
panel that is empty at first: so whoever is recorded as `existing` would be claimed wrongly.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from ahead import ahead
from rehearsal import ATTEMPTS, Rehearsal, api, prepared, rehearse
from socket_vendor import SocketVendor

from reconciler.sandbox.faults import FAULTS

MEMBERS, SIZE = 8, 2
BATCHES = MEMBERS // SIZE
FOR_GOOD = 99


class Ends(NamedTuple):
    """How a run ends: exit code, calls that the vendor sees, words that the user sees, members by outcome.

    Whoever is in no outcome is unsent; with no outcome at all there is no lockfile.
    """

    code: int
    calls: int | range
    words: str
    outcomes: Mapping[str, int]


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


# What is asked again and then goes well.
PROVEN = Ends(0, BATCHES + 1, "8 added", {"added": 8})
DOUBTED = Ends(0, BATCHES + 1, "6 added, 2 unattributed", {"added": 6, "unattributed": 2})
WAITED = PROVEN._replace(words="s before the next attempt: HTTP 429: Too many requests")
FINE = PROVEN._replace(calls=BATCHES)
# What is asked again, each time in vain.
LOST = Ends(3, 3 * ATTEMPTS, "3 batches in a row got no usable answer", {"unconfirmed": 6})
LOST_AT_ONCE = LOST._replace(calls=range(3 * ATTEMPTS, BATCHES * ATTEMPTS + 1), outcomes={"unconfirmed": 8})
TURNED_AWAY = LOST._replace(words="Too many requests", outcomes={})


def unusable(words: str) -> dict[tuple[int, int], Ends]:
    """An answer that says nothing is not asked for again; it may say why."""
    once = Ends(3, BATCHES, f"A batch got no usable answer: {words}", {"added": 6, "unconfirmed": 2})
    for_good = Ends(3, 3, f"3 batches got no usable answer: {words}", {"unconfirmed": 6})
    at_once = for_good._replace(
        calls=BATCHES, outcomes={"unconfirmed": 8}, words=f"batches got no usable answer: {words}"
    )
    return {(1, 1): once, (1, 4): once, (FOR_GOOD, 1): for_good, (FOR_GOOD, 4): at_once}


def denied(words: str) -> dict[tuple[int, int], Ends]:
    """What no call can mend ends the run: with 1 where nothing is confirmed, else with 3."""
    at_first = Ends(1, 1, words, {})
    return {
        (1, 1): at_first,
        (1, 4): Ends(3, BATCHES, words, {"added": 6}),
        (FOR_GOOD, 1): at_first,
        (FOR_GOOD, 4): at_first._replace(calls=BATCHES),
    }


def repeated(once: Ends, words: str) -> dict[tuple[int, int], Ends]:
    """What leaves it open whether the server acted is asked again, and is doubted where that is in vain."""
    return {
        (1, 1): once,
        (1, 4): once,
        (FOR_GOOD, 1): LOST._replace(words=words),
        (FOR_GOOD, 4): LOST_AT_ONCE._replace(words=words),
    }


def throttled(once: Ends) -> dict[tuple[int, int], Ends]:
    """What was turned away unread is asked again, and leaves no doubt."""
    at_once = TURNED_AWAY._replace(calls=LOST_AT_ONCE.calls)
    return {(1, 1): once, (1, 4): once, (FOR_GOOD, 1): TURNED_AWAY, (FOR_GOOD, 4): at_once}


def fine() -> dict[tuple[int, int], Ends]:
    """What is no fault at all."""
    return dict.fromkeys([(1, 1), (1, 4), (FOR_GOOD, 1), (FOR_GOOD, 4)], FINE)


USED_UP = "The licence's allowance of API calls is used up"
TABLE: Mapping[str, Mapping[tuple[int, int], Ends]] = {
    "reset-before": repeated(PROVEN, "Connection reset by peer"),
    "reset-after": repeated(DOUBTED, "Connection reset by peer"),
    "cut": repeated(DOUBTED, "the answer broke off"),
    "trickle": repeated(DOUBTED, "no whole answer within 1 seconds"),
    "silence": repeated(DOUBTED, "no whole answer within 1 seconds"),
    "500": repeated(DOUBTED, "HTTP 500: We are not able to process your request"),
    "500-before": repeated(PROVEN, "HTTP 500: We are not able to process your request"),
    "502": repeated(DOUBTED, "HTTP 502: the server failed"),
    "503": repeated(DOUBTED, "HTTP 503: the server failed"),
    "429": throttled(PROVEN),
    "429-retry-after": throttled(WAITED),
    "429-retry-date": throttled(WAITED),
    "allowance": {
        (1, 1): Ends(3, 1, USED_UP, {}),
        (1, 4): Ends(3, BATCHES, USED_UP, {"added": 6}),
        (FOR_GOOD, 1): Ends(3, 1, USED_UP, {}),
        (FOR_GOOD, 4): Ends(3, BATCHES, USED_UP, {}),
    },
    "400": {
        (1, 1): PROVEN._replace(calls=BATCHES + 2),  # the batch, and its two halves
        (1, 4): PROVEN._replace(calls=BATCHES + 2),
        (FOR_GOOD, 1): Ends(3, 3 * BATCHES, "the API's word: Invalid URL parameters", {"rejected": 8}),
        (FOR_GOOD, 4): Ends(3, 3 * BATCHES, "the API's word: Invalid URL parameters", {"rejected": 8}),
    },
    "413": {
        (1, 1): PROVEN._replace(calls=1 + MEMBERS),  # from there on each goes alone
        (1, 4): PROVEN._replace(calls=BATCHES + 2),  # the others were under way
        (FOR_GOOD, 1): Ends(3, 1 + MEMBERS, "the API's word: The request body is too large", {"rejected": 8}),
        (FOR_GOOD, 4): Ends(3, 3 * BATCHES, "the API's word: The request body is too large", {"rejected": 8}),
    },
    "401": denied("Check the key in the variable KEY"),
    "403": denied("Check what the key in the variable KEY may do"),
    "404": denied("Check datacenter or base_url in environment.yaml"),
    "redirect": denied("the API redirects to elsewhere.invalid, and redirects are never followed"),
    "login-page": unusable("HTTP 200 with a web page, such as a login page, and no JSON"),
    "wrong-counts": unusable("the two counts don't add up to the members sent"),
    "negative-counts": unusable("HTTP 200 with JSON in which membersFailedToBeAdded is below zero"),
    "missing-counts": unusable("HTTP 200 with JSON in which membersFailedToBeAdded is missing"),
    "text-counts": unusable("HTTP 200 with JSON in which membersAddedSuccessfully is not a whole number"),
    "huge": unusable("HTTP 200 with an answer too long"),
    "extra-keys": fine(),
    "gzip": fine(),
}
HANGS = {"trickle", "silence"}
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
    assert found.outcomes == (Counter(ends.outcomes) if ends.outcomes else None)
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
