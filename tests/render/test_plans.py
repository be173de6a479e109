"""Several plans shown together, and plans with a pull request's share, in every format."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import CIRCUMSTANCES, add, adds, change, plan_of, rejected, remove

from reconciler.plan.model import Action, Plan
from reconciler.plan.pull_request import Base, PullRequestChanges, figures_in
from reconciler.problems import Address, Location, Problem, Value
from reconciler.render.listing import PlanListing
from reconciler.render.markdown_fit import COMMENT_BYTES
from reconciler.render.markdown_text import code, prose
from reconciler.render.plan_words import PlanContext
from reconciler.render.sentence import plan_sentence
from reconciler.render.showing import RenderOptions
from reconciler.render.view import Format, view_for

BASE = Base("origin/main", "4f6b5a1d0c3e2b7a9f8e6d5c4b3a29180716f5e4")
LINK = "https://github.test/team/panels/actions/runs/7"
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--(?:(?!--).)*-->")


def listing(*plans: Plan, known: PlanContext = CIRCUMSTANCES, **more: object) -> PlanListing:
    return PlanListing(tuple((plan, known) for plan in plans))._replace(**more)  # type: ignore[arg-type] # its fields


def shared(*names: str, readable: bool = True, new_settings: bool = False) -> PlanContext:
    """PlanContext in which the pull request declares these people otherwise."""
    keys = frozenset(f"{name}@example.org" for name in names)
    return CIRCUMSTANCES._replace(share=PullRequestChanges(BASE, keys if readable else None, new_settings))


def markdown(found: PlanListing, **wishes: object) -> str:
    return view_for(Format.MARKDOWN, RenderOptions(**wishes)).plans(found)  # type: ignore[arg-type] # its fields


def problems(count: int) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            (f"Wrong number {number}: ", Value("x" * 50)),
            ("Mend it.",),
            Location("panels/p/team.yaml", number),
        )
        for number in range(1, count + 1)
    )


def hundreds(count: int, actions: int = 0) -> list[Plan]:
    return [plan_of(*adds(actions), environment=f"env-{number:03}") for number in range(count)]


# In parts


def test_what_is_its_own_stands_before_what_was_pending_with_counts_of_each() -> None:
    plan = plan_of(add("ada"), add("grace"), change(name="kurt"), remove("bob"), remove("eve"))
    known = shared("grace", "bob", "nobody")
    for chosen in (Format.TEXT, Format.MARKDOWN):
        text = view_for(chosen, RenderOptions()).plan(plan, known)
        own = text.index("This pull request: 1 to add, 1 to remove (forget), and 1 declaration that differs")
        pending = text.index(
            "Pending before it: 1 to add, 1 changed (not deliverable by this API), 1 to remove"
        )
        assert own < text.index("grace@") < pending < text.index("ada@")
        assert text.index("bob@") < pending < text.index("eve@")


def test_what_is_said_of_some_members_counts_those_alone() -> None:
    plan = plan_of(add("ada", doubtful=True), add("grace", doubtful=True), add("kurt"))
    text = view_for(Format.TEXT, RenderOptions()).plan(plan, shared("ada", "kurt"))
    own, pending = text.split("Pending before it:")
    assert "1 of them was sent before without an answer" in own
    assert "1 of them was sent before without an answer" in pending


def test_where_nothing_was_pending_there_is_no_such_part() -> None:
    assert "Pending" not in view_for(Format.TEXT, RenderOptions()).plan(plan_of(add("ada")), shared("ada"))


def test_a_pull_request_without_an_effect_says_so() -> None:
    text = view_for(Format.TEXT, RenderOptions()).plan(plan_of(add("ada")), shared())
    assert "This pull request: nothing to do.\n\nPending before it: 1 to add.\n\nTo add: 1." in text


@pytest.mark.parametrize("chosen", [Format.TEXT, Format.MARKDOWN, Format.GITHUB])
def test_what_could_not_be_told_apart_is_a_warning(chosen: Format) -> None:
    text = view_for(chosen, RenderOptions()).plan(
        plan_of(add("ada")), shared(readable=False, new_settings=True)
    )
    assert "all is shown as this pull request's own" in text
    assert "look at its settings in the diff" in text
    assert "4f6b5a1d0c3e" in text


def test_as_json_the_actions_stay_in_the_plans_order_and_say_whose_they_are() -> None:
    document = json.loads(
        view_for(Format.JSON, RenderOptions()).plan(plan_of(add("ada"), remove("bob")), shared("bob"))
    )
    assert [(action["key"], action["pending"]) for action in document["actions"]] == [
        ("ada@example.org", True),
        ("bob@example.org", False),
    ]
    assert document["base"]["commit"] == BASE.commit


# Several


@pytest.mark.parametrize("chosen", list(Format))
def test_each_format_shows_all_plans_and_what_has_none(chosen: Format) -> None:
    found = listing(
        plan_of(add("ada")),
        plan_of(environment="staging"),
        unaffected=("north", "south"),
        taken_away=("east",),
        base=BASE,
    )
    text = view_for(chosen, RenderOptions()).plans(found)
    for name in ("production", "staging", "north", "south", "east"):
        assert name in text


def test_one_that_is_taken_away_is_one_and_two_are_two() -> None:
    text = view_for(Format.TEXT, RenderOptions())
    assert "The environment east is taken away." in text.plans(listing(taken_away=("east",)))
    assert "The environments east, west are taken away." in text.plans(listing(taken_away=("east", "west")))


def test_in_markdown_a_rule_stands_between_two_plans_and_the_problems_behind_them() -> None:
    text = markdown(listing(*hundreds(2, 1), problems=problems(2)))
    first, second, third, ending = text.split("\n\n---\n\n")
    assert first.startswith("**`env-000`: 1 to add.**\n")
    assert "001" in second.partition("\n")[0]
    assert third.startswith("**2 problems**")
    assert figures_in(ending).keys() == {"env-000", "env-001"}


def test_a_comment_tells_what_it_showed_of_each_plan() -> None:
    found = figures_in(markdown(listing(*hundreds(3, 2))))
    assert {name: shown.summary.add for name, shown in found.items()} == {f"env-00{n}": 2 for n in range(3)}


def test_a_problem_is_masked_where_that_is_asked_for() -> None:
    problem = Problem(("Twice: ", Address("ada@example.org")), (), Location("a.yaml", 1))
    assert "ada@" not in markdown(listing(problems=(problem,)), masked=True)


# As much as fits


def test_five_thousand_additions_in_several_environments_fit_into_a_comment() -> None:
    plans = [plan_of(*adds(5000), environment=name) for name in ("staging", "production")]
    text = markdown(listing(*plans), link=LINK)
    assert len(text.encode()) <= COMMENT_BYTES
    assert text.count("… and 4900 more. To see all: `--full --only add`") == 2
    assert f"<{LINK}>" in text


def test_a_summary_takes_as_many_rows_as_it_has_room_for() -> None:
    text = markdown(listing(plan_of(*adds(5000))), most_bytes=900_000)
    assert text.count("| `member") == 5000
    shorter = markdown(listing(plan_of(*adds(5000))), most_bytes=250_000)
    assert 249_800 < len(shorter.encode()) <= 250_000


def test_full_lists_everybody() -> None:
    assert markdown(listing(*hundreds(2, 3000)), full=True).count("| `member") == 6000


def test_hundreds_of_environments_are_counts_each_on_its_line() -> None:
    text = markdown(listing(*hundreds(300, 3)), link=LINK)
    assert len(text.encode()) <= COMMENT_BYTES
    assert text.startswith("**300 environments: 900 to add.**\n")
    assert len(re.findall(r"^- .*3 to add\.", text, re.MULTILINE)) == 300
    assert f"<{LINK}>" in text


def test_thousands_of_environments_are_counted_and_the_first_are_named() -> None:
    text = markdown(listing(*hundreds(5000)), link=LINK, most_bytes=5000)
    assert len(text.encode()) <= 5000
    assert text.startswith("**5000 environments: nothing to do.**\n")
    assert re.search(r"^- … and 49\d\d more environments\.$", text, re.MULTILINE)
    assert f"<{LINK}>" in text


def test_a_long_list_of_problems_is_cut_and_counted() -> None:
    text = markdown(listing(plan_of(add()), problems=problems(5000)), most_bytes=10_000)
    assert 9800 < len(text.encode()) <= 10_000
    assert "**5000 problems**" in text
    assert re.search(r"^- … and 49\d\d more\.", text, re.MULTILINE)
    assert "production: 1 to add." in text


def test_a_long_list_of_those_left_out_is_cut_and_counted() -> None:
    names = tuple(f"environment-{number:04}" for number in range(3000))
    text = markdown(listing(plan_of(add()), unaffected=names, taken_away=names, base=BASE), most_bytes=5000)
    assert len(text.encode()) <= 5000
    assert len(re.findall(r" and 2[89]\d\d more", text)) == 2
    assert "grace@example.org" in text


def test_a_link_that_leaves_no_room_is_left_out_before_the_counts() -> None:
    for found in (listing(plan_of(*adds(9))), listing(*hundreds(9))):
        text = markdown(found, link=f"https://x/{'y' * 2000}", most_bytes=1000)
        assert "yyy" not in text
        assert "nothing to do" in text or "9 to add" in text


_ACTIONS = st.lists(
    st.sampled_from([add(), add("ü" * 40, doubtful=True), change(), remove(), rejected("no | `x`")]),
    max_size=40,
)
_FRAME = 300  # bytes for all that stands around the counts of each plan
_PLANS = st.lists(
    st.tuples(_ACTIONS, st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)),
    max_size=12,
)


@given(
    plans=_PLANS,
    wrong=st.integers(0, 30),
    unaffected=st.lists(st.text(min_size=1, max_size=30), max_size=30),
    budget=st.integers(1000, 20_000),
    link=st.none() | st.just(LINK),
    masked=st.booleans(),
)
def test_whatever_there_is_to_show_it_keeps_to_its_budget_and_its_rows_are_whole(
    plans: list[tuple[list[Action], str]],
    wrong: int,
    unaffected: list[str],
    budget: int,
    link: str | None,
    *,
    masked: bool,
) -> None:
    made = [plan_of(*actions, environment=name) for actions, name in plans]
    found = listing(*made, problems=problems(wrong), unaffected=tuple(unaffected), base=BASE)
    shown = markdown(found, most_bytes=budget, link=link, masked=masked)
    assert len(shown.encode()) <= budget
    whole = set(markdown(found, full=True, link=link, masked=masked).splitlines())
    assert all(row in whole for row in shown.splitlines() if row.startswith("| "))
    assert shown.count("<details>") == shown.count("</details>")
    sentences = [prose(plan_sentence(plan)) for plan in made]
    lines = [f"- {prose(plan_sentence(plan))} Target: {code(plan.target)}\n" for plan in made]
    if sum(len(line.encode()) for line in lines) + _FRAME <= budget:
        assert all(sentence in shown for sentence in sentences)


@given(
    actions=_ACTIONS,
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    budget=st.integers(1000, 9000),
)
def test_one_plan_keeps_to_its_budget_and_its_counts_are_there(
    actions: list[Action], name: str, budget: int
) -> None:
    plan = plan_of(*actions, environment=name)
    known = shared("grace")
    text = view_for(Format.MARKDOWN, RenderOptions(most_bytes=budget)).plan(plan, known)
    assert len(text.encode()) <= budget
    whole = view_for(Format.MARKDOWN, RenderOptions(full=True)).plan(plan, known)
    assert text.partition("\n")[0] == whole.partition("\n")[0]


_SPICE = st.sampled_from(
    ["@octocat", "<img src=x>", "[a](http://b.c)", "|", "`", "``", "\n", "-->", "\x1b[2J", "##["]
)
_DATA = st.lists(st.text(max_size=6) | _SPICE, max_size=3).map("".join)


@given(text=_DATA, budget=st.none() | st.integers(1000, 4000))
def test_in_markdown_no_name_comes_alive(text: str, budget: int | None) -> None:
    base = Base(text, "4f6b5a1")
    known = CIRCUMSTANCES._replace(share=PullRequestChanges(base, None, has_new_settings=True))
    found = PlanListing(
        ((plan_of(add(), environment=text), known),) * 3,
        problems=(Problem((text, Value(text)), (text,), Location(text, 1)),),
        unaffected=(text, text),
        taken_away=(text,),
        base=base,
    )
    for line in markdown(found, most_bytes=budget).split("\n"):
        prose = "" if _COMMENT.fullmatch(line) else _CODE.sub("", line)
        assert not re.search(r"[@<>\[\]`\\]|://|www\.", re.sub(r"</?(details|summary)>", "", prose))
        assert line.isprintable()
