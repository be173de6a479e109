"""Pushing against a panel in memory that knows the truth; journal and event loop are the real ones."""

import asyncio
from itertools import count
from pathlib import Path

import pytest
from people import NOTHING_YET, environment_of, person
from vendor import Vendor

from reconciler.apply.batch import Errand, Kind, cut
from reconciler.apply.journal import Journal, journal_path
from reconciler.apply.journal_reader import read_journal
from reconciler.apply.push import push
from reconciler.apply.signals import Signals
from reconciler.apply.stop import Cause, Stop
from reconciler.apply.tally import Tally
from reconciler.environment.model import Api, RateLimit, Retry
from reconciler.files import prepare_working_folder
from reconciler.lockfile.model import Knowledge, Present, Rejected
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    Denied,
    Lost,
    Reply,
    Throttled,
    Unreachable,
    Unusable,
)

QUICK = Retry(attempts=3, initial_wait=0.001, max_wait=0.002)


class Silent:
    def progressed(self, settled: int, total: int, calls: int) -> None:
        assert settled <= total
        assert calls >= 0

    def called(self, at: str, members: int, reply: Reply) -> None:
        assert at
        assert members
        assert reply.sent or isinstance(reply.answer, Unreachable)

    def waiting(self, seconds: float, reason: str) -> None:
        assert seconds >= 0
        assert reason


class Pushed:
    """One push, and what its journal says of it afterwards."""

    def __init__(self, folder: Path, vendor: Vendor, people: int, api: Api, doubtful: str = "") -> None:
        environment = environment_of(folder=folder, api=api)
        prepare_working_folder(environment.working_folder)
        names = [f"p{number:03}" for number in range(people)]
        adds = [Errand(Kind.ADD, f"{n}@example.org", person(n), n in doubtful.split()) for n in names]
        batches = cut(adds, api.batch_size)
        journal = Journal.begin(environment, batches, NOTHING_YET, started="2026-11-23T09:00:00Z")
        seconds = count()
        self.tally = Tally(people, Silent())
        self.stop: Stop = asyncio.run(
            push(
                batches,
                vendor,
                journal,
                environment,
                self.tally,
                Signals(),
                lambda: f"2026-11-23T09:00:{next(seconds)}Z",
            )
        )
        journal.close()
        run = read_journal(journal_path(environment).read_bytes())
        assert run is not None
        self.journalled = {key: learnt.knowledge for key, learnt in run.learnt.items()}

    def outcomes(self) -> dict[str, str]:
        """By the number in the name: what became of each who was settled."""
        assert self.journalled == self.tally.entries
        return {key[1:4]: _word(entry) for key, entry in sorted(self.tally.entries.items())}


def _word(entry: Knowledge) -> str:
    return entry.outcome.value if isinstance(entry, Present) else type(entry).__name__.lower()


def api(batch_size: int = 100, concurrency: int = 1, retry: Retry = QUICK) -> Api:
    return Api(batch_size=batch_size, concurrency=concurrency, retry=retry, rate_limit=RateLimit(10_000, 1))


def once(answer: Answer) -> "Faults":
    return Faults([answer])


class Faults:
    def __init__(self, answers: list[Answer]) -> None:
        self._answers = iter(answers)

    def __call__(self, _: int) -> Answer | None:
        return next(self._answers, None)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_each_batch_is_judged_by_its_own_answer(tmp_path: Path, concurrency: int) -> None:
    vendor = Vendor({"p002@example.org", "p003@example.org", "p004@example.org"})
    pushed = Pushed(tmp_path, vendor, 6, api(2, concurrency))
    assert [*pushed.outcomes().values()] == ["added"] * 2 + ["existing"] * 2 + ["unattributed"] * 2
    assert pushed.tally.calls == 3
    assert not pushed.stop.is_thrown


def test_a_lost_answer_is_asked_for_again_and_never_called_existing(tmp_path: Path) -> None:
    pushed = Pushed(tmp_path, Vendor(fault=once(Lost("reset"))), 2, api())
    assert set(pushed.outcomes().values()) == {"unattributed"}
    assert (pushed.tally.calls, pushed.tally.retries) == (2, 1)


def test_being_throttled_or_unreachable_leaves_no_doubt(tmp_path: Path) -> None:
    faults = Faults([Throttled("slow"), Unreachable("refused")])
    pushed = Pushed(tmp_path, Vendor({"p000@example.org"}, fault=faults), 1, api())
    assert set(pushed.outcomes().values()) == {"existing"}


def test_doubt_belongs_to_the_member_and_not_to_the_batch(tmp_path: Path) -> None:
    vendor = Vendor({"p000@example.org", "p001@example.org"})
    pushed = Pushed(tmp_path, vendor, 2, api(), doubtful="p001")
    assert pushed.outcomes() == {"000": "existing", "001": "unattributed"}


def test_an_answer_that_says_nothing_is_not_asked_for_again(tmp_path: Path) -> None:
    pushed = Pushed(tmp_path, Vendor(fault=once(Unusable("a login page"))), 2, api())
    assert set(pushed.outcomes().values()) == {"unconfirmed"}
    assert pushed.tally.calls == 1


def test_counts_that_do_not_add_up_leave_the_batch_unconfirmed_and_the_next_goes_on(tmp_path: Path) -> None:
    pushed = Pushed(tmp_path, Vendor(fault=once(Counted(7, 0))), 4, api(2))
    assert [*pushed.outcomes().values()] == ["unconfirmed"] * 2 + ["added"] * 2


def test_after_all_attempts_are_lost_the_batch_is_unconfirmed(tmp_path: Path) -> None:
    pushed = Pushed(tmp_path, Vendor(fault=Faults([Lost("reset")] * 3)), 2, api())
    assert set(pushed.outcomes().values()) == {"unconfirmed"}
    assert pushed.tally.calls == 3


def test_after_all_attempts_are_throttled_nothing_is_known_and_nothing_doubted(tmp_path: Path) -> None:
    pushed = Pushed(tmp_path, Vendor(fault=Faults([Throttled("slow")] * 3)), 2, api())
    assert pushed.outcomes() == {}


def test_a_doubt_is_not_taken_away_by_a_later_answer_that_leaves_none(tmp_path: Path) -> None:
    faults = Faults([Lost("reset"), Throttled("slow"), Throttled("slow")])
    assert set(Pushed(tmp_path, Vendor(fault=faults), 2, api()).outcomes().values()) == {"unconfirmed"}


def test_three_batches_in_a_row_without_a_usable_answer_end_the_run(tmp_path: Path) -> None:
    pushed = Pushed(tmp_path, Vendor(fault=lambda _: Unusable("a login page")), 9, api(1))
    assert pushed.stop.cause is Cause.NO_USABLE_ANSWER
    assert pushed.tally.calls == 3


def test_a_usable_answer_starts_the_count_anew(tmp_path: Path) -> None:
    bad = Unusable("a login page")
    faults = {0: bad, 1: bad, 3: bad, 4: bad}
    pushed = Pushed(tmp_path, Vendor(fault=faults.get), 6, api(1))
    assert not pushed.stop.is_thrown


@pytest.mark.parametrize(
    ("answer", "cause"),
    [(Denied("401", "check"), Cause.DENIED), (AllowanceUsedUp("1013"), Cause.ALLOWANCE)],
)
def test_what_no_call_can_mend_stops_at_once_and_keeps_what_is_confirmed(
    tmp_path: Path, answer: Answer, cause: Cause
) -> None:
    pushed = Pushed(tmp_path, Vendor(fault={1: answer}.get), 6, api(2))
    assert pushed.stop.cause is cause
    assert pushed.tally.calls == 2
    assert [*pushed.outcomes().values()] == ["added"] * 2


@pytest.mark.parametrize("at_fault", [0, 1, 50, 98, 99])
def test_one_refused_member_stands_alone_after_about_log2_calls_and_the_others_go_through(
    tmp_path: Path, at_fault: int
) -> None:
    bad = f"p{at_fault:03}@example.org"
    pushed = Pushed(tmp_path, Vendor(refuses={bad}), 100, api())
    outcomes = pushed.outcomes()
    assert outcomes.pop(bad[1:4]) == "rejected"
    assert set(outcomes.values()) == {"added"}
    assert len(outcomes) == 99
    assert pushed.tally.calls <= 15


@pytest.mark.parametrize("bad", [(0, 1), (0, 99), (0, 1, 2, 3), (40, 41, 42, 43, 44, 45)])
def test_neighbours_who_are_refused_block_nobody(tmp_path: Path, bad: tuple[int, ...]) -> None:
    refused = {f"p{number:03}@example.org" for number in bad}
    pushed = Pushed(tmp_path, Vendor(refuses=refused), 100, api())
    assert len(pushed.outcomes()) == 100
    assert {f"p{key}@example.org" for key, word in pushed.outcomes().items() if word == "rejected"} == refused


def test_where_everybody_is_refused_alike_nobody_is_marked_and_some_twenty_calls_are_spent(
    tmp_path: Path,
) -> None:
    vendor = Vendor(refuses={f"p{number:03}@example.org" for number in range(500)})
    pushed = Pushed(tmp_path, vendor, 500, api())
    assert "no more members to add were sent" in str(pushed.tally.refused_alike[-1])
    assert pushed.outcomes() == {}
    assert pushed.tally.calls <= 20


def test_a_few_who_are_all_refused_are_each_marked(tmp_path: Path) -> None:
    vendor = Vendor(refuses={f"p{number:03}@example.org" for number in range(3)})
    pushed = Pushed(tmp_path, vendor, 3, api())
    assert set(pushed.outcomes().values()) == {"rejected"}
    assert not pushed.stop.is_thrown


def test_the_parts_of_a_doubtful_batch_are_doubtful(tmp_path: Path) -> None:
    vendor = Vendor({"p000@example.org"}, refuses={"p001@example.org"}, fault=once(Lost("reset")))
    pushed = Pushed(tmp_path, vendor, 2, api())
    assert pushed.outcomes() == {"000": "unattributed", "001": "rejected"}
    refused = pushed.tally.entries["p001@example.org"]
    assert isinstance(refused, Rejected)
    assert refused.doubtful


def test_a_batch_that_is_too_large_halves_the_size_from_there_on(tmp_path: Path) -> None:
    vendor = Vendor(largest=3)
    pushed = Pushed(tmp_path, vendor, 20, api(10))
    assert [len(batch) for batch in vendor.batches] == [10, 5, 3, 2, 3, 2, 3, 3, 3, 1]
    assert set(pushed.outcomes().values()) == {"added"}


def test_somebody_too_large_alone_is_refused(tmp_path: Path) -> None:
    assert Pushed(tmp_path, Vendor(largest=0), 1, api()).outcomes() == {"000": "rejected"}


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_batch_that_is_refused_alike_blocks_no_other_and_marks_nobody(
    tmp_path: Path, concurrency: int
) -> None:
    vendor = Vendor(refuses={f"p{number:03}@example.org" for number in range(10)})
    pushed = Pushed(tmp_path, vendor, 60, api(10, concurrency))
    assert set(pushed.outcomes().values()) == {"added"}
    assert len(pushed.outcomes()) == 50
    assert not pushed.stop.is_thrown
    (problem,) = pushed.tally.refused_alike
    assert "p000@example.org" in str(problem)
    assert pushed.tally.calls <= 5 + 12


@pytest.mark.parametrize("concurrency", [1, 4, 16])
def test_a_second_batch_refused_alike_ends_the_adding_soon(tmp_path: Path, concurrency: int) -> None:
    vendor = Vendor(refuses={f"p{number:03}@example.org" for number in range(400)})
    pushed = Pushed(tmp_path, vendor, 400, api(100, concurrency))
    assert "no more members to add were sent" in str(pushed.tally.refused_alike[-1])
    assert pushed.outcomes() == {}
    assert pushed.tally.calls <= 22
