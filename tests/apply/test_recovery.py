"""The journal of a dead run folded into the lockfile: all of it, once, and no more than it says."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import PUSHED, batch_of, environment_of, lockfile_of, lockfiles, people, person, present

from reconciler.apply.batches import Batch
from reconciler.apply.journal import Journal
from reconciler.apply.recovery import interrupted_run, known_state, take_in
from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import prepare_working_folder
from reconciler.lockfile.codec import digest
from reconciler.lockfile.file import LockfileFile
from reconciler.lockfile.model import (
    Departed,
    Departure,
    Entry,
    Gone,
    Knowledge,
    Lockfile,
    Outcome,
    Present,
    Rejected,
    Unconfirmed,
    Undelivered,
)
from reconciler.lockfile.state import KnownState, Lineage
from reconciler.member import Removal
from reconciler.plan.model import Operation, OperationKind

LATER = "2026-11-23T09:00:07Z"
ADA, BOB = person("ada"), person("bob")


def journal_in(
    folder: Path, *batches: Batch, lockfile: Lockfile | None = None
) -> tuple[Environment, Journal]:
    """An environment with this lockfile, and a run that has begun from it with these batches."""
    environment = environment_of(folder=folder)
    prepare_working_folder(environment.working_folder)
    if lockfile is not None:
        LockfileFile(environment).write(lockfile)
    began_from = Lineage(digest(lockfile), ())
    return environment, Journal.begin(environment, batches, began_from, started=PUSHED)


def pending_in(environment: Environment) -> tuple[Batch, ...]:
    run = interrupted_run(environment)
    assert run is not None
    return run.pending


def adding(*members: Mapping[str, Any], number: int = 1) -> Batch:
    return batch_of({member["emailAddress"]: member for member in members}, number=number)


@st.composite
def dead_runs(draw: st.DrawFn) -> tuple[tuple[Batch, str], ...]:
    """Batches, and how far each came: `pending`, `sent`, `in doubt`, or what its members were settled as."""
    members = draw(
        st.lists(people(), min_size=1, max_size=6, unique_by=lambda member: member["emailAddress"])
    )
    ends = st.sampled_from(["pending", "sent", "in doubt", "refused", "added", "existing", "unattributed"])
    return tuple((adding(member, number=number), draw(ends)) for number, member in enumerate(members, 1))


def write_down(journal: Journal, batch: Batch, end: str) -> None:
    if end != "pending":
        journal.sending(batch, LATER)
    if end == "in doubt":
        journal.attempted(batch, doubt=True)
    elif end == "refused":
        journal.settled(
            batch,
            {key: Rejected("no", LATER, asked.attributes) for key, asked in batch.members.items()},
            LATER,
        )
    elif end not in {"pending", "sent"}:
        entries = {
            key: Present(Outcome(end), LATER, asked.attributes) for key, asked in batch.members.items()
        }
        journal.settled(batch, entries, LATER)


def die(folder: Path, run: tuple[tuple[Batch, str], ...], lockfile: Lockfile | None) -> Environment:
    """An environment with this lockfile, and the journal of a run that died so."""
    environment, journal = journal_in(folder, *(batch for batch, _ in run), lockfile=lockfile)
    for batch, end in run:
        write_down(journal, batch, end)
    journal.close()
    return environment


@given(run=dead_runs(), lockfile=st.none() | lockfiles())
def test_taking_a_journal_in_twice_is_taking_it_in_once(
    run: tuple[tuple[Batch, str], ...], lockfile: Lockfile | None
) -> None:
    with TemporaryDirectory() as folder:
        environment = die(Path(folder), run, lockfile)
        first = take_in(environment)
        second = take_in(environment)
    assert second.lockfile == second.on_disk == first.lockfile
    assert second.recovered == 0


@given(run=dead_runs(), lockfile=lockfiles())
def test_what_was_settled_counts_and_who_was_sent_is_in_doubt_and_all_else_stays(
    run: tuple[tuple[Batch, str], ...], lockfile: Lockfile
) -> None:
    with TemporaryDirectory() as folder:
        after = known_state(die(Path(folder), run, lockfile)).lockfile
    assert after is not None
    ends = {key: end for batch, end in run for key in batch.members}
    for key, end in ends.items():
        if end == "refused":
            assert after.rejected[key].pushed == LATER
        elif end in set(Outcome):
            assert (after.members[key].outcome, after.members[key].pushed) == (end, LATER)
        elif end in {"sent", "in doubt"}:
            assert after.unconfirmed[key].pushed == LATER
    sent = ends.keys() - {key for key, end in ends.items() if end == "pending"}
    assert after.without(sent) == lockfile.without(sent)


def test_members_settled_by_a_dead_run_are_counted_once(tmp_path: Path) -> None:
    environment, journal = journal_in(tmp_path, adding(ADA), adding(BOB, number=2))
    journal.settled(adding(ADA), {ADA["emailAddress"]: present(ADA)}, PUSHED)
    journal.sending(adding(BOB, number=2), LATER)
    assert take_in(environment).recovered == 1
    assert take_in(environment).recovered == 0


def test_who_was_not_sent_is_known_as_before(tmp_path: Path) -> None:
    environment, _ = journal_in(tmp_path, adding(ADA))
    assert known_state(environment).lockfile is None
    assert pending_in(environment) == (adding(ADA),)


def test_an_equal_lockfile_is_left_untouched(tmp_path: Path) -> None:
    environment, journal = journal_in(tmp_path, adding(ADA), lockfile=lockfile_of(ADA))
    journal.settled(adding(ADA), {ADA["emailAddress"]: present(ADA)}, PUSHED)
    before = environment.lockfile_path.stat()
    take_in(environment)
    after = environment.lockfile_path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_doubt_about_a_rejected_member_replaces_the_rejection(tmp_path: Path) -> None:
    key = ADA["emailAddress"]
    refused = lockfile_of(rejected={key: Rejected("no", PUSHED, ADA)})
    environment, journal = journal_in(tmp_path, adding(ADA), lockfile=refused)
    journal.sending(adding(ADA), LATER)
    assert known_state(environment).lockfile == lockfile_of(unconfirmed={key: Unconfirmed(LATER, ADA)})


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"environment":"p"', b'"environment":"q"'), (b"api.questionpro.eu", b"api.questionpro.com")],
)
def test_a_journal_of_another_environment_or_address_is_an_error(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    environment, _ = journal_in(tmp_path, adding(ADA))
    path = environment.journal_path
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(InvalidInput, match=r"belongs to [pq] at https://api\.questionpro\.(eu|com)/"):
        known_state(environment)


def test_a_damaged_journal_is_an_error_that_names_file_and_line(tmp_path: Path) -> None:
    environment, _ = journal_in(tmp_path, adding(ADA))
    path = environment.journal_path
    path.write_bytes(path.read_bytes() + b"nonsense\n" + b'{"record":"sending","batch":1,"at":"x"}\n')
    with pytest.raises(InvalidInput) as caught:
        known_state(environment)
    (problem,) = caught.value.problems
    assert str(problem.location).endswith(".reconciler/journal.jsonl:3")


def test_a_journal_that_cannot_be_read_is_an_error_and_no_empty_state(tmp_path: Path) -> None:
    environment, _ = journal_in(tmp_path, adding(ADA))
    path = environment.journal_path
    path.unlink()
    path.mkdir()
    with pytest.raises(InvalidInput, match="can't be read"):
        known_state(environment)


def test_a_journal_that_was_cut_before_its_first_line_ended_says_nothing(tmp_path: Path) -> None:
    environment, _ = journal_in(tmp_path, adding(ADA), lockfile=lockfile_of(BOB))
    environment.journal_path.write_bytes(b'{"record":"ru')
    assert take_in(environment) == KnownState(lockfile_of(BOB), lockfile_of(BOB), is_recovered=True)


KEY = ADA["emailAddress"]
IN_ROME = person("ada", city="Rome")
BY_OTHERS = Present(Outcome.EXISTING, PUSHED, IN_ROME)
UNPROVEN = Unconfirmed(LATER, ADA)
DELETED = Gone(Departed(Departure.DELETED, Removal.DELETE, LATER))


def over_a_newer(
    folder: Path, kind: OperationKind, knowledge: Knowledge | None, newer: Entry | None
) -> tuple[KnownState, KnownState]:
    """What is known of Ada after a dead run's journal meets a lockfile that it didn't begin from.

    The run had asked for this kind of thing, with this result; None is a call without an answer. The second
    state is that after it was taken in twice.
    """
    batch = batch_of({KEY: ADA}, kind=kind)
    environment, journal = journal_in(folder, batch, lockfile=lockfile_of(ADA, BOB))
    journal.sending(batch, LATER)
    if knowledge is not None:
        journal.settled(batch, {KEY: knowledge}, LATER)
    journal.close()
    LockfileFile(environment).write(lockfile_of(BOB).with_entries({KEY: newer} if newer else {}))
    once = take_in(environment)
    return once, take_in(environment)


@pytest.mark.parametrize(
    "newer", [None, BY_OTHERS, Rejected("no", PUSHED, ADA), Unconfirmed(PUSHED, IN_ROME)]
)
@pytest.mark.parametrize(
    ("kind", "knowledge"),
    [
        (OperationKind.ADD, None),
        (OperationKind.ADD, Present(Outcome.ADDED, LATER, ADA)),
        (OperationKind.ADD, Rejected("Invalid birthday", LATER, ADA)),
        (OperationKind.CHANGE, None),
        (OperationKind.CHANGE, Present(Outcome.RESUBMITTED, LATER, ADA)),
    ],
)
def test_over_a_newer_lockfile_who_was_sent_is_unconfirmed(
    tmp_path: Path, kind: OperationKind, knowledge: Knowledge | None, newer: Entry | None
) -> None:
    once, twice = over_a_newer(tmp_path, kind, knowledge, newer)
    assert once.lockfile == lockfile_of(BOB, unconfirmed={KEY: UNPROVEN})
    assert (once.recovered, once.doubted) == (0, 1)
    assert twice.lockfile == once.lockfile


@pytest.mark.parametrize("knowledge", [None, DELETED, Undelivered("delete", "no", LATER)])
def test_over_a_newer_lockfile_who_was_to_leave_is_unconfirmed_if_it_knows_them(
    tmp_path: Path, knowledge: Knowledge | None
) -> None:
    once, twice = over_a_newer(tmp_path, OperationKind.DELETE, knowledge, BY_OTHERS)
    assert once.lockfile == lockfile_of(BOB, unconfirmed={KEY: UNPROVEN})
    assert twice.lockfile == once.lockfile


@pytest.mark.parametrize("knowledge", [None, DELETED, Undelivered("delete", "no", LATER)])
def test_over_a_newer_lockfile_who_was_to_leave_and_is_absent_counts_as_recorded(
    tmp_path: Path, knowledge: Knowledge | None
) -> None:
    once, _ = over_a_newer(tmp_path, OperationKind.DELETE, knowledge, None)
    assert once.lockfile == lockfile_of(BOB)
    assert once.doubted == 0


@pytest.mark.parametrize(
    "earlier",
    [
        Departed(Departure.UNSUBSCRIBED, Removal.UNSUBSCRIBE, PUSHED),
        Departed(Departure.REJECTED, Removal.DELETE, PUSHED, "no"),
    ],
)
def test_over_a_newer_lockfile_a_call_in_doubt_is_recorded_over_what_an_earlier_one_brought(
    tmp_path: Path, earlier: Departed
) -> None:
    batch = Batch(1, OperationKind.DELETE, {KEY: Operation(OperationKind.DELETE, KEY, ADA, kept_as=KEY)})
    environment, journal = journal_in(tmp_path, batch, lockfile=lockfile_of(ADA))
    journal.sending(batch, LATER)
    journal.close()
    LockfileFile(environment).write(replace(lockfile_of(BOB), departed={KEY: earlier}))
    after = take_in(environment).lockfile
    assert after is not None
    assert after.departed == {KEY: Departed(Departure.UNCONFIRMED, Removal.DELETE, LATER)}


def test_what_an_older_version_unsubscribed_is_recorded(tmp_path: Path) -> None:
    batch = batch_of({KEY: ADA}, kind=OperationKind.UNSUBSCRIBE)
    environment, journal = journal_in(tmp_path, batch, lockfile=lockfile_of(ADA))
    journal.sending(batch, LATER)
    journal.settled(batch, {KEY: Gone(Departed(Departure.UNSUBSCRIBED, Removal.UNSUBSCRIBE, LATER))}, LATER)
    journal.close()
    path = environment.journal_path
    path.write_bytes(path.read_bytes().replace(b',"unknown":[],"kept_as":{}', b""))
    after = take_in(environment).lockfile
    assert after is not None
    assert after.departed == {KEY: Departed(Departure.UNSUBSCRIBED, Removal.UNSUBSCRIBE, LATER)}


def test_over_a_newer_lockfile_that_says_the_same_nothing_changes(tmp_path: Path) -> None:
    added = Present(Outcome.ADDED, LATER, ADA)
    once, _ = over_a_newer(tmp_path, OperationKind.ADD, added, added)
    assert once.lockfile == lockfile_of(BOB).with_entries({KEY: added})
    assert (once.recovered, once.doubted) == (0, 0)


def test_over_a_newer_lockfile_who_was_never_sent_stays_as_they_are(tmp_path: Path) -> None:
    environment, journal = journal_in(tmp_path, adding(ADA), adding(BOB, number=2))
    journal.sending(adding(BOB, number=2), LATER)
    journal.attempted(adding(BOB, number=2), doubt=False)  # as after a refused connection
    LockfileFile(environment).write(lockfile_of(IN_ROME))
    state = known_state(environment)
    assert state.lockfile == lockfile_of(IN_ROME)
    assert pending_in(environment) == (adding(ADA), adding(BOB, number=2))


def test_the_journal_of_an_older_version_is_no_proof(tmp_path: Path) -> None:
    environment, journal = journal_in(tmp_path, adding(ADA))
    journal.settled(adding(ADA), {KEY: present(ADA)}, LATER)
    path = environment.journal_path
    first, _, rest = path.read_bytes().partition(b"\n")
    old = {name: value for name, value in json.loads(first).items() if name not in {"lockfile", "commits"}}
    path.write_bytes(json.dumps(old).encode() + b"\n" + rest)
    assert known_state(environment).lockfile == lockfile_of(unconfirmed={KEY: UNPROVEN})


def test_other_white_space_is_no_other_lockfile(tmp_path: Path) -> None:
    environment, journal = journal_in(tmp_path, adding(ADA), lockfile=lockfile_of(BOB))
    journal.settled(adding(ADA), {KEY: present(ADA)}, PUSHED)
    path = environment.lockfile_path
    path.write_bytes(path.read_bytes().replace(b'":', b'" : '))
    assert known_state(environment).lockfile == lockfile_of(BOB, ADA)


@pytest.mark.parametrize("pushed", ["2000-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_who_had_no_answer_is_unconfirmed_whatever_the_clocks_said(tmp_path: Path, pushed: str) -> None:
    before = lockfile_of().with_entries({KEY: Present(Outcome.ADDED, pushed, ADA)})
    batch = batch_of({KEY: ADA}, kind=OperationKind.DELETE)
    environment, journal = journal_in(tmp_path, batch, lockfile=before)
    journal.sending(batch, LATER)
    assert known_state(environment).lockfile == lockfile_of(unconfirmed={KEY: UNPROVEN})
