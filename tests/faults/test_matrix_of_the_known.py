"""The matrix of faults once more, for members who are in the panel: to change, to unsubscribe, to delete.

All are in the panel, so a member called `absent` would be claimed wrongly. They are in the lockfile too,
except those who are suppressed: nobody knows of those but the suppression list, and they are deleted.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from fault_table import ADDING, FOR_GOOD, HANGS, MEMBERS, SIZE, Ends, Message, table
from rehearsal import Rehearsal, ahead, api, known, people, prepared, rehearse
from socket_vendor import SocketVendor

KNOWN = [{"emailAddress": address, "city": "Rome"} for address in people(MEMBERS)]
STAYING = {"emailAddress": "staying@example.org"}
WITHOUT_ASKING = ("--allow", "delete")


def _departing(by: str, done: str) -> Message:
    return Message(
        proven=done,
        doubted="unattributed",
        counts="four",
        first=f"members{done.capitalize()}Successfully",
        second="membersUnavailable",
        last="membersBlocked",
        right=f"{by} panel members",
        nowhere=f"does not know the call to {by} members",
    )


# The API doesn't confirm updates, so after doubt there is nothing less to say.
CHANGING = ADDING._replace(proven="resubmitted", doubted="resubmitted")
WORDS = {
    "change": CHANGING,
    "unsubscribe": _departing("unsubscribe", "unsubscribed"),
    "delete": _departing("delete", "deleted"),
    "suppressed": _departing("delete", "deleted"),
}
TABLES = {asks: table(words) for asks, words in WORDS.items()}


class Case(NamedTuple):
    """What is asked about the members, and the fault that it meets for so many calls."""

    asks: str
    fault: str
    times: int
    concurrency: int

    @property
    def ends(self) -> Ends:
        """What the table says of it."""
        return TABLES[self.asks][self.fault][self.times, self.concurrency]

    def __str__(self) -> str:
        how = "for-good" if self.times > 1 else "once"
        return f"{self.asks}-{self.fault}-{how}-{self.concurrency}"


# Tried every day are those in which a removal or a change may end otherwise than adding does.
TELLING = {
    Case("delete", "reset-after", 1, 4),
    Case("delete", "reset-after", FOR_GOOD, 4),
    Case("delete", "400", FOR_GOOD, 4),
    Case("delete", "413", 1, 1),
    Case("delete", "403", 1, 4),
    Case("delete", "wrong-counts", 1, 4),
    Case("delete", "missing-counts", 1, 4),
    Case("unsubscribe", "500", 1, 4),
    Case("unsubscribe", "text-counts", 1, 4),
    Case("suppressed", "reset-after", 1, 4),
    Case("suppressed", "reset-after", FOR_GOOD, 4),
    Case("suppressed", "400", FOR_GOOD, 4),
    Case("suppressed", "missing-counts", 1, 4),
    Case("change", "reset-after", 1, 4),
    Case("change", "400", FOR_GOOD, 4),
    Case("change", "login-page", 1, 4),
}


def _is_tried(case: Case) -> bool:
    """Each fault is tried with members to delete, once and for good.

    Changes and unsubscriptions go the same way. Suppressed people are deleted by the same calls, and differ
    in what is recorded: of those a few are enough. One call at a time is for `test_matrix` to try.
    """
    return case in TELLING or (case.asks == "delete" and case.concurrency > 1)


CASES = [
    case
    for asks, rows in TABLES.items()
    for fault, ends in rows.items()
    for case in (Case(asks, fault, *how) for how in ends)
    if _is_tried(case)
]


def _marked(case: Case) -> object:
    marks = [] if case in TELLING else [pytest.mark.exhaustive]
    return pytest.param(case, marks=marks, id=str(case))


def _rehearse(folder: Path, case: Case) -> Rehearsal:
    way = "on_suppress: delete" if case.asks == "suppressed" else f"on_remove: {case.asks}"
    policy = f"policy: {{on_change: resubmit, {'on_remove: forget' if case.asks == 'change' else way}}}\n"
    timeout = 1 if case.fault in HANGS else 5
    settings = api(batch_size=SIZE, concurrency=case.concurrency, timeout=timeout) + policy
    with SocketVendor(f"{case.fault}:{case.times}", holds=[*KNOWN, STAYING], updates_known=True) as vendor:
        world = prepared(folder, vendor.base_url, 0, settings)
        if case.asks == "suppressed":
            known(world, vendor.base_url, [STAYING])
            world.write("p/suppressed.txt", "".join(f"{who['emailAddress']}\n" for who in KNOWN))
        else:
            known(world, vendor.base_url, [*KNOWN, STAYING])
        changed = [{**who, "city": "Oslo"} for who in KNOWN] if case.asks == "change" else []
        world.members(STAYING, *changed)
        return rehearse(world, vendor, always=WITHOUT_ASKING, then_again=True)


@pytest.fixture(scope="module")
def ended(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Case], Rehearsal]]:
    with ahead(request, tmp_path_factory, _rehearse) as find:
        yield find


def _recorded(case: Case) -> Counter[str]:
    """How many removals the lockfile records after the first apply, by its word."""
    kept = {"delete": (), "change": (), "unsubscribe": ("unsubscribed", "unattributed")}
    words = kept.get(case.asks, case.ends.outcomes)
    return +Counter({word: case.ends.outcomes.get(word, 0) for word in words})


def _remembered(case: Case) -> Counter[str]:
    """How many members the lockfile knows after the first apply, by its word; of the others none is gone."""
    if case.asks == "suppressed":
        return Counter(added=1)
    found = Counter(case.ends.outcomes)
    unsettled = MEMBERS - sum(found.values())
    stays = Counter(added=1 + unsettled + found.pop("rejected", 0))  # what was refused is noted beside them
    return stays + Counter({word: found[word] for word in ("unconfirmed", "resubmitted")})


@pytest.mark.parametrize("case", [_marked(case) for case in CASES])
def test_a_fault_ends_as_the_table_says(ended: Callable[[Case], Rehearsal], case: Case) -> None:
    found, ends = ended(case), case.ends
    assert found.result.code == ends.code, found.words
    assert ends.words in found.words
    assert found.outcomes == _remembered(case)
    assert found.departed == _recorded(case)
    summary = {word: count for word, count in found.report["summary"].items() if count}
    unsent = MEMBERS - sum(ends.outcomes.values())
    assert summary == {**ends.outcomes, **({"unsent": unsent} if unsent else {})}
    assert found.report["calls"] == len(found.seen)
    assert len(found.seen) in (ends.calls if isinstance(ends.calls, range) else [ends.calls])
    assert found.report["exit_code"] == ends.code
    assert found.left_over == set()


@pytest.mark.parametrize("case", [_marked(case) for case in CASES if case.ends.code])
def test_once_the_fault_is_mended_the_next_apply_asks_about_nobody_who_had_an_answer(
    ended: Callable[[Case], Rehearsal], case: Case
) -> None:
    found, outcomes = ended(case), case.ends.outcomes
    assert found.again is not None
    refused = outcomes.get("rejected", 0)
    assert found.again.code == (3 if refused else 0), found.again.err
    left = MEMBERS - refused - outcomes.get(WORDS[case.asks].proven, 0)
    assert found.calls_of_the_next == -(-left // SIZE)
    assert found.after is not None
    if case.asks == "suppressed":
        assert found.after == Counter(added=1)
        return
    assert found.after["added"] == 1 + refused
    stay = MEMBERS - refused if case.asks == "change" else 0
    assert sum(found.after.values()) == 1 + refused + stay
    assert found.after["unconfirmed"] == 0
