from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from people import PUSHED, TARGET, lockfile_of, person

from reconciler.errors import InvalidInput
from reconciler.lockfile.codec import decode_any, encode
from reconciler.lockfile.merge import Merged, merge, news, without_proof
from reconciler.lockfile.model import (
    Entry,
    Lockfile,
    Outcome,
    Present,
    Rejected,
    Unconfirmed,
    Undelivered,
)
from reconciler.problems import plain

KEY = "ada@example.org"
EARLIER, LATER = "2026-11-23T08:00:00Z", "2026-11-23T10:00:00Z"
ADA, ADA_IN_PARIS, ADA_IN_ROME = person("ada"), person("ada", city="Paris"), person("ada", city="Rome")


def added(attributes: Mapping[str, str] = ADA, pushed: str = PUSHED) -> Present:
    return Present(Outcome.ADDED, pushed, attributes)


def existing(attributes: Mapping[str, str] = ADA, pushed: str = PUSHED) -> Present:
    return Present(Outcome.EXISTING, pushed, attributes)


def unattributed(attributes: Mapping[str, str] = ADA, pushed: str = PUSHED) -> Present:
    return Present(Outcome.UNATTRIBUTED, pushed, attributes)


def rejected(
    attributes: Mapping[str, str] = ADA, pushed: str = PUSHED, *, reason: str = "no", doubtful: bool = False
) -> Rejected:
    return Rejected(reason, pushed, attributes, doubtful)


def unconfirmed(attributes: Mapping[str, str] = ADA, pushed: str = PUSHED) -> Unconfirmed:
    return Unconfirmed(pushed, attributes)


def knowing(entry: Entry | None) -> Lockfile:
    """A lockfile that says this about Ada, and nothing else."""
    return lockfile_of().with_entries({KEY: entry} if entry else {})


def entries(lockfile: Lockfile) -> dict[str, Entry]:
    return {**lockfile.members, **lockfile.rejected, **lockfile.unconfirmed}


def merged(base: Entry | None, one: Entry | None, other: Entry | None) -> tuple[Entry | None, bool]:
    """What is known of Ada after merging, whichever side is ours; and whether the sides contradict."""
    result = merge(knowing(base), knowing(one), knowing(other))
    mirrored = merge(knowing(base), knowing(other), knowing(one))
    assert result.lockfile == mirrored.lockfile
    assert [conflict.key for conflict in result.conflicts] == [c.key for c in mirrored.conflicts]
    return entries(result.lockfile).get(KEY), bool(result.conflicts)


STATES = [None, added(), existing(), unattributed(), rejected(), unconfirmed(), added(ADA_IN_PARIS)]


@pytest.mark.parametrize("base", STATES)
@pytest.mark.parametrize("changed", STATES)
def test_what_one_side_alone_changed_is_taken_from_it(base: Entry | None, changed: Entry | None) -> None:
    assert merged(base, base, changed) == (changed, False)


@pytest.mark.parametrize("base", STATES)
@pytest.mark.parametrize("known", STATES)
def test_what_both_sides_say_alike_stays(base: Entry | None, known: Entry | None) -> None:
    assert merged(base, known, known) == (known, False)


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        (added(pushed=EARLIER), existing(pushed=LATER)),
        (added(pushed=EARLIER), unattributed(pushed=LATER)),
        (existing(pushed=EARLIER), unattributed(pushed=LATER)),
    ],
)
def test_of_two_proofs_the_stronger_is_taken_with_its_own_time(stronger: Entry, weaker: Entry) -> None:
    assert merged(None, stronger, weaker) == (stronger, False)


def test_of_two_equal_proofs_the_later_is_taken_since_it_claims_less() -> None:
    assert merged(None, existing(pushed=EARLIER), existing(pushed=LATER)) == (existing(pushed=LATER), False)


def test_another_spelling_of_the_address_is_no_contradiction() -> None:
    spelled = {"emailAddress": "Ada@Example.org"}
    assert merged(None, added(spelled), existing()) == (added(spelled), False)


def test_of_pushes_with_other_fields_the_one_that_added_is_what_the_panel_holds() -> None:
    by_us = added(ADA_IN_PARIS, EARLIER)
    assert merged(None, by_us, existing(ADA_IN_ROME, LATER)) == (by_us, False)
    assert merged(existing(), by_us, unattributed(ADA_IN_ROME, LATER)) == (by_us, False)


@pytest.mark.parametrize(
    ("one", "later"),
    [
        (added(ADA_IN_ROME, EARLIER), added(ADA_IN_PARIS, LATER)),
        (existing(ADA_IN_ROME, EARLIER), existing(ADA_IN_PARIS, LATER)),
        (existing(ADA_IN_ROME, EARLIER), unattributed(ADA_IN_PARIS, LATER)),
    ],
)
def test_other_pushes_with_other_fields_conflict_and_the_later_is_kept(one: Entry, later: Entry) -> None:
    assert merged(None, one, later) == (later, True)


def test_pushes_of_the_same_second_are_ordered_by_their_bytes() -> None:
    assert merged(None, existing(ADA_IN_PARIS), existing(ADA_IN_ROME)) == (existing(ADA_IN_ROME), True)


@pytest.mark.parametrize("other", [added(ADA_IN_PARIS, EARLIER), existing(ADA_IN_PARIS, EARLIER)])
def test_who_was_sent_again_with_other_fields_conflicts_since_nobody_confirms_updates(other: Entry) -> None:
    again = Present(Outcome.RESUBMITTED, LATER, ADA_IN_ROME)
    assert merged(added(), other, again) == (again, True)


def test_a_call_without_an_answer_outlives_what_was_proven_before_it() -> None:
    noted = structs.replace(added(), undelivered=Undelivered("delete", "blocked", EARLIER))
    in_doubt = unconfirmed(ADA, LATER)
    assert merged(added(), noted, in_doubt) == (in_doubt, False)


@pytest.mark.parametrize("base", [added(), unconfirmed(ADA_IN_ROME), rejected(doubtful=True)])
@pytest.mark.parametrize("other", [Present(Outcome.RESUBMITTED, LATER, ADA_IN_ROME), existing(pushed=LATER)])
@pytest.mark.parametrize("pushed", [EARLIER, LATER])
def test_who_was_or_may_have_been_there_stays_unconfirmed_whatever_the_clocks_say(
    base: Entry, other: Entry, pushed: str
) -> None:
    assert merged(base, other, unconfirmed(ADA, pushed)) == (unconfirmed(ADA, pushed), False)


@pytest.mark.parametrize("pushed", [EARLIER, LATER])
def test_who_was_there_and_is_refused_on_one_side_was_gone_in_between(pushed: str) -> None:
    again = Present(Outcome.RESUBMITTED, PUSHED, ADA_IN_ROME)
    refused = rejected(pushed=pushed)
    assert merged(added(), again, refused) == (structs.replace(refused, doubtful=True), False)


def test_between_unattributed_and_resubmitted_no_clock_decides() -> None:
    for one, other in ((EARLIER, LATER), (LATER, EARLIER)):
        kept = unattributed(pushed=one)
        assert merged(None, kept, Present(Outcome.RESUBMITTED, other, ADA)) == (kept, False)


def test_who_was_removed_by_one_side_and_refused_to_the_other_stays_removed() -> None:
    noted = structs.replace(added(), undelivered=Undelivered("delete", "blocked", LATER))
    assert merged(added(), None, noted) == (None, False)


DOUBTS = [unconfirmed(ADA_IN_ROME, LATER), rejected(ADA_IN_ROME, LATER, doubtful=True)]


@pytest.mark.parametrize("doubt", DOUBTS)
def test_who_was_there_already_may_be_our_doing_where_the_other_side_is_in_doubt(doubt: Entry) -> None:
    assert merged(None, existing(ADA_IN_PARIS), doubt) == (unattributed(ADA_IN_PARIS), False)


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("proven", [added(), unattributed()])
def test_doubt_takes_nothing_from_who_was_added_or_is_unattributed(proven: Entry, doubt: Entry) -> None:
    assert merged(None, proven, doubt) == (proven, False)


@pytest.mark.parametrize("proven", [added(), existing(), unattributed()])
def test_who_is_in_the_panel_is_not_refused(proven: Entry) -> None:
    assert merged(None, proven, rejected(ADA_IN_ROME, LATER)) == (proven, False)


def test_a_refusal_takes_on_the_doubt_of_a_push_without_an_answer() -> None:
    assert merged(None, rejected(), unconfirmed(pushed=LATER)) == (rejected(doubtful=True), False)


def test_of_two_refusals_the_later_is_taken_and_the_doubt_of_either() -> None:
    earlier = rejected(pushed=EARLIER, doubtful=True)
    later = rejected(pushed=LATER, reason="Invalid birthday")
    assert merged(None, earlier, later) == (structs.replace(later, doubtful=True), False)


def test_of_two_pushes_without_an_answer_the_later_is_taken_if_they_sent_the_same() -> None:
    later = unconfirmed(pushed=LATER)
    assert merged(None, unconfirmed(pushed=EARLIER), later) == (later, False)
    for pushed in (EARLIER, LATER):
        in_paris = unconfirmed(ADA_IN_PARIS, pushed)
        assert merged(None, unconfirmed(ADA_IN_ROME), in_paris) == (in_paris, False)


@pytest.mark.parametrize(
    ("base", "proven"),
    [
        (unconfirmed(), added()),
        (existing(), unattributed()),
        (existing(), existing(pushed=LATER)),
        (rejected(), rejected(reason="Invalid birthday", pushed=LATER)),
    ],
)
def test_who_was_removed_stays_so_where_the_other_side_only_proved_more(base: Entry, proven: Entry) -> None:
    assert merged(base, None, proven) == (None, False)


@pytest.mark.parametrize("anew", [added(ADA_IN_PARIS), unconfirmed(ADA_IN_PARIS), rejected(ADA_IN_PARIS)])
def test_who_was_removed_by_one_side_and_pushed_anew_by_the_other_conflicts_and_is_kept(anew: Entry) -> None:
    assert merged(added(), None, anew) == (anew, True)


@pytest.mark.parametrize("anew", [added(), unconfirmed()])
def test_who_got_in_after_a_refusal_is_kept_though_the_other_side_dropped_the_refusal(anew: Entry) -> None:
    assert merged(rejected(), None, anew) == (anew, True)


def test_without_a_base_everybody_of_either_side_is_there() -> None:
    one, other = lockfile_of(person("ada"), person("bob")), lockfile_of(person("bob"), person("cy"))
    assert merge(None, one, other).lockfile == lockfile_of(person("ada"), person("bob"), person("cy"))


def test_a_base_of_another_panel_removes_nobody() -> None:
    base = replace(knowing(added()), target="https://api.questionpro.com/a/api/v2")
    assert merge(base, lockfile_of(), knowing(added())).lockfile == knowing(added())


@pytest.mark.parametrize("theirs", [Lockfile("q", TARGET), Lockfile("p", "embedded")])
def test_sides_of_different_panels_are_not_merged(theirs: Lockfile) -> None:
    with pytest.raises(InvalidInput, match="about different panels"):
        merge(None, lockfile_of(), theirs)


def test_a_conflict_names_the_member_both_sides_and_the_fields_but_no_value() -> None:
    one, other = existing(ADA_IN_ROME, EARLIER), unattributed(ADA_IN_PARIS, LATER)
    [conflict] = merge(None, knowing(one), knowing(other)).conflicts
    assert plain(conflict.words()) == (
        f"The two sides disagree about {KEY}: ours says existing, pushed {EARLIER}, "
        f"theirs says unattributed, pushed {LATER}. They differ in city; theirs is kept."
    )


def test_a_conflict_with_a_removal_says_who_removed() -> None:
    [conflict] = merge(knowing(added()), knowing(None), knowing(rejected(ADA_IN_ROME))).conflicts
    assert "ours removed them, theirs says rejected" in plain(conflict.words())
    assert "they're kept" in plain(conflict.words())


# A handful of people, times and fields, so that the three lockfiles of an example often speak of the same.
_ATTRIBUTES = st.fixed_dictionaries({}, optional={"city": st.sampled_from(["Paris", "Rome"])})
_TIMES = st.sampled_from([EARLIER, PUSHED, LATER])


@st.composite
def _known(draw: st.DrawFn, name: str) -> Entry:
    attributes, pushed = person(name) | draw(_ATTRIBUTES), draw(_TIMES)
    return draw(
        st.one_of(
            st.sampled_from(Outcome).map(lambda outcome: Present(outcome, pushed, attributes)),
            st.booleans().map(lambda doubtful: Rejected("no", pushed, attributes, doubtful)),
            st.just(Unconfirmed(pushed, attributes)),
        )
    )


NAMES = ("ada", "bob", "cy", "dee")
LOCKFILES = st.fixed_dictionaries({}, optional={f"{name}@example.org": _known(name) for name in NAMES}).map(
    lambda found: lockfile_of().with_entries(found)
)


@given(LOCKFILES, LOCKFILES)
def test_a_side_that_changed_nothing_changes_nothing(base: Lockfile, side: Lockfile) -> None:
    assert merge(base, side, base) == Merged(side)
    assert merge(base, base, side) == Merged(side)
    assert merge(base, side, side) == Merged(side)
    assert merge(None, side, side) == Merged(side)


@given(st.none() | LOCKFILES, LOCKFILES, LOCKFILES)
def test_which_side_is_ours_makes_no_difference(
    base: Lockfile | None, one: Lockfile, other: Lockfile
) -> None:
    here, there = merge(base, one, other), merge(base, other, one)
    assert encode(here.lockfile) == encode(there.lockfile)
    assert [(c.key, c.ours, c.theirs, c.kept) for c in here.conflicts] == [
        (c.key, c.theirs, c.ours, c.kept) for c in there.conflicts
    ]


@given(st.none() | LOCKFILES, LOCKFILES, LOCKFILES)
def test_what_was_merged_can_be_written_and_read_again(
    base: Lockfile | None, one: Lockfile, other: Lockfile
) -> None:
    lockfile = merge(base, one, other).lockfile
    assert decode_any(encode(lockfile), file="state.lock.json") == lockfile
    sections = (lockfile.members, lockfile.rejected, lockfile.unconfirmed)
    assert sum(map(len, sections)) == len(entries(lockfile))


@given(st.none() | LOCKFILES, LOCKFILES, LOCKFILES)
def test_additions_stay_and_a_removal_that_nobody_contradicts_stays_removed(
    base: Lockfile | None, one: Lockfile, other: Lockfile
) -> None:
    before, here, there = entries(base) if base else {}, entries(one), entries(other)
    result = merge(base, one, other)
    after = entries(result.lockfile)
    assert (here.keys() | there.keys()) - before.keys() <= after.keys() <= here.keys() | there.keys()
    for key, entry in before.items():
        if (here.get(key), there.get(key)) in ((None, entry), (entry, None), (None, None)):
            assert key not in after


@given(st.none() | LOCKFILES, LOCKFILES, LOCKFILES)
def test_a_proof_is_never_invented(base: Lockfile | None, one: Lockfile, other: Lockfile) -> None:
    for key, entry in merge(base, one, other).lockfile.members.items():
        found = [side.members[key] for side in (one, other) if key in side.members]
        assert entry in found or structs.replace(entry, outcome=Outcome.EXISTING) in found
        assert entry.outcome is Outcome.UNATTRIBUTED or entry in found


_CLOCKS = st.dictionaries(_TIMES, _TIMES, min_size=3)


@given(st.none() | LOCKFILES, LOCKFILES, LOCKFILES, _CLOCKS)
def test_clocks_decide_only_which_of_two_alike_stays_and_what_stays_in_a_conflict(
    base: Lockfile | None, one: Lockfile, other: Lockfile, clocks: Mapping[str, str]
) -> None:
    def timed(lockfile: Lockfile) -> Lockfile:
        moved = {key: structs.replace(e, pushed=clocks[e.pushed]) for key, e in entries(lockfile).items()}
        return lockfile_of().with_entries(moved)

    before, after = merge(base, one, other), merge(base, timed(one), timed(other))
    contested = {conflict.key for conflict in (*before.conflicts, *after.conflicts)}
    for key in _changed_by_both(base, one, other) & _changed_by_both(base, timed(one), timed(other)):
        assert key in contested or _claims(before.lockfile, key) == _claims(after.lockfile, key)


def _changed_by_both(base: Lockfile | None, one: Lockfile, other: Lockfile) -> set[str]:
    """Whom both sides know, and know otherwise than the base and than each other."""
    sides = [entries(side) if side else {} for side in (base, one, other)]
    known = sides[1].keys() & sides[2].keys()
    return {key for key in known if len({repr(side.get(key)) for side in sides}) == len(sides)}


def _claims(lockfile: Lockfile, key: str) -> Entry:
    return structs.replace(entries(lockfile)[key], pushed="")


@given(st.none() | LOCKFILES, LOCKFILES, LOCKFILES)
def test_who_is_new_on_our_side_alone_may_lose_the_proof_and_nobody_else_does(
    base: Lockfile | None, ours: Lockfile, theirs: Lockfile
) -> None:
    before, here, there = entries(base) if base else {}, entries(ours), entries(theirs)
    unknown = news(base, ours, theirs)
    assert unknown == here.keys() - before.keys() - there.keys()
    result = merge(base, ours, theirs)
    doubted = without_proof(result, unknown)
    assert unknown <= doubted.lockfile.unconfirmed.keys()
    assert doubted.lockfile.without(unknown) == result.lockfile.without(unknown)
    assert doubted.doubted == unknown - ours.unconfirmed.keys()


def test_the_merged_lockfile_does_not_pass_for_one_that_was_read() -> None:
    side = decode_any(encode(knowing(added())), file="state.lock.json")
    assert merge(side, side, side).lockfile.known_digest is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (encode(lockfile_of()).replace(b'"p"', b"5"), "environment is 5"),
        (encode(lockfile_of()).replace(f'"{TARGET}"'.encode(), b"null"), "target is null"),
        (encode(lockfile_of()).replace(b'"environment":"p",', b""), "environment is null"),
        (encode(lockfile_of()).replace(b'"format":1', b'"format":2'), "format is 2"),
        (b"", "not JSON"),
    ],
)
def test_a_lockfile_read_by_itself_must_say_what_it_is_about(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        decode_any(data, file="state.lock.json")
