"""Sending to a panel in memory that knows the truth; journal and event loop are the real ones."""

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from mortal import UNLIMITED, room_for
from people import NOTHING_YET, batch_of, environment_of, person
from vendor import Onlooker, Vendor

from reconciler.apply.batches import cut
from reconciler.apply.journal import Journal, read_journal
from reconciler.apply.sender import send
from reconciler.apply.signals import Cause, Signals, Stop
from reconciler.apply.stats import RunStats
from reconciler.environment.model import Api, RateLimit, Retry
from reconciler.files import prepare_working_folder
from reconciler.lockfile.model import Knowledge, Present, Rejected, Unconfirmed
from reconciler.plan.model import Operation, OperationKind
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    Denied,
    Lost,
    Refused,
    Throttled,
    Unreachable,
    Unusable,
)

QUICK = Retry(attempts=3, initial_wait=0.001, max_wait=0.002)


class Sent:
    """All batches sent, and what its journal says of it afterwards."""

    def __init__(self, folder: Path, vendor: Vendor, people: int, api: Api, doubtful: str = "") -> None:
        environment = environment_of(folder=folder, api=api)
        prepare_working_folder(environment.working_folder)
        names = [f"p{number:03}" for number in range(people)]
        adds = [
            Operation(OperationKind.ADD, f"{n}@example.org", person(n), n in doubtful.split()) for n in names
        ]
        batches = cut(adds, api.batch_size)
        journal = Journal.begin(environment, batches, NOTHING_YET, started="2026-11-23T09:00:00Z")
        seconds = count()
        self.stats = RunStats(people, Onlooker())
        self.stop: Stop = asyncio.run(
            send(
                batches,
                vendor,
                journal,
                environment,
                self.stats,
                Signals(),
                lambda: f"2026-11-23T09:00:{next(seconds)}Z",
            )
        )
        journal.close()
        run = read_journal(environment.journal_path.read_bytes())
        assert run is not None
        self.journalled = {key: learnt.knowledge for key, learnt in run.learnt.items()}

    def outcomes(self) -> dict[str, str]:
        """By the number in the name: what became of each who was settled."""
        assert self.journalled == self.stats.entries
        return {key[1:4]: _word(entry) for key, entry in sorted(self.stats.entries.items())}


def _word(entry: Knowledge) -> str:
    return entry.outcome.value if isinstance(entry, Present) else type(entry).__name__.lower()


def api(batch_size: int = 100, concurrency: int = 1, retry: Retry = QUICK) -> Api:
    return Api(batch_size=batch_size, concurrency=concurrency, retry=retry, rate_limit=RateLimit(10_000, 1))


def in_turn(*answers: Answer) -> Callable[[int], Answer | None]:
    """What goes wrong with the first calls; all is well after that."""
    return dict(enumerate(answers)).get


@pytest.mark.parametrize("concurrency", [1, 4])
def test_each_batch_is_judged_by_its_own_answer(tmp_path: Path, concurrency: int) -> None:
    vendor = Vendor({"p002@example.org", "p003@example.org", "p004@example.org"})
    sent = Sent(tmp_path, vendor, 6, api(2, concurrency))
    assert [*sent.outcomes().values()] == ["added"] * 2 + ["existing"] * 2 + ["unattributed"] * 2
    assert sent.stats.calls == 3
    assert not sent.stop.is_thrown


def test_a_lost_answer_is_asked_for_again_and_never_called_existing(tmp_path: Path) -> None:
    sent = Sent(tmp_path, Vendor(fault=in_turn(Lost("reset"))), 2, api())
    assert set(sent.outcomes().values()) == {"unattributed"}
    assert (sent.stats.calls, sent.stats.retries) == (2, 1)


def test_being_throttled_or_unreachable_leaves_no_doubt(tmp_path: Path) -> None:
    faults = in_turn(Throttled("slow"), Unreachable("refused"))
    sent = Sent(tmp_path, Vendor({"p000@example.org"}, fault=faults), 1, api())
    assert set(sent.outcomes().values()) == {"existing"}


def test_doubt_belongs_to_the_member_and_not_to_the_batch(tmp_path: Path) -> None:
    vendor = Vendor({"p000@example.org", "p001@example.org"})
    sent = Sent(tmp_path, vendor, 2, api(), doubtful="p001")
    assert sent.outcomes() == {"000": "existing", "001": "unattributed"}


def test_an_answer_that_says_nothing_is_not_asked_for_again(tmp_path: Path) -> None:
    sent = Sent(tmp_path, Vendor(fault=in_turn(Unusable("a login page"))), 2, api())
    assert set(sent.outcomes().values()) == {"unconfirmed"}
    assert sent.stats.calls == 1


def test_counts_that_do_not_add_up_leave_the_batch_unconfirmed_and_the_next_goes_on(tmp_path: Path) -> None:
    sent = Sent(tmp_path, Vendor(fault=in_turn(Counted(7, 0))), 4, api(2))
    assert [*sent.outcomes().values()] == ["unconfirmed"] * 2 + ["added"] * 2


def test_after_all_attempts_are_lost_the_batch_is_unconfirmed(tmp_path: Path) -> None:
    sent = Sent(tmp_path, Vendor(fault=in_turn(*[Lost("reset")] * 3)), 2, api())
    assert set(sent.outcomes().values()) == {"unconfirmed"}
    assert sent.stats.calls == 3


def test_after_all_attempts_are_throttled_nothing_is_known_and_nothing_doubted(tmp_path: Path) -> None:
    sent = Sent(tmp_path, Vendor(fault=in_turn(*[Throttled("slow")] * 3)), 2, api())
    assert sent.outcomes() == {}


def test_a_doubt_is_not_taken_away_by_a_later_answer_that_leaves_none(tmp_path: Path) -> None:
    faults = in_turn(Lost("reset"), Throttled("slow"), Throttled("slow"))
    assert set(Sent(tmp_path, Vendor(fault=faults), 2, api()).outcomes().values()) == {"unconfirmed"}


def test_three_batches_in_a_row_without_a_usable_answer_end_the_run(tmp_path: Path) -> None:
    sent = Sent(tmp_path, Vendor(fault=lambda _: Unusable("a login page")), 9, api(1))
    assert sent.stop.cause is Cause.NO_USABLE_ANSWER
    assert sent.stats.calls == 3


def test_a_usable_answer_starts_the_count_anew(tmp_path: Path) -> None:
    bad = Unusable("a login page")
    faults = {0: bad, 1: bad, 3: bad, 4: bad}
    sent = Sent(tmp_path, Vendor(fault=faults.get), 6, api(1))
    assert not sent.stop.is_thrown


@pytest.mark.parametrize(
    ("answer", "cause"),
    [(Denied("401", "check"), Cause.DENIED), (AllowanceUsedUp("1013"), Cause.ALLOWANCE)],
)
def test_what_no_call_can_mend_stops_at_once_and_keeps_what_is_confirmed(
    tmp_path: Path, answer: Answer, cause: Cause
) -> None:
    sent = Sent(tmp_path, Vendor(fault={1: answer}.get), 6, api(2))
    assert sent.stop.cause is cause
    assert sent.stats.calls == 2
    assert [*sent.outcomes().values()] == ["added"] * 2


@pytest.mark.parametrize("at_fault", [0, 1, 50, 98, 99])
def test_one_refused_member_is_alone_after_about_log2_calls_and_the_others_go_through(
    tmp_path: Path, at_fault: int
) -> None:
    bad = f"p{at_fault:03}@example.org"
    sent = Sent(tmp_path, Vendor(refuses={bad}), 100, api())
    outcomes = sent.outcomes()
    assert outcomes.pop(bad[1:4]) == "rejected"
    assert set(outcomes.values()) == {"added"}
    assert len(outcomes) == 99
    assert sent.stats.calls <= 15


@pytest.mark.parametrize("bad", [(0, 1), (0, 99), (0, 1, 2, 3), (40, 41, 42, 43, 44, 45)])
def test_neighbours_who_are_refused_block_nobody(tmp_path: Path, bad: tuple[int, ...]) -> None:
    refused = {f"p{number:03}@example.org" for number in bad}
    sent = Sent(tmp_path, Vendor(refuses=refused), 100, api())
    assert len(sent.outcomes()) == 100
    assert {f"p{key}@example.org" for key, word in sent.outcomes().items() if word == "rejected"} == refused


def test_where_everybody_is_refused_alike_nobody_is_marked_and_some_twenty_calls_are_spent(
    tmp_path: Path,
) -> None:
    vendor = Vendor(refuses={f"p{number:03}@example.org" for number in range(500)})
    sent = Sent(tmp_path, vendor, 500, api())
    assert "no more members to add were sent" in str(sent.stats.refused_alike[-1])
    assert sent.outcomes() == {}
    assert sent.stats.calls <= 20


def test_a_few_who_are_all_refused_are_each_marked(tmp_path: Path) -> None:
    vendor = Vendor(refuses={f"p{number:03}@example.org" for number in range(3)})
    sent = Sent(tmp_path, vendor, 3, api())
    assert set(sent.outcomes().values()) == {"rejected"}
    assert not sent.stop.is_thrown


def test_the_parts_of_a_doubtful_batch_are_doubtful(tmp_path: Path) -> None:
    vendor = Vendor({"p000@example.org"}, refuses={"p001@example.org"}, fault=in_turn(Lost("reset")))
    sent = Sent(tmp_path, vendor, 2, api())
    assert sent.outcomes() == {"000": "unattributed", "001": "rejected"}
    refused = sent.stats.entries["p001@example.org"]
    assert isinstance(refused, Rejected)
    assert refused.doubtful


def test_a_batch_that_is_too_large_halves_the_size_from_there_on(tmp_path: Path) -> None:
    vendor = Vendor(largest=3)
    sent = Sent(tmp_path, vendor, 20, api(10))
    assert [len(batch) for batch in vendor.batches] == [10, 5, 3, 2, 3, 2, 3, 3, 3, 1]
    assert set(sent.outcomes().values()) == {"added"}


def test_a_member_too_large_alone_is_refused(tmp_path: Path) -> None:
    assert Sent(tmp_path, Vendor(largest=0), 1, api()).outcomes() == {"000": "rejected"}


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_batch_that_is_refused_alike_blocks_no_other_and_marks_nobody(
    tmp_path: Path, concurrency: int
) -> None:
    vendor = Vendor(refuses={f"p{number:03}@example.org" for number in range(10)})
    sent = Sent(tmp_path, vendor, 60, api(10, concurrency))
    assert set(sent.outcomes().values()) == {"added"}
    assert len(sent.outcomes()) == 50
    assert not sent.stop.is_thrown
    (problem,) = sent.stats.refused_alike
    assert "p000@example.org" in str(problem)
    assert sent.stats.calls <= 5 + 12


@pytest.mark.parametrize("concurrency", [1, 4, 16])
def test_a_second_batch_refused_alike_ends_the_adding_soon(tmp_path: Path, concurrency: int) -> None:
    vendor = Vendor(refuses={f"p{number:03}@example.org" for number in range(400)})
    sent = Sent(tmp_path, vendor, 400, api(100, concurrency))
    assert "no more members to add were sent" in str(sent.stats.refused_alike[-1])
    assert sent.outcomes() == {}
    assert sent.stats.calls <= 22


AT = "2026-11-23T09:00:00Z"
PAIR = batch_of({"ada@example.org": person("ada"), "bob@example.org": person("bob")})
FAULTS: dict[int, Answer | None] = {0: Lost("reset"), 1: Refused("no")}
QUICK_API = Api(retry=Retry(attempts=2, initial_wait=0.001, max_wait=0.001))


def send_with_room_for(size: int, folder: Path) -> tuple[Stop, RunStats, bytes]:
    """Send a pair whose first call is lost and whose second is refused, so that it is split in doubt."""
    environment = environment_of(folder=folder, api=QUICK_API)
    prepare_working_folder(environment.working_folder)
    journal, stats = (
        Journal.begin(environment, [PAIR], NOTHING_YET, started=AT),
        RunStats(len(PAIR), Onlooker()),
    )
    vendor = Vendor(fault=FAULTS.get)
    with room_for(size):
        stop = asyncio.run(send([PAIR], vendor, journal, environment, stats, Signals(), lambda: AT))
    journal.close()
    return stop, stats, environment.journal_path.read_bytes()


def test_all_parts_of_a_batch_in_doubt_stay_in_doubt_where_the_disk_takes_no_more(tmp_path: Path) -> None:
    _, _, journal = send_with_room_for(UNLIMITED, tmp_path / "rehearsal")
    as_far_as_the_split = journal.index(b'"sending"', journal.index(b'"split"'))
    stop, stats, _ = send_with_room_for(as_far_as_the_split, tmp_path / "real")
    assert stop.cause is Cause.DISK
    assert stats.entries == {
        key: Unconfirmed(AT, operation.attributes) for key, operation in PAIR.members.items()
    }
