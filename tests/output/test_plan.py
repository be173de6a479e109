"""A plan on the screen: who, from where, at what cost, and what can't be carried out."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot
from plans import (
    CONTEXT,
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
from screens import as_github, as_json, as_markdown, as_text
from workflow_commands import obeyed

from reconciler.lint.model import Correction, PlanLint
from reconciler.lockfile.codec import digest
from reconciler.lockfile.model import Lockfile
from reconciler.member import Removal
from reconciler.output.documents.plan import plan_screen
from reconciler.output.plan_json import PlanContext
from reconciler.output.render import Screen
from reconciler.plan.model import Add, Cost, Expiring, FieldChange, GuardRefusal, Plan
from reconciler.plan.pull_request import Base, PullRequestChanges
from reconciler.problems import Location, Problem, Severity

BASE = Base("origin/main", "4f6b5a1d0c3e2b7a9f8e6d5c4b3a29180716f5e4")
SOON = (Expiring("ada@example.org", f"{FILE}:4", "2026-12-01"),)


def screen(plan: Plan, context: PlanContext = CONTEXT, only: tuple[str, ...] = ()) -> Screen:
    return plan_screen(plan, context, only)


def text(plan: Plan, context: PlanContext = CONTEXT, **options: object) -> str:
    return as_text(screen(plan, context), **options)


def shared(*names: str, readable: bool = True, new_settings: bool = False) -> PlanContext:
    """A pull request that declares these people in another way."""
    keys = frozenset(f"{name}@example.org" for name in names)
    former = {f"{name}@example.org": f"{FILE}:7" for name in names}
    changes = PullRequestChanges(BASE, keys if readable else None, new_settings, former=former)
    return CONTEXT._replace(pull_request=changes)


EVERYTHING = replace(
    plan_of(
        add(doubtful=True),
        change(FieldChange("custom1", "a", ""), FieldChange("city", "Paris", None)),
        remove(by=Removal.DELETE),
        rejected("Invalid birthday"),
        unremoved("sam"),
        unchanged=95,
        refusals=[TOO_MANY_LEAVE],
    ),
    expiring=SOON,
    expired=2,
)


def test_the_whole_plan_on_a_terminal() -> None:
    assert text(EVERYTHING) == snapshot("""\
production: 1 to add, 1 changed (not deliverable by this API), 1 to remove (delete), 95 unchanged, 2 rejected.
Target: https://api.questionpro.eu/a/api/v2

A guard refuses this plan: 60 of 100 members would be removed; guards.remove allows 30%.
    If you intend this, add `--allow remove`.

To add: 1
  1 of them was sent before without an answer, and may be in the panel. Sending again is safe.
  + grace@example.org  panels/production/members/team.yaml:9, sent before without an answer

Changed: 1
  The API can't change a member who is already in the panel. Apply leaves them as they are.
  ~ ada@example.org  panels/production/members/team.yaml:12
      custom1: "a" → ""
      city: "Paris" → not declared

To remove: 1
  Delete: they are permanently deleted from the panel (`DELETE /micropanel/members`). Apply asks again before it deletes; without a terminal it needs `--allow delete`.
  - bob@example.org  delete

Rejected: 1
  The API refused them. They are sent again once their declaration changes, or with `--retry-rejected`.
  ! eve@example.org  panels/production/members/team.yaml:3
      the API says: Invalid birthday

Not removed: 1
  The API refused to remove them, and they stay in the panel. Check in QuestionPro why (unblock them if they are blocked) and apply with `--retry-rejected`. Or remove them there by hand, then run `reconciler state rm`.
  ! sam@example.org  refused: delete
      the API says: blocked

2 declarations have expired: still in the files, but not counted.

Expire within 30 days: 1
  2026-12-01  ada@example.org  panels/production/members/team.yaml:4

Cost:   1 call, about 0.2 seconds
Digest: sha256:5ca1ab1e
Next:   if you intend this, `reconciler apply production --allow remove`
""")


def test_the_whole_plan_in_a_comment() -> None:
    assert as_markdown(screen(EVERYTHING), masked=True) == snapshot("""\
**production: 1 to add, 1 changed (not deliverable by this API), 1 to remove (delete), 95 unchanged, 2 rejected.**

Target: `https://api.questionpro.eu/a/api/v2`

- A guard refuses this plan: 60 of 100 members would be removed; guards.remove allows 30%.
  - If you intend this, add `--allow remove`.

#### To add: 1

1 of them was sent before without an answer, and may be in the panel. Sending again is safe.

| member | declared in |
| --- | --- |
| `g…@example.org` | `panels/production/members/team.yaml:9`, sent before without an answer |

#### Changed: 1

The API can't change a member who is already in the panel. Apply leaves them as they are.

| member | declared in | before → after |
| --- | --- | --- |
| `a…@example.org` | `panels/production/members/team.yaml:12` | `custom1`: `…` → `…`<br>`city`: `…` → not declared |

#### To remove: 1

Delete: they are permanently deleted from the panel (`DELETE /micropanel/members`). Apply asks again before it deletes; without a terminal it needs `--allow delete`.

| member | by | last declared in |
| --- | --- | --- |
| `b…@example.org` | delete |  |

#### Rejected: 1

The API refused them. They are sent again once their declaration changes, or with `--retry-rejected`.

| member | declared in | reason |
| --- | --- | --- |
| `e…@example.org` | `panels/production/members/team.yaml:3` | the API says: `Invalid birthday` |

#### Not removed: 1

The API refused to remove them, and they stay in the panel. Check in QuestionPro why (unblock them if they are blocked) and apply with `--retry-rejected`. Or remove them there by hand, then run `reconciler state rm`.

| member | by | reason |
| --- | --- | --- |
| `s…@example.org` | refused: delete | the API says: `blocked` |

2 declarations have expired: still in the files, but not counted.

#### Expire within 30 days: 1

| expires | member | declared in |
| --- | --- | --- |
| 2026-12-01 | `a…@example.org` | `panels/production/members/team.yaml:4` |

- Cost: 1 call, about 0.2 seconds
- Digest: `sha256:5ca1ab1e`
- Next: if you intend this, `reconciler apply production --allow remove`

<!-- reconciler: shown {"environment": "production", "digest": "sha256:5ca1ab1e", "roster_digest": "sha256:0b5e55ed", "summary": {"add": 1, "change": 1, "remove": 1, "unchanged": 95, "rejected": 2}} -->
""")


def test_adds_are_counted_by_file_if_there_are_several() -> None:
    found = text(plan_of(*adds(11), add("zoe", file="panels/shared/x.csv")))
    assert f"  11  {FILE}\n   1  panels/shared/x.csv\n" in found
    assert f"1  {FILE}\n" not in text(plan_of(add()))


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
    assert f"Cost:   {words}" in text(plan_of(add(), cost=cost))


@pytest.mark.parametrize(
    ("refusal", "figures"),
    [
        (TOO_MANY_LEAVE, ("60 of 100 members", "removed", "guards.remove allows 30%")),
        (GuardRefusal("add", 60, "50", 100, "--allow add"), ("60", "100 members", "guards.add allows 50")),
        (GuardRefusal("change", 60, "5%", 100, "--allow change"), ("60 of 100 members", "changed")),
        (GuardRefusal("empty", 100, "0", 100, "--allow empty"), ("all 100 in the lockfile",)),
    ],
)
def test_a_guard_names_figures_setting_and_flag(refusal: GuardRefusal, figures: tuple[str, ...]) -> None:
    found = text(plan_of(remove(), refusals=[refusal]))
    assert all(figure in found for figure in figures)
    assert f"add `{refusal.lifted_by}`" in found
    assert found.endswith(f"`reconciler apply production {refusal.lifted_by}`\n")


def test_a_plan_that_apply_shows_has_no_next_step() -> None:
    assert "Next:" not in text(plan_of(add()), CONTEXT._replace(is_applying=True))


def test_a_plan_for_another_day_offers_no_apply() -> None:
    found = text(plan_of(add()), CONTEXT._replace(today="2027-01-31"))
    assert "[rehearsal]" in found
    assert "`reconciler apply" not in found


@pytest.mark.parametrize(
    ("context", "code"),
    [
        (CONTEXT._replace(is_recovered=True), "interrupted-run"),
        (CONTEXT._replace(unfetched="state"), "branch-not-fetched"),
        (CONTEXT._replace(conflicts=2), "lockfile-conflict"),
        (shared(readable=False), "base-not-readable"),
        (shared(new_settings=True), "settings-changed"),
    ],
)
def test_a_warning_shows_its_code_in_every_format(context: PlanContext, code: str) -> None:
    shown = screen(plan_of(add()), context)
    assert f"[{code}]" in as_text(shown)
    assert f"(`{code}`)" in as_markdown(shown)
    assert any(f"[{code}]" in command.message for command in obeyed(as_github(shown)))


@pytest.mark.parametrize("recorded", [None, Lockfile("production", plan_of().target)], ids=["none", "empty"])
def test_a_first_apply_warns_of_mail_to_each_added_member_and_says_how_to_begin_small(
    recorded: Lockfile | None,
) -> None:
    first = replace(plan_of(add()), lockfile_digest=digest(recorded))
    for shown in (text(first), as_markdown(screen(first))):
        assert "first-apply" in shown
        assert "double opt-in" in shown
        assert "`reconciler apply production --max-calls 1`" in shown


def test_without_a_lockfile_it_warns_and_of_a_first_apply_only_if_members_are_added() -> None:
    without, recorded = text(plan_of(remove(), has_lockfile=False)), text(plan_of(add()))
    assert "[no-lockfile]" in without
    assert "[no-lockfile]" not in recorded
    assert "first-apply" not in without + recorded


def test_lint_warnings_are_in_the_plan_with_corrected_addresses_first() -> None:
    odd = Problem(("Odd.",), location=Location(FILE, 4), severity=Severity.WARNING, code="odd")
    lint = PlanLint((odd,), (Correction("a@gmial.com", "a@gmail.com", f"{FILE}:9"),))
    lines = text(plan_of(add()), CONTEXT._replace(lint=lint)).splitlines()
    first, second = (line for line in lines if line.startswith(FILE))
    assert first.startswith(f"{FILE}:9: warning: a@gmial.com is removed and a@gmail.com is added.")
    assert second == f"{FILE}:4: warning: Odd. [odd]"


def test_a_plan_of_five_thousand_additions_fits_on_a_screen() -> None:
    found = text(plan_of(*adds(5000)))
    assert len(found.splitlines()) < 35
    assert "  … and 4980 more. To see all: `--full --only add`\n" in found


def test_full_lists_everybody() -> None:
    found = text(plan_of(*adds(500)), full=True)
    assert found.count("  + ") == 500
    assert "more" not in found


def test_a_list_of_files_is_cut_and_counted() -> None:
    actions = [add(f"m{number}", file=f"f{number:03}.csv") for number in range(50)]
    assert "  … and 30 more.\n" in text(plan_of(*actions))


def test_only_lists_the_actions_asked_for_and_still_counts_all() -> None:
    shown = screen(plan_of(add(), remove(), rejected()), only=("remove", "rejected"))
    for found in (as_text(shown), as_markdown(shown), as_github(shown)):
        assert "1 to add, 1 to remove (forget), 1 rejected" in found
        assert "grace" not in found
        assert "bob" in found
        assert "eve" in found
    assert len(as_json(shown)["actions"]) == 3


def test_a_masked_plan_keeps_names_of_fields_files_and_lines() -> None:
    plan = plan_of(
        add(),
        change(FieldChange("city", "Paris", None), FieldChange("custom1", 7, "x")),
        rejected("Eve Moneypenny is blocked", lastName="Moneypenny"),
    )
    found = text(replace(plan, expiring=SOON), masked=True)
    assert f"+ g…@example.org  {FILE}:9" in found
    assert "city: … → not declared" in found
    assert "custom1: … → …" in found
    assert "… … is blocked" in found
    assert f"2026-12-01  a…@example.org  {FILE}:4" in found
    assert "Paris" not in found


def test_colours_mark_the_symbols_and_the_problems() -> None:
    def paint(words: str, colour: str) -> str:
        return f"<{colour}>{words}</>"

    plan = plan_of(add(), remove(), refusals=[TOO_MANY_LEAVE], has_lockfile=False)
    found = text(plan, paint=paint)
    assert "  <green>+</> grace@example.org" in found
    assert "  <red>-</> bob@example.org" in found
    assert "<yellow>warning: No lockfile found." in found
    assert "<red>A guard refuses this plan" in found


def test_two_values_that_look_the_same_show_what_differs() -> None:
    found = text(plan_of(change(FieldChange("firstName", "Zoë", "Zoe\u0308"))))
    assert "firstName: 'Zo\\xeb' → 'Zoe\\u0308'" in found


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (Removal.FORGET, "stay in the panel; only the lockfile entry is dropped"),
        (Removal.UNSUBSCRIBE, "POST /micropanel/members/unsubscribe"),
        (Removal.DELETE, "DELETE /micropanel/members"),
    ],
)
def test_a_removal_says_what_it_does(by: Removal, words: str) -> None:
    found = text(plan_of(remove(by=by)))
    assert f"1 to remove ({by})" in found
    assert words in found


def test_an_expired_member_is_shown_with_the_day_and_the_declaration() -> None:
    expired = remove(by=Removal.DELETE, expired="2026-12-01", source=f"{FILE}:9")
    assert f"bob@example.org  delete  {FILE}:9, expired 2026-12-01\n" in text(plan_of(expired))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([change()], "can't change a member who is already in the panel"),
        ([change(FieldChange("city", "Paris", None))], "can't clear a field"),
        ([change(deliverable=True)], "The API doesn't confirm updates"),
        (
            [change(FieldChange("city", "a", "b"), FieldChange("custom1", "a", None), deliverable=True)],
            "the panel keeps fields that are no longer declared",
        ),
        (
            [change(deliverable=True), change(FieldChange("city", "a", None), name="b")],
            "1 of them would only",
        ),
    ],
)
def test_changes_say_what_the_api_can_not_do(changes: list[Add], words: str) -> None:
    assert words in text(plan_of(*changes))


# Compared with a merge base


def test_the_pull_requests_own_changes_come_before_those_that_were_pending() -> None:
    plan = plan_of(add("ada"), add("grace"), change(name="kurt"), remove("bob"), remove("eve"))
    shown = screen(plan, shared("grace", "bob", "nobody"))
    for found in (as_text(shown), as_markdown(shown)):
        own = found.index("This pull request: 1 to add, 1 to remove (forget), and 1 declaration that differs")
        pending = found.index("Pending before it: 1 to add, 1 changed (not deliverable by this API)")
        assert own < found.index("grace@") < pending < found.index("ada@")
        assert found.index("bob@") < pending < found.index("eve@")


def test_a_removal_shows_where_the_member_was_declared_before() -> None:
    shown = screen(plan_of(remove("bob")), shared("bob"))
    assert f"b…@example.org  forget  {FILE}:7\n" in as_text(shown, masked=True)
    assert f"| `b…@example.org` | forget | `{FILE}:7` |" in as_markdown(shown, masked=True)
    assert as_json(shown)["actions"][0]["former"] == f"{FILE}:7"
    assert as_json(shown)["actions"][0]["source"] is None


def test_a_note_counts_the_members_of_its_part_alone() -> None:
    plan = plan_of(add("ada", doubtful=True), add("grace", doubtful=True), add("kurt"))
    own, pending = text(plan, shared("ada", "kurt")).split("Pending before it:")
    assert "1 of them was sent before" in own
    assert "1 of them was sent before" in pending


def test_a_pull_request_without_an_effect_says_so() -> None:
    found = text(plan_of(add("ada")), shared())
    assert "This pull request: nothing to do.\n\nPending before it: 1 to add.\n\nTo add: 1\n" in found


def test_as_json_the_actions_stay_in_their_order_and_say_whose_they_are() -> None:
    data = as_json(screen(plan_of(add("ada"), remove("bob")), shared("bob")))
    assert [(action["key"], action["pending"]) for action in data["actions"]] == [
        ("ada@example.org", True),
        ("bob@example.org", False),
    ]
    assert data["base"]["commit"] == BASE.commit


# As JSON


def test_json_has_the_keys_of_the_contract_in_their_order() -> None:
    data = as_json(screen(plan_of(add(), unchanged=95, cost=Cost(1, 0.2, None))))
    assert list(data)[:9] == [
        *("format", "environment", "digest", "roster_digest", "lockfile_digest"),
        *("summary", "cost", "refusals", "actions"),
    ]
    assert data["format"] == 1
    assert data["summary"] == {"add": 1, "change": 0, "remove": 0, "unchanged": 95, "rejected": 0}
    assert data["cost"] == {"calls": 1, "seconds": 0.2, "allowance": None}


def test_as_json_a_refusal_names_guard_figures_and_flag() -> None:
    assert as_json(screen(plan_of(remove(), refusals=[TOO_MANY_LEAVE])))["refusals"] == [
        {"guard": "remove", "count": 60, "limit": "30%", "of": 100, "lifted_by": "--allow remove"}
    ]


def test_as_json_each_action_has_the_shape_of_the_contract() -> None:
    custom = FieldChange("custom1", "a", None)
    added = {
        "action": "add",
        "key": "grace@example.org",
        "source": f"{FILE}:9",
        "attributes": {"emailAddress": "grace@example.org"},
    }
    plan = plan_of(add(), add(doubtful=True), change(custom), remove(), rejected("no"))
    assert as_json(screen(plan))["actions"] == [
        added,
        added | {"doubtful": True},
        {
            "action": "change",
            "key": "ada@example.org",
            "source": f"{FILE}:12",
            "deliverable": False,
            "changes": [{"field": "custom1", "before": "a", "after": None}],
        },
        {"action": "remove", "key": "bob@example.org", "source": None, "by": "forget"},
        {"action": "rejected", "key": "eve@example.org", "source": f"{FILE}:3", "reason": "no"},
    ]


# In the log of a workflow


def test_in_a_log_the_plan_is_text_then_its_problems_then_its_sentence() -> None:
    plan = plan_of(remove(), refusals=[TOO_MANY_LEAVE], has_lockfile=False)
    shown = as_github(screen(plan))
    assert shown.startswith(text(plan))
    warning, error, notice = obeyed(shown)
    assert (warning.name, error.name, notice.name) == ("warning", "error", "notice")
    assert {command.properties["title"] for command in (warning, error, notice)} == {"Plan for production"}
    assert "60 of 100 members" in error.message
    assert notice.message == "production: 1 to remove (forget), no members are declared."
