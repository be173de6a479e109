from dataclasses import replace

import pytest
from plans import (
    CIRCUMSTANCES,
    FILE,
    TOO_MANY_LEAVE,
    add,
    adds,
    change,
    plan_of,
    rejected,
    remove,
    unremoved,
)

from reconciler.member import Removal
from reconciler.plan.model import Cost, Expiring, FieldChange, GuardRefusal, Plan
from reconciler.render.plan_words import PlanContext
from reconciler.render.showing import RenderOptions
from reconciler.render.text_plan import text_plan


def shown(
    plan: Plan, showing: RenderOptions | None = None, circumstances: PlanContext = CIRCUMSTANCES
) -> str:
    return text_plan(plan, showing or RenderOptions(), circumstances)


def test_who_is_added_from_which_file_and_line() -> None:
    text = shown(plan_of(add("grace", 9)))
    assert "To add: 1." in text
    assert f"  1 from {FILE}\n" in text
    assert f"  + grace@example.org  {FILE}:9\n" in text


def test_adds_are_counted_by_file() -> None:
    text = shown(plan_of(*adds(11), add("zoe", file="panels/shared/x.csv")))
    assert f"  11 from {FILE}\n   1 from panels/shared/x.csv\n" in text


def test_one_who_was_sent_before_without_an_answer_is_marked() -> None:
    text = shown(plan_of(add("ada"), add("grace", doubtful=True)))
    assert "1 of them was sent before without an answer" in text
    assert f"+ grace@example.org  {FILE}:9  (sent before without an answer)" in text


def test_a_change_shows_each_field_before_and_after_and_that_the_api_cannot_deliver_it() -> None:
    text = shown(plan_of(change(FieldChange("custom1", "a", ""), FieldChange("city", "Paris", None))))
    assert "This API can't change a member who is in the panel already." in text
    assert '      custom1: "a" → ""\n      city: "Paris" → not declared\n' in text


def test_a_removal_says_that_the_person_stays_in_the_panel() -> None:
    text = shown(plan_of(remove()))
    assert "  - bob@example.org\n" in text
    assert "they stay in the panel, and only the lockfile's entry goes" in text


def test_a_rejected_member_shows_the_reason_and_when_they_are_sent_again() -> None:
    text = shown(plan_of(rejected("Invalid birthday")))
    assert f"  ! eve@example.org  {FILE}:3\n      the API's word: Invalid birthday\n" in text
    assert "`--retry-rejected`" in text


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (Cost(1, 0.2, None), "1 call, about 0.2 seconds\n"),
        (Cost(50, 12.3, 500), "50 calls, about 12.3 seconds, 10.0% of the allowance of 500 calls\n"),
        (Cost(900, 185.0, 20_000), "900 calls, about 3 min 5 s, 4.5% of the allowance of 20000 calls\n"),
        (Cost(1, 0.2, 20_000), "1 call, about 0.2 seconds, under 0.1% of the allowance of 20000 calls\n"),
        (Cost(0, 0.0, 500), "no calls\n"),
    ],
)
def test_what_it_costs(cost: Cost, words: str) -> None:
    assert f"Cost:   {words}" in shown(plan_of(add(), cost=cost))


def test_a_refusal_names_figures_setting_and_flag() -> None:
    assert (
        "Apply would refuse this: 60 of 100 members would be removed, and guards.remove allows 30%. "
        "If that is meant: `--allow remove`."
    ) in shown(plan_of(remove(), refusals=[TOO_MANY_LEAVE]))


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (GuardRefusal("add", 60, "50", 100, "--allow add"), "60 would be added to 100 members"),
        (GuardRefusal("change", 60, "5%", 100, "--allow change"), "60 of 100 members would be changed"),
        (GuardRefusal("empty", 100, "0", 100, "--allow empty"), "nobody is declared any more, and all 100"),
    ],
)
def test_each_guard_says_what_would_happen(refusal: GuardRefusal, words: str) -> None:
    text = shown(plan_of(add(), refusals=[refusal]))
    assert words in text
    assert f"`{refusal.lifted_by}`" in text


def test_a_refused_plan_ends_with_the_command_that_lifts_its_guards() -> None:
    text = shown(plan_of(remove(), refusals=[TOO_MANY_LEAVE]))
    assert text.endswith("Next:   if it is meant, `reconciler apply production --allow remove`\n")


def test_a_plan_ends_with_its_digest_and_what_to_do() -> None:
    text = shown(plan_of(add()))
    assert text.endswith("Digest: sha256:5ca1ab1e\nNext:   `reconciler apply production`\n")


def test_shown_by_apply_itself_it_does_not_say_what_to_do_next() -> None:
    text = shown(plan_of(add()), circumstances=CIRCUMSTANCES._replace(is_applying=True))
    assert text.endswith("Digest: sha256:5ca1ab1e\n")


def test_with_nothing_to_apply_nothing_is_to_be_done() -> None:
    text = shown(plan_of(change(), unchanged=3))
    assert text.endswith("Next:   nothing; there is nothing to apply.\n")


def test_without_a_lockfile_it_warns_that_the_panel_may_not_be_empty() -> None:
    assert "the panel may not be empty" in shown(plan_of(add(), has_lockfile=False))
    assert "the panel may not be empty" not in shown(plan_of(add()))


def test_a_journal_that_is_counted_in_is_said_with_what_takes_it_in() -> None:
    text = shown(plan_of(unchanged=1), circumstances=CIRCUMSTANCES._replace(is_recovered=True))
    assert "An interrupted run left a journal, or an apply is under way." in text
    assert "`reconciler state recover production`" in text
    assert text.endswith("Next:   `reconciler apply production`\n")


def test_a_plan_of_five_thousand_additions_fits_on_a_screen() -> None:
    text = shown(plan_of(*adds(5000)))
    assert len(text.splitlines()) < 35
    assert "  … and 4980 more. To see all: --full --only add\n" in text


def test_full_lists_everybody() -> None:
    text = shown(plan_of(*adds(500)), RenderOptions(full=True))
    assert text.count("  + ") == 500
    assert "more" not in text


def test_many_files_are_bounded_too() -> None:
    actions = [add(f"m{number}", file=f"f{number:03}.csv") for number in range(50)]
    assert "  … and from 30 more files\n" in shown(plan_of(*actions))
    assert "more files" not in shown(plan_of(*actions), RenderOptions(full=True))


def test_only_lists_the_actions_asked_for_and_still_counts_all() -> None:
    text = shown(plan_of(add(), remove(), rejected()), RenderOptions(only=frozenset({"remove", "rejected"})))
    assert "1 to add, 1 to remove (forget), 1 rejected" in text
    assert "grace@example.org" not in text
    assert "bob@example.org" in text
    assert "eve@example.org" in text


def test_masked_it_keeps_names_of_fields_files_and_lines() -> None:
    text = shown(
        plan_of(
            add(),
            change(FieldChange("city", "Paris", None), FieldChange("custom1", 7, "x")),
            rejected("Eve Moneypenny is blocked", lastName="Moneypenny"),
        ),
        RenderOptions(masked=True),
    )
    assert f"+ g…@example.org  {FILE}:9" in text
    assert "city: … → not declared" in text
    assert "custom1: … → …" in text
    assert "the API's word: … … is blocked" in text
    assert "Paris" not in text


def test_colours_mark_the_symbols_and_the_warnings() -> None:
    showing = RenderOptions(paint=lambda text, colour: f"<{colour}>{text}</>")
    text = shown(plan_of(add(), remove(), refusals=[TOO_MANY_LEAVE], has_lockfile=False), showing)
    assert "  <green>+</> grace@example.org" in text
    assert "  <red>-</> bob@example.org" in text
    assert "<yellow>! There is no lockfile" in text
    assert "<red>! Apply would refuse this" in text


def test_a_change_that_is_sent_says_that_the_api_confirms_no_updates() -> None:
    text = shown(plan_of(change(FieldChange("city", "Paris", "Rome"), deliverable=True)))
    assert text.startswith("production: 1 to change.")
    assert "The API doesn't confirm updates" in text
    assert "can't be cleared" not in text


def test_a_change_that_is_sent_says_which_fields_it_can_not_clear() -> None:
    changes = (FieldChange("city", "Paris", "Rome"), FieldChange("custom1", "a", None))
    assert "A field that is no longer declared can't be cleared" in shown(
        plan_of(change(*changes, deliverable=True))
    )


def test_changes_that_would_only_clear_fields_are_counted_as_left_alone() -> None:
    sent = change(FieldChange("city", "Paris", "Rome"), deliverable=True)
    left = change(FieldChange("city", "Paris", None), name="bob")
    text = shown(plan_of(sent, left))
    assert "1 of them would clear fields and nothing else: apply leaves them as they are." in text
    assert "1 to change, 1 changed (not deliverable by this API)" in text


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (Removal.UNSUBSCRIBE, "POST /micropanel/members/unsubscribe"),
        (Removal.DELETE, "DELETE /micropanel/members"),
        (Removal.DELETE, "it needs `--allow delete`"),
    ],
)
def test_a_removal_names_the_person_and_the_call(by: Removal, words: str) -> None:
    text = shown(plan_of(remove(by=by)))
    assert f"1 to remove ({by})" in text
    assert "  - bob@example.org\n" in text
    assert words in text


def test_a_removal_about_which_nothing_is_known_says_so() -> None:
    assert "1 of them may not be there" in shown(plan_of(remove(by=Removal.DELETE, doubtful=True)))


def test_who_expired_is_shown_with_the_day_and_where_the_declaration_stands() -> None:
    expired = remove(by=Removal.DELETE, expired="2026-12-01", source=f"{FILE}:9")
    assert f"  - bob@example.org  {FILE}:9  (expired 2026-12-01)\n" in shown(plan_of(expired))


def test_who_is_not_removed_is_shown_with_the_reason_and_the_way_out() -> None:
    text = shown(plan_of(unremoved()))
    assert "Not removed: 1." in text
    assert "`--retry-rejected`" in text
    assert "  ! bob@example.org  (refused: delete)\n      the API's word: blocked\n" in text


def test_who_expires_soon_is_listed_by_day() -> None:
    soon = (Expiring("ada@example.org", f"{FILE}:4", "2026-12-01"),)
    text = shown(replace(plan_of(), expiring=soon, expired=2))
    assert "Expired: 2. Still in the files, and counted as not declared.\n" in text
    assert f"Expire within 30 days: 1.\n  2026-12-01  ada@example.org  {FILE}:4\n" in text


def test_masked_who_expires_soon_keeps_day_file_and_line() -> None:
    soon = (Expiring("ada@example.org", f"{FILE}:4", "2026-12-01"),)
    text = shown(replace(plan_of(), expiring=soon), RenderOptions(masked=True))
    assert f"  2026-12-01  a…@example.org  {FILE}:4\n" in text


def test_changes_that_only_clear_fields_say_that_no_call_clears_a_field() -> None:
    text = shown(plan_of(change(FieldChange("city", "Paris", None))))
    assert "No call of this API clears a field." in text


def test_a_plan_for_another_day_says_so_and_offers_no_apply() -> None:
    text = shown(plan_of(add()), circumstances=CIRCUMSTANCES._replace(today="2027-01-31"))
    assert "! Declarations are counted as on 2027-01-31, since --today says so." in text
    assert "Next:   nothing now: this is a rehearsal of 2027-01-31." in text
