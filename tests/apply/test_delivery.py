"""A disk that fails in the middle of a delivery: whoever is in doubt is left so, all the same."""

import asyncio
from pathlib import Path

from disk_room import UNLIMITED, room_for
from people import NOTHING_YET, environment_of, person
from vendor import Vendor

from reconciler.apply.batch import Batch
from reconciler.apply.journal import Journal, journal_path
from reconciler.apply.push import push
from reconciler.apply.signals import Signals
from reconciler.apply.stop import Cause, Stop
from reconciler.apply.tally import Tally
from reconciler.environment.model import Api, Retry
from reconciler.files import prepare_working_folder
from reconciler.lockfile.model import Unconfirmed
from reconciler.questionpro.panel import Answer, Lost, Refused, Reply

AT = "2026-11-23T09:00:00Z"
PAIR = Batch(1, {"ada@example.org": person("ada"), "bob@example.org": person("bob")})
FAULTS: dict[int, Answer | None] = {0: Lost("reset"), 1: Refused("no")}
QUICK = Api(retry=Retry(attempts=2, initial_wait=0.001, max_wait=0.001))


class Silent:
    def progressed(self, settled: int, total: int, calls: int) -> None:
        assert settled <= total <= calls * total

    def called(self, at: str, members: int, reply: Reply) -> None:
        assert (at, reply.sent) == (AT, True)
        assert members <= len(PAIR)

    def waiting(self, seconds: float, reason: str) -> None:
        assert seconds >= 0
        assert reason


def push_with_room_for(size: int, folder: Path) -> tuple[Stop, Tally, bytes]:
    """Push a pair whose first call is lost and whose second is refused, so that it is split in doubt."""
    environment = environment_of(folder=folder, api=QUICK)
    prepare_working_folder(environment.working_folder)
    journal, tally = Journal.begin(environment, [PAIR], NOTHING_YET, started=AT), Tally(len(PAIR), Silent())
    vendor = Vendor(fault=FAULTS.get)
    with room_for(size):
        stop = asyncio.run(push([PAIR], vendor, journal, environment, tally, Signals(), lambda: AT))
    journal.close()
    return stop, tally, journal_path(environment).read_bytes()


def test_all_parts_of_a_batch_in_doubt_stay_in_doubt_where_the_disk_takes_no_more(tmp_path: Path) -> None:
    _, _, journal = push_with_room_for(UNLIMITED, tmp_path / "rehearsal")
    as_far_as_the_split = journal.index(b'"sending"', journal.index(b'"split"'))
    stop, tally, _ = push_with_room_for(as_far_as_the_split, tmp_path / "real")
    assert stop.cause is Cause.DISK
    assert tally.entries == {key: Unconfirmed(AT, who) for key, who in PAIR.members.items()}
