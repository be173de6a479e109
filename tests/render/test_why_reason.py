"""Why apply would do what it would: each row of the contract's table has its sentence."""

from dataclasses import replace

import pytest
from msgspec import structs
from people import PUSHED, person, present

from reconciler.explain import DeclaredAt, Explanation, LockfileIs
from reconciler.lockfile.model import Rejected, Unconfirmed, Undelivered
from reconciler.member import Removal
from reconciler.plan.model import (
    Add,
    Change,
    FieldChange,
    GuardRefusal,
    Remove,
    StillRejected,
    Unremoved,
)
from reconciler.problems import Location, Problem, Severity
from reconciler.render.why_reason import obstacles, verdict

ADA, AT = "ada@example.org", "panels/p/members/team.yaml:2"
DECLARED = (DeclaredAt(Location("panels/p/members/team.yaml", 2), None),)
HERE = Explanation("p", ADA, "2026-11-26", DECLARED)
AWAY = Explanation("p", ADA, "2026-11-26")
PRESENT = present(person("ada"))
REJECTED = Rejected("no", PUSHED, person("ada"))
UNCONFIRMED = Unconfirmed(PUSHED, person("ada"))
ADD = Add(ADA, AT, person("ada"))
SET = FieldChange("city", "a", "b")
CLEARED = FieldChange("city", "a", None)


def change(*fields: FieldChange, deliverable: bool = False) -> Change:
    return Change(ADA, AT, fields, person("ada"), deliverable)


def remove(by: Removal, *, doubtful: bool = False) -> Remove:
    return Remove(ADA, by, person("ada"), doubtful)


def of(explanation: Explanation, **facts: object) -> tuple[str, str]:
    return tuple(verdict(replace(explanation, **facts)))  # type: ignore[arg-type, return-value] # its fields


@pytest.mark.parametrize(
    ("facts", "does", "because"),
    [
        ({"action": ADD}, "add", "Declared, and the lockfile doesn't know them. Apply sends them."),
        ({"action": ADD, "lockfile": LockfileIs.MISSING}, "add", "Declared, and there is no lockfile."),
        ({"action": ADD, "lockfile": LockfileIs.UNFETCHED}, "add", "nothing is known of the lockfile"),
        ({"action": ADD, "entry": UNCONFIRMED}, "add", "sent before without an answer"),
        ({"action": ADD, "entry": REJECTED}, "add", "refused them, and their declaration has changed"),
        ({"action": ADD, "entry": structs.replace(REJECTED, doubtful=True)}, "add", "so they may be there"),
        ({"entry": PRESENT}, "nothing", "just so sent before: nothing differs"),
        ({"action": change(SET)}, "nothing", "can't change a member who is in the panel"),
        ({"action": change(SET)}, "nothing", "(policy.on_change: report)"),
        ({"action": change(CLEARED)}, "nothing", "can't clear a field"),
        ({"action": change(SET, deliverable=True)}, "change", "the API doesn't confirm updates"),
        ({"action": change(SET, CLEARED, deliverable=True)}, "change", "can't be cleared this way"),
        ({"action": StillRejected(ADA, AT, "no", {}), "entry": REJECTED}, "nothing", "The API refused them,"),
        (
            {"action": StillRejected(ADA, AT, "no", {}), "entry": PRESENT},
            "nothing",
            "The API refused this change of them,",
        ),
    ],
)
def test_of_one_who_is_declared(facts: dict[str, object], does: str, because: str) -> None:
    found, why = of(HERE, **facts)
    assert found == does
    assert because in why


@pytest.mark.parametrize(
    ("facts", "does", "because"),
    [
        ({"action": remove(Removal.FORGET), "entry": PRESENT}, "forget", "they stay in the panel"),
        ({"action": remove(Removal.UNSUBSCRIBE), "entry": PRESENT}, "unsubscribe", "get no more mail"),
        ({"action": remove(Removal.DELETE), "entry": PRESENT}, "delete", "for good, and asks again before"),
        (
            {"action": remove(Removal.DELETE, doubtful=True), "entry": UNCONFIRMED},
            "delete",
            "They may not be there: an earlier call about them got no answer.",
        ),
        (
            {"action": Unremoved(ADA, Removal.DELETE, "blocked", {}), "entry": PRESENT},
            "nothing",
            "to delete them",
        ),
        (
            {"action": Remove(ADA, Removal.FORGET, {}, was_rejected=True), "entry": REJECTED},
            "forget",
            "the API refused to add them. Apply drops the lockfile's entry.",
        ),
        ({}, "nothing", "Not declared, and the lockfile doesn't know them."),
        ({"lockfile": LockfileIs.MISSING}, "nothing", "Not declared, and there is no lockfile."),
    ],
)
def test_of_one_who_is_not_declared(facts: dict[str, object], does: str, because: str) -> None:
    found, why = of(AWAY, **facts)
    assert found == does
    assert because in why


def test_a_forgotten_one_is_not_said_to_be_perhaps_absent() -> None:
    _, why = of(AWAY, action=remove(Removal.FORGET, doubtful=True), entry=UNCONFIRMED)
    assert "may not be there" not in why


def test_an_expired_declaration_is_told_from_one_that_was_taken_out() -> None:
    _, expired = of(HERE, action=remove(Removal.FORGET), entry=PRESENT, expires="2026-11-01")
    _, taken_out = of(AWAY, action=remove(Removal.FORGET), entry=PRESENT)
    assert expired.startswith("Their declaration expired on 2026-11-01, and")
    assert taken_out.startswith("No longer declared, and")


@pytest.mark.parametrize(
    ("explanation", "because"),
    [
        (replace(HERE, suppressed=Location("suppressed.txt", 1)), "declared and suppressed"),
        (replace(HERE, declared=DECLARED * 2), "declared twice"),
        (replace(HERE, lockfile=LockfileIs.UNREADABLE), "the lockfile can't be read"),
        (HERE, "wrong in the file that declares them"),
        (AWAY, "may be declared where it can't be read"),
    ],
)
def test_where_nothing_can_be_told_it_is_said_why(explanation: Explanation, because: str) -> None:
    found, why = of(explanation, is_settled=False)
    assert found == "can't be told"
    assert because in why


def test_problems_hold_everybody_back_and_the_first_place_is_named() -> None:
    problems = (
        Problem(("No.",), location=Location("a.yaml", 7, 5)),
        Problem(("No.",), location=Location("b.yaml")),
    )
    assert obstacles(replace(HERE, problems=problems)) == [
        "Nothing is applied to anybody until 2 problems are mended; the first is at a.yaml:7:5."
    ]


def test_guards_unchecked_lists_and_an_unfetched_branch_hold_everybody_back() -> None:
    warning = Problem(("x",), ("Set it.",), severity=Severity.WARNING)
    found = obstacles(
        replace(
            HERE,
            refusals=(GuardRefusal("remove", 60, "30%", 100, "--allow remove"),),
            unchecked=(warning,),
            lockfile=LockfileIs.UNFETCHED,
        )
    )
    assert len(found) == 3
    assert found[-1] == (
        "Apply refuses the whole plan: 60 of 100 members would be removed, and guards.remove allows 30%."
    )


def test_nothing_in_the_way_is_no_line() -> None:
    assert obstacles(HERE) == []


def test_a_refused_removal_is_a_note_on_the_entry() -> None:
    note = Undelivered("delete", "blocked", PUSHED)
    entry = structs.replace(PRESENT, undelivered=note)
    _, why = of(AWAY, action=Unremoved(ADA, Removal.DELETE, "blocked", {}), entry=entry)
    assert why == "No longer declared, and the API refused to delete them. It is not asked again."
