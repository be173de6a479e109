"""What a run learns of a member, taken into the lockfile."""

from people import PUSHED, lockfile_of, person, present

from reconciler.lockfile.model import Departure, Gone, Rejected, Unconfirmed, Undelivered, learnt

ADA = person("ada")
KEY = "ada@example.org"
NOTE = Undelivered("delete", "blocked", PUSHED)


def test_who_is_gone_has_no_entry_in_any_section() -> None:
    gone = {KEY: Gone(Departure.DELETED)}
    for before in (
        lockfile_of(ADA),
        lockfile_of(rejected={KEY: Rejected("no", PUSHED, ADA, doubtful=True)}),
        lockfile_of(unconfirmed={KEY: Unconfirmed(PUSHED, ADA)}),
    ):
        assert before.with_entries(gone) == lockfile_of()


def test_what_was_refused_is_noted_on_the_entry_that_stands() -> None:
    after = lockfile_of(ADA).with_entries({KEY: NOTE})
    assert after.members[KEY] == present(ADA)._replace(undelivered=NOTE)


def test_what_was_refused_is_noted_on_who_is_unconfirmed_too() -> None:
    after = lockfile_of(unconfirmed={KEY: Unconfirmed(PUSHED, ADA)}).with_entries({KEY: NOTE})
    assert after.unconfirmed[KEY].undelivered == NOTE


def test_who_was_refused_in_doubt_and_is_not_removed_is_remembered_as_unconfirmed() -> None:
    before = lockfile_of(rejected={KEY: Rejected("no", PUSHED, ADA, doubtful=True)})
    after = before.with_entries({KEY: NOTE})
    assert (after.rejected, after.unconfirmed) == ({}, {KEY: Unconfirmed(PUSHED, ADA, NOTE)})


def test_a_refusal_about_somebody_unknown_says_nothing() -> None:
    assert learnt(None, NOTE) is None
    assert lockfile_of().with_entries({KEY: NOTE}) == lockfile_of()
