"""The plans of several environments, and as much of them as fits."""

import re

from hypothesis import given
from hypothesis import strategies as st
from plans import CONTEXT, TOO_MANY_LEAVE, add, adds, change, plan_of, rejected, remove
from screens import as_github, as_json, as_markdown, as_text
from workflow_commands import obeyed

from reconciler.output.documents.plan import plan_screen, plans_screen
from reconciler.output.markdown import COMMENT_BYTES, prose
from reconciler.output.plan_json import PlanListing
from reconciler.output.wording import plan_sentence
from reconciler.plan.model import Action, FieldChange, Plan
from reconciler.plan.pull_request import Base, PullRequestChanges, SettingChange, figures_in
from reconciler.problems import Address, Location, Problem, Value

BASE = Base("origin/main", "4f6b5a1d0c3e2b7a9f8e6d5c4b3a29180716f5e4")
LINK = "https://github.test/team/panels/actions/runs/7"


def listing(*plans: Plan, **more: object) -> PlanListing:
    return PlanListing(tuple((plan, CONTEXT) for plan in plans))._replace(**more)  # type: ignore[arg-type] # its fields


def markdown(found: PlanListing, **options: object) -> str:
    return as_markdown(plans_screen(found), **options)


def problems(count: int) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            (f"Wrong {number:x}x: ", Value("x" * 50)), ("Fix it.",), Location("panels/p/team.yaml", number)
        )
        for number in range(1, count + 1)
    )


def hundreds(count: int, actions: int = 0) -> list[Plan]:
    return [plan_of(*adds(actions), environment=f"env-{number:03}") for number in range(count)]


def test_each_format_shows_all_plans_and_what_has_none() -> None:
    found = listing(
        plan_of(add("ada")),
        plan_of(environment="staging"),
        unaffected=("north", "south"),
        taken_away=("east",),
        base=BASE,
    )
    for shown in (
        as_text(plans_screen(found)),
        markdown(found),
        as_github(plans_screen(found)),
        str(as_json(plans_screen(found))),
    ):
        assert all(name in shown for name in ("production", "staging", "north", "south", "east"))


def test_in_markdown_a_rule_separates_two_plans_and_what_follows_them() -> None:
    first, second, ending = markdown(listing(*hundreds(2, 1), problems=problems(2))).split("\n\n---\n\n")
    assert first.startswith("**`env-000`: 1 to add.**\n")
    assert "001" in second.partition("\n")[0]
    assert ending.startswith("**2 problems**")
    assert figures_in(ending).keys() == {"env-000", "env-001"}


def test_a_comment_records_the_figures_it_showed_of_each_plan() -> None:
    found = figures_in(markdown(listing(*hundreds(3, 2))))
    assert {name: shown.summary.add for name, shown in found.items()} == {f"env-00{n}": 2 for n in range(3)}


def test_changed_settings_come_before_all_plans_however_little_room_there_is() -> None:
    settings = (SettingChange("target", "https://a.example", "https://b.example"),)
    changes = PullRequestChanges(BASE, frozenset(), has_new_settings=True, settings=settings)
    plans = tuple((plan, CONTEXT._replace(pull_request=changes)) for plan in hundreds(40, 40))
    for options in ({}, {"most_bytes": 3000}):
        beginning = markdown(PlanListing(plans), **options).partition("\n")[0]
        assert "`https://a.example` → `https://b.example`" in beginning
        assert "`settings-changed`" in beginning


def test_a_problem_is_masked_if_that_is_asked_for() -> None:
    problem = Problem(("Twice: ", Address("ada@example.org")), (), Location("a.yaml", 1))
    assert "ada@" not in markdown(listing(problems=(problem,)), masked=True)


def test_several_plans_share_the_annotations_that_the_platform_keeps_of_one_step() -> None:
    refused = [plan_of(add(), environment=f"p{n}", refusals=[TOO_MANY_LEAVE]) for n in range(8)]
    found = listing(*refused, problems=problems(4))
    errors = [each for each in obeyed(as_github(plans_screen(found))) if each.name == "error"]
    assert [error.properties.get("title") for error in errors[:8]] == [f"Plan for p{n}" for n in range(8)]
    assert len(errors) == 10
    assert "3 more problems" in errors[-1].message


# As much as fits


def test_five_thousand_additions_in_several_environments_fit_into_a_comment() -> None:
    plans = [plan_of(*adds(5000), environment=name) for name in ("staging", "production")]
    shown = markdown(listing(*plans), link=LINK)
    assert len(shown.encode()) <= COMMENT_BYTES
    assert shown.count("… and 4900 more. To see all: `--full --only add`") == 2
    assert f"<{LINK}>" in shown


def test_a_summary_has_as_many_rows_as_there_is_room_for() -> None:
    plan = plan_of(*adds(5000))
    assert markdown(listing(plan), most_bytes=900_000).count("| `member") == 5000
    shorter = markdown(listing(plan), most_bytes=250_000)
    assert 249_800 < len(shorter.encode()) <= 250_000


def test_tables_are_shorter_if_values_are_long() -> None:
    fields = [FieldChange(f"custom{number}", "x" * 150, "y" * 150) for number in range(1, 6)]
    plan = plan_of(*(change(*fields, name=f"m{number}") for number in range(300)))
    shown = as_markdown(plan_screen(plan, CONTEXT))
    assert len(shown) < COMMENT_BYTES
    assert "more. To see all:" in shown


def test_full_lists_everybody() -> None:
    assert markdown(listing(*hundreds(2, 3000)), full=True).count("| `member") == 6000


def test_hundreds_of_environments_are_counts_each_on_its_line() -> None:
    shown = markdown(listing(*hundreds(300, 3)), link=LINK)
    assert len(shown.encode()) <= COMMENT_BYTES
    assert shown.startswith("**300 environments: 900 to add.**\n")
    assert len(re.findall(r"^- .*3 to add\.", shown, re.MULTILINE)) == 300
    assert f"<{LINK}>" in shown


def test_thousands_of_environments_are_counted_and_the_first_are_named() -> None:
    shown = markdown(listing(*hundreds(5000)), link=LINK, most_bytes=5000)
    assert len(shown.encode()) <= 5000
    assert shown.startswith("**5000 environments: nothing to do.**\n")
    assert re.search(r"^- … and 49\d\d more\.$", shown, re.MULTILINE)
    assert f"<{LINK}>" in shown


def test_a_long_list_of_problems_is_cut_and_counted() -> None:
    shown = markdown(listing(plan_of(add()), problems=problems(5000)), most_bytes=10_000)
    assert len(shown.encode()) <= 10_000
    assert "**5000 problems**" in shown
    assert re.search(r"^- … and 49\d\d more\.", shown, re.MULTILINE)
    assert "production: 1 to add." in shown


def test_a_long_list_of_environments_that_are_left_out_is_cut_and_counted() -> None:
    names = tuple(f"environment-{number:04}" for number in range(3000))
    shown = markdown(listing(plan_of(add()), unaffected=names, taken_away=names, base=BASE), most_bytes=5000)
    assert len(shown.encode()) <= 5000
    assert shown.count("and 2980 more") == 2
    assert "production: 1 to add." in shown


_FRAME = 1500  # what else there is beside the sentences: totals, rules, remarks, the hidden lines
_ACTIONS = st.lists(st.sampled_from([add(), change(), remove(), rejected()]), max_size=30)
_NAMES = st.text("abc-", min_size=1, max_size=12)


@given(
    plans=st.lists(st.tuples(_ACTIONS, _NAMES), max_size=6),
    wrong=st.integers(0, 5),
    budget=st.integers(2000, 9000),
    masked=st.booleans(),
)
def test_several_plans_keep_to_the_budget_in_whole_rows_and_every_count_is_there(
    plans: list[tuple[list[Action], str]], wrong: int, budget: int, *, masked: bool
) -> None:
    made = [plan_of(*actions, environment=name) for actions, name in plans]
    found = listing(*made, problems=problems(wrong), base=BASE)
    shown = markdown(found, most_bytes=budget, link=LINK, masked=masked)
    assert len(shown.encode()) <= budget
    whole = set(markdown(found, full=True, link=LINK, masked=masked).splitlines())
    assert all(row in whole for row in shown.splitlines() if row.startswith("| "))
    assert shown.count("<details>") == shown.count("</details>")
    sentences = [prose(plan_sentence(plan)) for plan in made]
    if sum(len(f"- {sentence} Target: \n".encode()) + 40 for sentence in sentences) + _FRAME <= budget:
        assert all(sentence in shown for sentence in sentences)


@given(actions=_ACTIONS, name=_NAMES, budget=st.integers(1000, 9000))
def test_one_plan_keeps_to_its_budget_and_its_counts_are_there(
    actions: list[Action], name: str, budget: int
) -> None:
    screen = plan_screen(plan_of(*actions, environment=name), CONTEXT)
    shown = as_markdown(screen, most_bytes=budget)
    assert len(shown.encode()) <= budget
    assert shown.partition("\n")[0] == as_markdown(screen, full=True).partition("\n")[0]
