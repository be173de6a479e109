import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins
from msgspec.structs import asdict
from people import environment_of, lockfile_of, lockfiles, person, roster_of, rosters
from plans import add, plan_of

from reconciler.lockfile.model import Lockfile
from reconciler.member import Removal
from reconciler.plan.model import Action, Plan, Remove, Summary
from reconciler.plan.planner import make_plan
from reconciler.plan.pull_request import (
    ACTIONS,
    Base,
    PlanFigures,
    PullRequestChanges,
    changed_keys,
    counts,
    figures_in,
    hidden_line,
    read_figures,
)
from reconciler.problems import Location
from reconciler.roster.model import Roster
from reconciler.suppression.model import NOBODY, Secret, Suppression

BASE = Base("origin/main", "0" * 40)


def changes_of(before: Roster | None, after: Roster) -> PullRequestChanges:
    keys = None if before is None else changed_keys(before, after)
    return PullRequestChanges(BASE, keys, has_new_settings=False)


@given(before=st.none() | rosters(), after=rosters(), lockfile=lockfiles())
def test_own_and_pending_are_the_plan_cut_in_two(
    before: Roster | None, after: Roster, lockfile: Lockfile
) -> None:
    plan, changes = make_plan(environment_of(), after, lockfile), changes_of(before, after)
    own, pending = changes.own(plan), changes.pending(plan)
    assert sorted([*own, *pending], key=plan.actions.index) == list(plan.actions)
    assert not {action.key for action in own} & {action.key for action in pending}
    assert [action for action in plan.actions if changes.holds(action)] == list(own)


@given(roster=rosters(), lockfile=lockfiles())
def test_a_pull_request_without_a_change_has_no_actions_of_its_own(
    roster: Roster, lockfile: Lockfile
) -> None:
    plan, changes = make_plan(environment_of(), roster, lockfile), changes_of(roster, roster)
    assert changes.own(plan) == ()
    assert changes.settled(plan) == 0


@given(roster=rosters(), lockfile=lockfiles())
def test_without_a_readable_base_all_actions_are_its_own(roster: Roster, lockfile: Lockfile) -> None:
    plan, changes = make_plan(environment_of(), roster, lockfile), changes_of(None, roster)
    assert changes.own(plan) == plan.actions
    assert changes.settled(plan) == 0


@given(before=rosters(), after=rosters())
def test_a_change_and_its_undoing_concern_the_same_people(before: Roster, after: Roster) -> None:
    assert changed_keys(before, after) == changed_keys(after, before)


@given(before=rosters(), after=rosters(), lockfile=lockfiles())
def test_what_is_pending_would_be_there_without_the_pull_request(
    before: Roster, after: Roster, lockfile: Lockfile
) -> None:
    plan = make_plan(environment_of(), after, lockfile)
    without = {action.key: action.action for action in make_plan(environment_of(), before, lockfile).actions}
    for action in changes_of(before, after).pending(plan):
        assert without[action.key] == action.action


@given(before=rosters(), after=rosters(), lockfile=lockfiles())
def test_each_changed_declaration_is_listed_or_settled(
    before: Roster, after: Roster, lockfile: Lockfile
) -> None:
    plan, changes = make_plan(environment_of(), after, lockfile), changes_of(before, after)
    assert changes.settled(plan) + len(changes.own(plan)) == len(changed_keys(before, after))


def test_another_spelling_of_an_identity_differs_but_needs_nothing() -> None:
    before, after = roster_of(person("Ada")), roster_of(person("ada"))
    changes = changes_of(before, after)
    known = make_plan(environment_of(), after, lockfile_of(person("Ada")))
    assert (changes.own(known), changes.settled(known)) == ((), 1)


def test_all_actions_are_counted_those_of_none_included() -> None:
    plan = make_plan(environment_of(), roster_of(person("ada"), person("eve")), lockfile_of(person("bob")))
    assert counts(plan.actions) == {"add": 2, "change": 0, "remove": 1, "rejected": 0}
    assert list(counts([])) == list(ACTIONS)


# What the comment showed

PLAN = plan_of(add(), unchanged=95)
SHOWN = PlanFigures("production", "sha256:5ca1ab1e", "sha256:0b5e55ed", Summary(1, 0, 0, 95, 0))

any_count = st.integers(0, 10**9)
digests = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format)
names = st.text(min_size=1) | st.sampled_from(
    ["a-->b", "a--!>", "-" * 9, "x\n-->\u2028y", "\udc80", '"\\u002d']
)
plans = st.builds(
    lambda name, digest, roster, unchanged: replace(
        PLAN, environment=name, digest=digest, roster_digest=roster, unchanged=unchanged
    ),
    names,
    digests,
    digests,
    any_count,
)


def document(**changes: object) -> dict[str, object]:
    return to_builtins(SHOWN) | changes  # type: ignore[no-any-return] # an object


def line(text: str) -> str:
    return f"<!-- reconciler: shown {text} -->"


@given(plans)
def test_what_is_hidden_is_read_back(plan: Plan) -> None:
    found = figures_in(f"# Plan\n\n{hidden_line(plan)}\nmore")
    assert found == {
        plan.environment: PlanFigures(plan.environment, plan.digest, plan.roster_digest, plan.summary)
    }


@given(plans)
def test_the_line_is_one_comment_of_plain_ascii(plan: Plan) -> None:
    text = hidden_line(plan)
    assert text.isascii()
    assert len(text.splitlines()) == 1
    assert text.startswith("<!-- reconciler: shown {")
    assert text.endswith("} -->")
    assert "--" not in text.removeprefix("<!--").removesuffix("-->")


@given(st.text())
def test_any_other_text_holds_no_figures(text: str) -> None:
    assert figures_in(text) == {}
    assert figures_in(line(text)) == {}


def test_each_environment_has_a_line() -> None:
    staging = replace(PLAN, environment="staging")
    assert set(figures_in(f"{hidden_line(PLAN)}\r\n{hidden_line(staging)}\r\n")) == {"production", "staging"}


def test_the_last_line_about_an_environment_counts() -> None:
    later = replace(PLAN, digest="sha256:1a7e")
    assert figures_in(f"{hidden_line(PLAN)}\n{hidden_line(later)}")["production"].digest == "sha256:1a7e"


def test_a_line_that_is_quoted_or_indented_holds_no_figures() -> None:
    assert figures_in(f"> {hidden_line(PLAN)}\n  {hidden_line(PLAN)}\n`{hidden_line(PLAN)}`") == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"environment": ""},
        {"environment": 7},
        {"digest": "5ca1ab1e"},
        {"digest": None},
        {"roster_digest": "sha256:XY"},
        {"roster_digest": "sha256:" + "0" * 65},
        {"summary": None},
        {"summary": {"add": 1}},
        {"summary": asdict(SHOWN.summary) | {"add": -1}},
        {"summary": asdict(SHOWN.summary) | {"add": True}},
        {"summary": asdict(SHOWN.summary) | {"add": 1.0}},
        {"summary": asdict(SHOWN.summary) | {"add": 1.5}},
        {"summary": asdict(SHOWN.summary) | {"more": 1}},
    ],
    ids=str,
)
def test_figures_of_another_shape_are_left_out(changes: dict[str, object]) -> None:
    assert figures_in(line(json.dumps(document(**changes)))) == {}


@pytest.mark.parametrize(
    "text", ["{", "{}", "{1}", '{"a": ' * 99_999 + "}"], ids=["cut", "empty", "odd", "deep"]
)
def test_a_line_without_the_object_holds_no_figures(text: str) -> None:
    assert figures_in(line(text)) == {}


def test_the_figures_are_read_from_any_object_that_has_them() -> None:
    assert read_figures(document(format=1)) == SHOWN
    assert read_figures([]) is None


# What lists change


def _holding(before: Suppression, after: Suppression, action: Action) -> bool:
    changes = PullRequestChanges(BASE, frozenset(), has_new_settings=False, lists=(before, after))
    return changes.holds(action)


def test_a_removal_is_the_pull_requests_own_where_a_list_changes_what_it_says_of_the_person() -> None:
    here = Location("panels/p/suppressed.txt", 1)
    secret = Secret("0123456789abcdef")
    key, name = "ada@example.org", f"hmac-sha256:{secret.hash_of('ada@example.org')}"
    removal = Remove(key, Removal.DELETE, person("ada"))
    dropped = Remove(name, Removal.FORGET, person("ada"), has_departed=True)
    listed, hashed = Suppression({key: here}), Suppression({}, {secret.hash_of(key): here}, secret)
    assert _holding(NOBODY, listed, removal)
    assert _holding(NOBODY, hashed, removal)
    assert not _holding(listed, listed, removal)
    assert _holding(hashed, Suppression({}, {}, secret), dropped)
    assert not _holding(hashed, hashed, dropped)
    other = Suppression({}, {"0" * 64: here}).without_secret()
    both = Suppression({}, {"0" * 64: here, "1" * 64: here}).without_secret()
    assert _holding(other, both, removal)  # the secret is missing, so it may be anyone
    assert not _holding(both, both, removal)
