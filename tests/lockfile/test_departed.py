"""The section `departed`: what the lockfile keeps of people who were removed (section 11)."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import PUSHED, lockfile_of, lockfiles, person, present

from reconciler.errors import InvalidInput
from reconciler.lockfile.codec import decode_any, encode
from reconciler.lockfile.merge import merge
from reconciler.lockfile.model import Departed, Departure, Gone, Lockfile, Outcome, Present, Unconfirmed
from reconciler.member import Removal
from reconciler.problems import plain

ADA, BOB, KEY = person("ada"), person("bob"), "ada@example.org"
HASH = "hmac-sha256:" + "0a" * 32
DELETED = Departed(Departure.DELETED, Removal.DELETE, PUSHED)
UNSUBSCRIBED = Departed(Departure.UNSUBSCRIBED, Removal.UNSUBSCRIBE, PUSHED)


def departed(records: Mapping[str, Departed], *people: Mapping[str, str]) -> Lockfile:
    lockfile = lockfile_of(*people)
    return Lockfile(lockfile.environment, lockfile.target, lockfile.members, departed=records)


GONE = departed({KEY: DELETED})


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        decode_any(data, file="state.lock.json")
    (problem,) = caught.value.problems
    return f"{problem.location}: {plain(problem.message)}"


# Format


def test_records_are_the_last_section_one_a_line_and_sorted() -> None:
    refused = Departed(Departure.REJECTED, Removal.DELETE, PUSHED, "no")
    data = encode(departed({HASH: DELETED, KEY: refused}, BOB)).decode()
    assert data.endswith(
        '},\n"departed":{\n'
        f'"{KEY}":{{"outcome":"rejected","by":"delete","at":"{PUSHED}","reason":"no"}},\n'
        f'"{HASH}":{{"outcome":"deleted","by":"delete","at":"{PUSHED}"}}\n'
        "}\n}\n"
    )


@given(lockfile=lockfiles())
def test_what_is_written_is_read_again(lockfile: Lockfile) -> None:
    data = encode(lockfile)
    spaced = json.dumps(json.loads(data), indent=1).encode()
    assert decode_any(data, file="") == decode_any(spaced, file="") == lockfile


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (b'"ada@example.org":{"outcome":"gone","by":"delete","at":"2026-11-23T09:00:00Z"}', "malformed"),
        (b'"ada@example.org":{"outcome":"deleted","by":"forget","at":"2026-11-23T09:00:00Z"}', "malformed"),
        (b'"ada@example.org":{"outcome":"deleted","by":"delete","at":"yesterday"}', "malformed"),
        (b'"hmac-sha256:0a":{"outcome":"deleted","by":"delete","at":"2026-11-23T09:00:00Z"}', "malformed"),
        (
            b'"bob@example.org":{"outcome":"deleted","by":"delete","at":"2026-11-23T09:00:00Z"}',
            "two sections",
        ),
    ],
)
def test_a_record_that_no_version_writes_is_refused(record: bytes, says: str) -> None:
    data = encode(lockfile_of(BOB)).removesuffix(b"}\n") + b',"departed":{\n' + record + b"\n}}\n"
    assert says in refusal(data)


def test_who_was_unsubscribed_may_be_a_member_again() -> None:
    lockfile = departed({KEY: UNSUBSCRIBED}, ADA)
    assert decode_any(encode(lockfile), file="") == lockfile


# What becomes known


def test_a_removal_is_recorded_under_the_name_that_the_list_has() -> None:
    after = lockfile_of(ADA, BOB).with_entries({KEY: Gone(DELETED, HASH)})
    assert after == departed({HASH: DELETED}, BOB)


def test_a_deletion_of_a_member_who_is_on_no_list_leaves_no_trace() -> None:
    before = departed({KEY: UNSUBSCRIBED}, ADA)
    assert before.with_entries({KEY: Gone(DELETED)}) == lockfile_of()


def test_who_is_added_again_is_no_longer_deleted_but_still_unsubscribed() -> None:
    assert departed({KEY: DELETED}).with_entries({KEY: present(ADA)}) == lockfile_of(ADA)
    assert departed({KEY: UNSUBSCRIBED}).with_entries({KEY: present(ADA)}) == departed(
        {KEY: UNSUBSCRIBED}, ADA
    )


def test_who_is_forgotten_was_unsubscribed_all_the_same() -> None:
    assert departed({KEY: UNSUBSCRIBED}, ADA).forgetting([KEY]) == departed({KEY: UNSUBSCRIBED})
    assert departed({KEY: UNSUBSCRIBED}, ADA).without([KEY]) == lockfile_of()


# Merge


def test_a_record_of_one_side_is_kept() -> None:
    for ours, theirs in (
        (departed({KEY: DELETED}), lockfile_of()),
        (lockfile_of(), departed({KEY: DELETED})),
    ):
        assert merge(None, ours, theirs).lockfile == departed({KEY: DELETED})


@given(one=st.sampled_from(Departure), other=st.sampled_from(Departure))
def test_of_two_records_the_one_that_claims_less_is_kept(one: Departure, other: Departure) -> None:
    weakest_first = [
        "unconfirmed",
        "blocked",
        "rejected",
        "unattributed",
        "absent",
        "unsubscribed",
        "deleted",
    ]
    ours, theirs = (departed({KEY: Departed(outcome, Removal.DELETE, PUSHED)}) for outcome in (one, other))
    kept = merge(None, ours, theirs).lockfile.departed[KEY].outcome
    assert kept.value == min(one.value, other.value, key=weakest_first.index)


def test_a_record_that_one_side_dropped_stays_away() -> None:
    assert merge(GONE, lockfile_of(), GONE).lockfile == lockfile_of()
    assert merge(GONE, GONE, lockfile_of()).lockfile == lockfile_of()


def test_a_record_that_one_side_dropped_and_the_other_changed_is_kept() -> None:
    changed = departed({KEY: Departed(Departure.ABSENT, Removal.DELETE, PUSHED)})
    assert merge(GONE, lockfile_of(), changed).lockfile == changed


@pytest.mark.parametrize(
    ("before", "here"),
    [
        (departed({KEY: Departed(Departure.UNCONFIRMED, Removal.DELETE, PUSHED)}), lockfile_of(ADA)),
        (None, departed({KEY: UNSUBSCRIBED}, ADA)),
    ],
)
def test_a_removal_since_the_base_leaves_no_proof_whatever_else_is_recorded(
    before: Lockfile | None, here: Lockfile
) -> None:
    assert merge(before, here, GONE).lockfile.unconfirmed.keys() == {KEY}
    assert merge(before, GONE, here).lockfile.unconfirmed.keys() == {KEY}


@pytest.mark.parametrize("outcome", [Departure.BLOCKED, Departure.REJECTED])
def test_a_refused_removal_takes_no_proof_away(outcome: Departure) -> None:
    refused = departed({KEY: Departed(outcome, Removal.DELETE, PUSHED)})
    assert merge(None, refused, lockfile_of(ADA)).lockfile == lockfile_of(ADA)


def test_who_left_by_one_side_and_was_unchanged_on_the_other_is_gone() -> None:
    assert merge(lockfile_of(ADA), departed({KEY: DELETED}), lockfile_of(ADA)).lockfile == departed(
        {KEY: DELETED}
    )


def test_who_was_removed_by_one_side_and_added_by_the_other_is_unconfirmed() -> None:
    added = Present(Outcome.ADDED, PUSHED, ADA)
    merged = merge(lockfile_of(), departed({KEY: DELETED}), lockfile_of().with_entries({KEY: added}))
    assert merged.lockfile == lockfile_of(unconfirmed={KEY: Unconfirmed(PUSHED, ADA)})


def test_who_was_removed_before_both_sides_began_and_is_added_by_one_is_in_the_panel() -> None:
    assert merge(
        departed({KEY: DELETED}), departed({KEY: DELETED}), lockfile_of(ADA)
    ).lockfile == lockfile_of(ADA)


@given(base=st.none() | lockfiles(), one=lockfiles(), other=lockfiles())
def test_exchanging_the_sides_changes_nothing_and_the_result_can_be_read(
    base: Lockfile | None, one: Lockfile, other: Lockfile
) -> None:
    merged = merge(base, one, other).lockfile
    assert merged == merge(base, other, one).lockfile
    assert decode_any(encode(merged), file="") == merged


def test_who_left_by_one_side_and_was_sent_by_the_other_without_an_answer_is_unconfirmed() -> None:
    doubt = lockfile_of(unconfirmed={KEY: Unconfirmed(PUSHED, ADA)})
    assert merge(lockfile_of(ADA), GONE, doubt).lockfile == doubt
    assert merge(lockfile_of(ADA), doubt, GONE).lockfile == doubt


@pytest.mark.parametrize(("outcome", "reason"), [(Departure.BLOCKED, None), (Departure.REJECTED, "no")])
def test_a_refused_deletion_keeps_an_unsubscription_however_often_it_is_recorded(
    outcome: Departure, reason: str | None
) -> None:
    news = {KEY: Gone(Departed(outcome, Removal.DELETE, "2026-11-27T09:00:00Z", reason), KEY)}
    after = departed({KEY: UNSUBSCRIBED}).with_entries(news)
    assert after == departed(
        {KEY: Departed(Departure.UNSUBSCRIBED, Removal.DELETE, UNSUBSCRIBED.at, reason or "blocked")}
    )
    assert after.knows_already(KEY, news[KEY])
    assert after.with_entries(news) == after
    assert after.forgetting([KEY]) == departed({KEY: UNSUBSCRIBED})
    assert after.with_entries({KEY: present(ADA)}) == departed({KEY: UNSUBSCRIBED}, ADA)
    assert decode_any(encode(after), file="") == after
    assert merge(None, after, lockfile_of(ADA)).lockfile == merge(None, lockfile_of(ADA), after).lockfile
