"""What to do next about one person."""

from dataclasses import replace

from people import person, present

from reconciler.explain import DeclaredAt, Explanation
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
from reconciler.problems import Address, Location, Problem, Severity, plain
from reconciler.render.why_next import Commands, next_steps

ADA, AT = "ada@example.org", "panels/p/members/team.yaml:2"
COMMANDS = Commands("reconciler validate p", "reconciler apply p", "reconciler state publish p")
DECLARED = (DeclaredAt(Location("panels/p/members/team.yaml", 2), None),)
HERE = Explanation("p", ADA, "2026-11-26", DECLARED)
AWAY = Explanation("p", ADA, "2026-11-26")
REMOVE = Remove(ADA, Removal.DELETE, person("ada"))


def steps(explanation: Explanation, **facts: object) -> list[str]:
    return [plain(step) for step in next_steps(replace(explanation, **facts), COMMANDS)]  # type: ignore[arg-type] # its fields


def test_to_be_added_they_need_an_apply_and_not_to_be_their_entry_has_to_go() -> None:
    assert steps(HERE, action=Add(ADA, AT, {})) == [
        f"To have it done: `reconciler apply p`. If they shouldn't be added: take the entry at {AT} out."
    ]


def test_to_keep_one_who_leaves_they_are_declared_again() -> None:
    assert steps(AWAY, action=REMOVE, entry=present(person("ada"))) == [
        "To have it done: `reconciler apply p`. To keep them: declare them again."
    ]


def test_to_keep_one_who_expired_the_day_is_moved() -> None:
    (step,) = steps(HERE, action=REMOVE, expires="2026-11-01")
    assert f"set a later `expires` at {AT}" in step


def test_to_keep_one_who_is_suppressed_they_come_off_the_list_first() -> None:
    (step,) = steps(AWAY, action=REMOVE, suppressed=Location("suppressed.txt", 3))
    assert step.endswith("To keep them: take them off the list first, suppressed.txt:3.")


def test_a_change_that_is_not_sent_is_made_by_hand_or_by_another_policy() -> None:
    first, second = steps(HERE, action=Change(ADA, AT, (FieldChange("city", "a", "b"),), {}))
    assert first == f"Change it in QuestionPro by hand; or undo it at {AT}."
    assert "policy.on_change: resubmit" in second


def test_a_field_that_is_only_cleared_has_no_policy_that_would_do_it() -> None:
    assert len(steps(HERE, action=Change(ADA, AT, (FieldChange("city", "a", None),), {}))) == 1


def test_a_change_that_is_sent_can_be_undone_before() -> None:
    (step,) = steps(HERE, action=Change(ADA, AT, (FieldChange("city", "a", "b"),), {}, deliverable=True))
    assert step == f"To have it done: `reconciler apply p`. If it isn't meant: undo it at {AT}."


def test_one_who_was_refused_is_mended_or_sent_again() -> None:
    first, second = steps(HERE, action=StillRejected(ADA, AT, "no", {}))
    assert first == f"Mend the declaration at {AT}, or take it out."
    assert "`reconciler apply p --retry-rejected`" in second


def test_one_who_could_not_be_removed_is_removed_by_hand_or_asked_about_again() -> None:
    first, second, third = steps(AWAY, action=Unremoved(ADA, Removal.DELETE, "blocked", {}))
    assert "`reconciler apply p --retry-rejected`" in first
    assert "`reconciler state rm`" in second
    assert third == "To keep them: declare them again."


def test_one_about_whom_nothing_is_to_do_can_be_taken_out() -> None:
    assert steps(HERE, entry=present(person("ada"))) == [
        f"Nothing. To have them removed: take the entry at {AT} out."
    ]


def test_of_one_whom_nothing_is_known_of_the_nearest_is_asked_for_as_an_address() -> None:
    assert next_steps(replace(AWAY, like="adda@example.org"), COMMANDS) == [
        ("Did you mean ", Address("adda@example.org"), "?")
    ]


def test_one_who_is_suppressed_stays_away_until_they_agree() -> None:
    (step,) = steps(AWAY, suppressed=Location("suppressed.txt", 3))
    assert "they must not be added" in step
    assert "suppressed.txt:3" in step


def test_what_is_in_the_way_comes_first_and_apply_is_not_offered_beside_it() -> None:
    problems = (Problem(("No.",), location=Location("a.yaml", 7)),)
    first, second = steps(HERE, action=Add(ADA, AT, {}), problems=problems)
    assert first == "Mend what is wrong: `reconciler validate p` shows all of it."
    assert "apply" not in second


def test_a_guard_is_lifted_by_its_flag() -> None:
    refusals = (GuardRefusal("remove", 60, "30%", 100, "--allow remove"),)
    first, *_ = steps(AWAY, action=REMOVE, refusals=refusals)
    assert first == "If the whole plan is meant: `reconciler apply p --allow remove`."


def test_a_list_that_cannot_be_checked_says_how_it_can() -> None:
    warning = Problem(("x",), ("Set it to the secret.",), severity=Severity.WARNING)
    assert steps(HERE, unchecked=(warning,))[0] == "Set it to the secret."


def test_a_branch_that_is_not_here_is_fetched_or_made() -> None:
    first, *_ = steps(HERE, unfetched="state")
    assert "`git fetch origin state:" in first
    assert first.endswith("doesn't exist yet: `reconciler state publish p` makes it.")


def test_one_declared_twice_keeps_one_of_the_places() -> None:
    first, _ = steps(HERE, declared=DECLARED * 2, is_settled=False, problems=(Problem(("No.",)),))
    assert first == f"Keep one of {AT} and {AT}."


def test_one_declared_and_suppressed_is_taken_out_of_one_of_the_two() -> None:
    place = Location("suppressed.txt", 3)
    first, _ = steps(HERE, suppressed=place, is_settled=False, problems=(Problem(("No.",)),))
    assert first.startswith(f"Take the entry at {AT} out; or first take them off the list, suppressed.txt:3")
