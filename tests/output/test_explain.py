"""One member explained: what apply would do and why, and what to do next."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from msgspec import structs
from people import PUSHED, person, present
from screens import as_json, as_markdown, as_text, command

from reconciler.explain import DeclaredAt, Explanation, LockfileIs
from reconciler.git.repository import NOT_COMMITTED, Written
from reconciler.lockfile.model import Departed, Departure, Rejected, Unconfirmed, Undelivered
from reconciler.member import Removal
from reconciler.output.documents.explain import decision, next_steps, obstacles, why_screen
from reconciler.output.render import Screen
from reconciler.output.text import wrapped
from reconciler.plan.model import Add, Change, FieldChange, GuardRefusal, Remove, StillRejected, Unremoved
from reconciler.problems import Address, Location, Problem, Severity, plain

ADA, AT = "ada@example.org", "panels/p/members/team.yaml:2"
PLACE = Location("panels/p/members/team.yaml", 2)
DECLARED = (DeclaredAt(PLACE, None),)
HERE = Explanation("p", ADA, "2026-11-26", DECLARED)
AWAY = Explanation("p", ADA, "2026-11-26")
PRESENT = present(person("ada"))
REJECTED = Rejected("no", PUSHED, person("ada"))
UNCONFIRMED = Unconfirmed(PUSHED, person("ada"))
ADD = Add(ADA, AT, person("ada"))
SET, CLEARED = FieldChange("city", "a", "b"), FieldChange("city", "a", None)
STILL_REJECTED = StillRejected(ADA, AT, "no", {})
UNREMOVED = Unremoved(ADA, Removal.DELETE, "blocked", {})
REMOVED = Departed(Departure.DELETED, Removal.DELETE, PUSHED)
REFUSED = Departed(Departure.BLOCKED, Removal.DELETE, PUSHED)
LIST = Location("suppressed.txt", 3)
PROBLEM = Problem(("No.",), location=Location("a.yaml", 7, 5))
GUARD = GuardRefusal("remove", 60, "30%", 100, "--allow remove")
WARNING = Problem(("x",), ("Set it to the secret.",), severity=Severity.WARNING)


def change(*fields: FieldChange, deliverable: bool = False) -> Change:
    return Change(ADA, AT, fields, person("ada"), deliverable)


def remove(by: Removal, *, doubtful: bool = False) -> Remove:
    return Remove(ADA, by, person("ada"), doubtful)


def of(explanation: Explanation, **facts: object) -> Explanation:
    return replace(explanation, **facts)  # type: ignore[arg-type] # its fields


def steps(explanation: Explanation, **facts: object) -> str:
    return " ".join(plain(step) for step in next_steps(of(explanation, **facts), command))


def screen(explanation: Explanation) -> Screen:
    return why_screen(explanation, command)


WRITTEN = Written("0123456789abcdef", "Ada Lovelace", "2026-11-20")
CHANGED = of(HERE, declared=(DeclaredAt(PLACE, WRITTEN),), entry=PRESENT, action=change(SET, CLEARED))


def test_one_member_on_one_screen_of_eighty_columns() -> None:
    assert as_text(screen(CHANGED)) == snapshot("""\
ada@example.org in p, on 2026-11-26

declared:   panels/p/members/team.yaml:2
            commit 0123456789ab, 2026-11-20, by Ada Lovelace
suppressed: no
lockfile:   added: new in the panel
            sent 2026-11-23T09:00:00Z
apply:      nothing. The declaration differs from what was sent, and the API
              can't change a member who is already in the panel. Apply leaves
              them as they are (policy.on_change: report).
            city: "a" → "b"
            city: "a" → not declared
next:       Change it by hand in QuestionPro, or undo it at
              panels/p/members/team.yaml:2.
            If your account updates known addresses: set policy.on_change:
              resubmit in environment.yaml.
""")


def test_masked_the_author_and_the_values_are_hidden() -> None:
    for found in (as_text(screen(CHANGED), masked=True), as_markdown(screen(CHANGED), masked=True)):
        assert "Lovelace" not in found
        assert '"a"' not in found
        assert "a…@example.org" in found
        assert "city" in found


@pytest.mark.parametrize(
    ("explanation", "does", "because"),
    [
        (of(HERE, action=ADD), "add", "not in the lockfile"),
        (of(HERE, action=ADD, lockfile=LockfileIs.MISSING), "add", "there is no lockfile"),
        (of(HERE, action=ADD, lockfile=LockfileIs.UNFETCHED), "add", "the lockfile is not here"),
        (of(HERE, action=ADD, entry=UNCONFIRMED), "add", "sent before without an answer"),
        (of(HERE, action=ADD, entry=REJECTED), "add", "declaration has changed"),
        (of(HERE, action=ADD, entry=structs.replace(REJECTED, doubtful=True)), "add", "may be in the panel"),
        (of(HERE, entry=PRESENT), "nothing", "exactly as it was sent"),
        (of(HERE, action=change(SET)), "nothing", "(policy.on_change: report)"),
        (of(HERE, action=change(CLEARED)), "nothing", "can't clear a field"),
        (of(HERE, action=change(SET, deliverable=True)), "change", "(policy.on_change: resubmit)"),
        (of(HERE, action=change(SET, CLEARED, deliverable=True)), "change", "can't clear a field"),
        (of(HERE, action=STILL_REJECTED, entry=REJECTED), "nothing", "refused them"),
        (of(HERE, action=STILL_REJECTED, entry=PRESENT), "nothing", "refused this change"),
        (of(AWAY, action=remove(Removal.FORGET), entry=PRESENT), "forget", "stay in the panel"),
        (of(AWAY, action=remove(Removal.UNSUBSCRIBE), entry=PRESENT), "unsubscribe", "get no more mail"),
        (of(AWAY, action=remove(Removal.DELETE), entry=PRESENT), "delete", "permanently deleted"),
        (
            of(AWAY, action=remove(Removal.DELETE, doubtful=True), entry=UNCONFIRMED),
            "delete",
            "may not be in the panel",
        ),
        (of(AWAY, action=UNREMOVED, entry=PRESENT), "nothing", "refused to delete them"),
        (
            of(AWAY, action=Remove(ADA, Removal.FORGET, {}, was_rejected=True), entry=REJECTED),
            "forget",
            "refused to add them",
        ),
        (
            of(HERE, action=remove(Removal.FORGET), entry=PRESENT, expires="2026-11-01"),
            "forget",
            "The declaration expired on 2026-11-01",
        ),
        (AWAY, "nothing", "Not declared, and not in the lockfile"),
        (of(AWAY, lockfile=LockfileIs.MISSING), "nothing", "there is no lockfile"),
        (of(AWAY, suppressed=LIST), "nothing", "Suppressed, and not in the lockfile"),
        (of(AWAY, suppressed=LIST, departed=REMOVED), "nothing", "removed before: deleted"),
        (of(AWAY, suppressed=LIST, departed=REFUSED), "nothing", "not confirmed: blocked"),
        (of(HERE, suppressed=LIST, is_settled=False), "unknown", "declared and suppressed"),
        (of(HERE, declared=DECLARED * 2, is_settled=False), "unknown", "declared twice"),
        (of(HERE, lockfile=LockfileIs.UNREADABLE, is_settled=False), "unknown", "can't be read"),
        (of(HERE, is_settled=False), "unknown", "The file that declares them has a problem"),
        (of(AWAY, is_settled=False), "unknown", "may be declared where it can't be read"),
    ],
)
def test_what_apply_would_do_and_why(explanation: Explanation, does: str, because: str) -> None:
    found = decision(explanation)
    assert found.does == does
    assert because in found.because


def test_forgetting_an_unconfirmed_member_does_not_mention_the_doubt() -> None:
    forgotten = of(AWAY, action=remove(Removal.FORGET, doubtful=True), entry=UNCONFIRMED)
    assert "may not be" not in decision(forgotten).because


def test_each_obstacle_to_an_apply_is_named_with_the_first_place() -> None:
    problems = (PROBLEM, Problem(("No.",), location=Location("b.yaml")))
    (problem,) = obstacles(of(HERE, problems=problems), command)
    assert "2 problems" in problem.reason
    assert "a.yaml:7:5" in problem.reason
    unfetched = {"lockfile": LockfileIs.UNFETCHED, "unfetched": "state"}
    _, _, guard = obstacles(of(HERE, refusals=(GUARD,), unchecked=(WARNING,), **unfetched), command)
    assert "60 of 100 members" in guard.reason
    assert list(obstacles(HERE, command)) == []


@pytest.mark.parametrize(
    ("explanation", "words"),
    [
        (of(HERE, action=ADD), ["`reconciler apply p`", f"remove the entry at {AT}"]),
        (
            of(AWAY, action=remove(Removal.DELETE), entry=PRESENT),
            ["`reconciler apply p`", "declare them again"],
        ),
        (
            of(HERE, action=remove(Removal.DELETE), expires="2026-11-01"),
            [f"later `expires` at {AT}"],
        ),
        (of(AWAY, action=remove(Removal.DELETE), suppressed=LIST), ["suppression list, suppressed.txt:3"]),
        (of(HERE, action=change(SET)), [f"undo it at {AT}", "policy.on_change: resubmit"]),
        (of(HERE, action=change(SET, deliverable=True)), ["`reconciler apply p`", f"undo it at {AT}"]),
        (of(HERE, action=STILL_REJECTED), [f"Fix the declaration at {AT}", "apply p --retry-rejected`"]),
        (of(AWAY, action=UNREMOVED), ["--retry-rejected`", "`reconciler state rm`", "declare them again"]),
        (of(HERE, entry=PRESENT), [f"remove the entry at {AT}"]),
        (of(AWAY, suppressed=LIST), ["Apply sends nothing", "remove them there by hand", "suppressed.txt:3"]),
        (of(AWAY, suppressed=LIST, departed=REFUSED), ["remove them there by hand", "suppressed.txt:3"]),
        (of(AWAY, suppressed=LIST, departed=REMOVED), ["Nothing to do: they must not be added"]),
        (of(AWAY, suppressed=LIST, has_opted_out=True), ["Nothing to do: they must not be added"]),
        (of(HERE, action=ADD, refusals=(GUARD,)), ["`reconciler apply p --allow remove`"]),
        (of(HERE, unchecked=(WARNING,)), ["Set it to the secret."]),
        (of(HERE, unfetched="state"), ["`git fetch origin state:", "`reconciler state publish p`"]),
        (
            of(HERE, declared=DECLARED * 2, is_settled=False, problems=(PROBLEM,)),
            [f"Keep one of {AT} and {AT}"],
        ),
        (
            of(HERE, suppressed=LIST, is_settled=False, problems=(PROBLEM,)),
            [f"Remove the entry at {AT}", "suppressed.txt:3"],
        ),
    ],
)
def test_what_to_do_next(explanation: Explanation, words: list[str]) -> None:
    found = steps(explanation)
    assert all(word in found for word in words)


def test_what_prevents_an_apply_comes_first_and_apply_is_not_offered_beside_it() -> None:
    found = steps(HERE, action=ADD, problems=(PROBLEM,))
    assert found.startswith("Fix the problems: `reconciler validate p`")
    assert "apply" not in found


def test_a_field_that_is_only_cleared_has_no_policy_that_would_do_it() -> None:
    assert "policy" not in steps(HERE, action=change(CLEARED))


def test_for_an_unknown_address_the_nearest_is_suggested() -> None:
    assert next_steps(of(AWAY, like="adda@example.org"), command) == [
        ("Did you mean ", Address("adda@example.org"), "?")
    ]


# On the screen


def test_a_command_stays_on_one_line_so_that_it_can_be_copied() -> None:
    assert wrapped("To do it: `reconciler apply production`. Else not.", 30) == [
        "To do it:",
        "`reconciler apply production`.",
        "Else not.",
    ]


@given(st.text(max_size=300), st.integers(10, 80))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    assert " ".join(wrapped(text, width)).split() == text.split()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (WRITTEN, "commit 0123456789ab, 2026-11-20, by Ada Lovelace\n"),
        (Written("0" * 39 + "1", "Ada", "2026-11-20", is_oldest=True), "or before it"),
        (NOT_COMMITTED, "not committed yet\n"),
    ],
)
def test_what_git_knows_of_the_declaration(written: Written, words: str) -> None:
    assert words in as_text(screen(of(HERE, declared=(DeclaredAt(PLACE, written),))))
    assert "commit" not in as_text(screen(HERE))


def test_a_refusal_that_is_noted_on_an_entry_is_shown() -> None:
    entry = structs.replace(PRESENT, undelivered=Undelivered("delete", "blocked", PUSHED))
    found = " ".join(as_text(screen(of(AWAY, entry=entry))).split())
    assert f"refused to delete on {PUSHED}; the API says: blocked" in found


def test_of_very_many_fields_the_first_are_shown_and_the_others_counted() -> None:
    fields = tuple(FieldChange(f"custom{number}", "a", "b") for number in range(9))
    found = as_text(screen(of(HERE, action=change(*fields))))
    assert 'custom5: "a" → "b"' in found
    assert "… and 3 fields more" in found


def test_as_json_problems_about_others_are_masked_and_counted() -> None:
    about_others = Problem(
        (Address("bob@example.org"), " is declared twice."), location=Location("a.yaml", 1)
    )
    data = as_json(screen(of(HERE, problems=(about_others,) * 30)))
    assert data["problem_count"] == 30
    assert len(data["problems"]) == 20
    assert data["problems"][0]["message"] == "b…@example.org is declared twice."
