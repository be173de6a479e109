"""What becomes of a member's entry, by what becomes known of them."""

import pytest
from msgspec import structs
from people import PUSHED, lockfile_of, person, present

from reconciler.lockfile.model import (
    BLOCKED,
    Departed,
    Departure,
    Gone,
    Present,
    Rejected,
    Unconfirmed,
    Undelivered,
    learnt,
)
from reconciler.member import Removal

ADA = person("ada")
NOTE = Undelivered("delete", BLOCKED, PUSHED)


@pytest.mark.parametrize("departure", Departure)
def test_who_is_gone_has_no_entry(departure: Departure) -> None:
    lockfile = lockfile_of(ADA, person("bob")).with_entries(
        {"ada@example.org": Gone(Departed(departure, Removal.DELETE, PUSHED))}
    )
    assert lockfile == lockfile_of(person("bob"))


@pytest.mark.parametrize("entry", [present(ADA), Unconfirmed(PUSHED, ADA)])
def test_what_the_api_would_not_do_is_noted_beside_what_is_known(
    entry: Present | Unconfirmed,
) -> None:
    assert learnt(entry, NOTE) == structs.replace(entry, undelivered=NOTE)


def test_who_was_refused_in_doubt_and_can_not_be_removed_may_be_in_the_panel() -> None:
    assert learnt(Rejected("no", PUSHED, ADA, doubtful=True), NOTE) == Unconfirmed(PUSHED, ADA, NOTE)


def test_a_note_about_an_unknown_member_is_dropped() -> None:
    assert learnt(None, NOTE) is None
