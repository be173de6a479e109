"""The journal being written: what is on disk is whole lines, whatever the disk does."""

from pathlib import Path

import pytest
from disk_room import room_for
from people import NOTHING_YET, environment_of, person

from reconciler.apply.batch import Batch, Kind
from reconciler.apply.journal import Journal, journal_path
from reconciler.apply.journal_reader import Learnt, read_journal
from reconciler.errors import DiskFailure
from reconciler.files import prepare_working_folder
from reconciler.lockfile.model import Unconfirmed

AT = "2026-11-23T09:00:00Z"
ADA = Batch(1, {"ada@example.org": person("ada")})


def test_nothing_is_written_behind_a_line_that_the_disk_cut_short(tmp_path: Path) -> None:
    environment = environment_of(folder=tmp_path)
    prepare_working_folder(environment.working_folder)
    journal, path = Journal.begin(environment, [ADA], NOTHING_YET, started=AT), journal_path(environment)
    journal.sending(ADA, AT)
    with room_for(path.stat().st_size + 9), pytest.raises(DiskFailure):
        journal.attempted(ADA, doubt=False)
    with pytest.raises(DiskFailure):
        journal.sending(ADA, AT)
    run = read_journal(path.read_bytes())
    assert run is not None
    assert run.learnt == {
        "ada@example.org": Learnt(Kind.ADD, Unconfirmed(AT, person("ada")), AT, person("ada"))
    }
