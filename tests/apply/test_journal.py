"""The journal, written and read: a run may be killed at any byte, and no more is read than was proven."""

from pathlib import Path

import pytest
from mortal import room_for
from people import NOTHING_YET, batch_of, environment_of, person

from reconciler.apply.journal import (
    Journal,
    Learnt,
    MalformedJournal,
    UnfinishedRun,
    read_journal,
)
from reconciler.errors import DiskFailure
from reconciler.files import prepare_working_folder
from reconciler.lockfile.model import Knowledge, Outcome, Present, Rejected, Unconfirmed

ADA, BOB, CY, DOT = (person(name) for name in ("ada", "bob", "cy", "dot"))
FIRST = batch_of({"ada": ADA, "bob": BOB})
SECOND = batch_of({"cy": CY, "dot": DOT}, number=2, doubtful=["dot"])
LEFT, RIGHT = SECOND.divide(1, iter((3, 4)))
AT = "2026-11-23T09:00:00Z"
LATER = "2026-11-23T09:00:07Z"
ALONE = batch_of({"ada@example.org": ADA})


def begin(folder: Path) -> tuple[Journal, Path]:
    environment = environment_of(folder=folder)
    prepare_working_folder(environment.working_folder)
    return Journal.begin(environment, [FIRST, SECOND], NOTHING_YET, started=AT), environment.journal_path


def read(path: Path) -> UnfinishedRun:
    run = read_journal(path.read_bytes())
    assert run is not None
    return run


def known(run: UnfinishedRun) -> dict[str, Knowledge]:
    return {key: learnt.knowledge for key, learnt in run.learnt.items()}


def test_batches_that_were_not_sent_are_pending_and_nobody_is_in_doubt(tmp_path: Path) -> None:
    _, path = begin(tmp_path)
    assert read(path).pending == (FIRST, SECOND)
    assert known(read(path)) == {}


def test_a_batch_under_way_is_pending_and_its_members_unconfirmed(tmp_path: Path) -> None:
    journal, path = begin(tmp_path)
    journal.sending(FIRST, AT)
    assert read(path).pending == (FIRST, SECOND)
    assert known(read(path)) == {"ada": Unconfirmed(AT, ADA), "bob": Unconfirmed(AT, BOB)}


def test_an_attempt_without_doubt_takes_the_doubt_away_and_one_with_doubt_leaves_it(tmp_path: Path) -> None:
    journal, path = begin(tmp_path)
    journal.sending(FIRST, AT)
    journal.attempted(FIRST, doubt=False)
    assert known(read(path)) == {}
    journal.sending(FIRST, AT)
    journal.attempted(FIRST, doubt=True)
    journal.sending(FIRST, LATER)
    journal.attempted(FIRST, doubt=False)
    assert known(read(path)) == {"ada": Unconfirmed(LATER, ADA), "bob": Unconfirmed(LATER, BOB)}


def test_a_settled_batch_is_known_and_no_longer_pending(tmp_path: Path) -> None:
    journal, path = begin(tmp_path)
    journal.sending(FIRST, AT)
    entries = {"ada": Present(Outcome.ADDED, LATER, ADA), "bob": Present(Outcome.ADDED, LATER, BOB)}
    journal.settled(FIRST, entries, LATER)
    assert read(path).pending == (SECOND,)
    assert known(read(path)) == entries


def test_the_parts_of_a_split_batch_stand_in_its_place_with_its_doubt(tmp_path: Path) -> None:
    journal, path = begin(tmp_path)
    journal.sending(SECOND, AT)
    journal.attempted(SECOND, doubt=True)
    journal.split(SECOND, [LEFT, RIGHT])
    journal.sending(LEFT, LATER)
    journal.settled(LEFT, {"cy": Rejected("no", LATER, CY)}, LATER)
    assert read(path).pending == (FIRST, RIGHT)
    assert known(read(path)) == {"cy": Rejected("no", LATER, CY), "dot": Unconfirmed(AT, DOT)}


def test_at_whichever_byte_a_run_dies_no_more_is_read_than_was_written(tmp_path: Path) -> None:
    journal, path = begin(tmp_path)
    journal.sending(FIRST, AT)
    journal.settled(FIRST, {"ada": Present(Outcome.EXISTING, AT, ADA), "bob": Unconfirmed(AT, BOB)}, AT)
    journal.sending(SECOND, AT)
    journal.attempted(SECOND, doubt=False)
    journal.split(SECOND, [LEFT, RIGHT])
    data = path.read_bytes()
    whole = known(read(path))
    for end in range(data.index(b"\n") + 1, len(data)):
        run = read_journal(data[:end])
        assert run is not None
        for key, entry in known(run).items():
            assert isinstance(entry, Unconfirmed) or entry == whole[key]


def test_a_journal_without_a_first_line_says_nothing() -> None:
    assert read_journal(b"") is None
    assert read_journal(b'{"record":"run","for') is None


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b'{"record":"sending","batch":9,"at":"x"}',
        b'{"record":"sending","batch":"1","at":"x"}',
        b'{"record":"settled","batch":1,"at":"x","members":[["ada","guessed"]]}',
        b'{"record":"unheard of"}',
        b'{"record":"batch","batch":9,"kind":"add","members":{"x":{"emailAddress":"x","y":"z"}},"doubtful":[]}',
        b'{"record":"batch","batch":9,"kind":"add","members":{"x":{"city":"no address"}},"doubtful":[]}',
        b'{"record":"batch","batch":9,"kind":"add","members":{"x":{"emailAddress":5}},"doubtful":[]}',
        b'{"record":"batch","batch":9,"kind":"add","members":{"x":{"profileFields":5}},"doubtful":[]}',
    ],
)
def test_a_line_that_no_run_writes_is_named(tmp_path: Path, line: bytes) -> None:
    _, path = begin(tmp_path)
    with pytest.raises(MalformedJournal) as caught:
        read_journal(path.read_bytes() + line + b"\n")
    assert caught.value.line == 4


def test_nothing_is_written_behind_a_line_that_the_disk_cut_short(tmp_path: Path) -> None:
    environment = environment_of(folder=tmp_path)
    prepare_working_folder(environment.working_folder)
    journal, path = Journal.begin(environment, [ALONE], NOTHING_YET, started=AT), environment.journal_path
    journal.sending(ALONE, AT)
    with room_for(path.stat().st_size + 9), pytest.raises(DiskFailure):
        journal.attempted(ALONE, doubt=False)
    with pytest.raises(DiskFailure):
        journal.sending(ALONE, AT)
    run = read_journal(path.read_bytes())
    assert run is not None
    assert run.learnt == {
        "ada@example.org": Learnt(ALONE.members["ada@example.org"], Unconfirmed(AT, ADA), AT)
    }
