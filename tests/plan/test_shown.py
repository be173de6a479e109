import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import add, plan_of

from reconciler.plan.model import Plan, Summary
from reconciler.plan.shown import Shown, hidden, read_shown, shown_in

PLAN = plan_of(add(), unchanged=95)
SHOWN = Shown("production", "sha256:5ca1ab1e", "sha256:0b5e55ed", Summary(1, 0, 0, 95, 0))

counts = st.integers(0, 10**9)
summaries = st.builds(Summary, counts, counts, counts, counts, counts)
digests = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format)
names = st.text(min_size=1) | st.sampled_from(
    ["a-->b", "a--!>", "-" * 9, "x\n-->\u2028y", "\udc80", '"\\u002d']
)
plans = st.builds(
    lambda name, digest, roster, summary: replace(
        PLAN, environment=name, digest=digest, roster_digest=roster, summary=summary
    ),
    names,
    digests,
    digests,
    summaries,
)


def document(**changes: object) -> dict[str, object]:
    return SHOWN._asdict() | {"summary": SHOWN.summary._asdict()} | changes


def line(text: str) -> str:
    return f"<!-- reconciler: shown {text} -->"


@given(plans)
def test_what_is_hidden_is_read_back(plan: Plan) -> None:
    found = shown_in(f"# Plan\n\n{hidden(plan)}\nmore")
    assert found == {plan.environment: Shown(plan.environment, plan.digest, plan.roster_digest, plan.summary)}


@given(plans)
def test_the_line_is_one_comment_of_plain_ascii(plan: Plan) -> None:
    text = hidden(plan)
    assert text.isascii()
    assert len(text.splitlines()) == 1
    assert text.startswith("<!-- reconciler: shown {")
    assert text.endswith("} -->")
    assert "--" not in text.removeprefix("<!--").removesuffix("-->")


@given(st.text())
def test_rubbish_tells_nothing(text: str) -> None:
    assert shown_in(text) == {}
    assert shown_in(line(text)) == {}


def test_each_environment_has_a_line() -> None:
    staging = replace(PLAN, environment="staging")
    assert set(shown_in(f"{hidden(PLAN)}\r\n{hidden(staging)}\r\n")) == {"production", "staging"}


def test_the_last_line_about_an_environment_counts() -> None:
    later = replace(PLAN, digest="sha256:1a7e")
    assert shown_in(f"{hidden(PLAN)}\n{hidden(later)}")["production"].digest == "sha256:1a7e"


def test_a_line_that_is_quoted_or_indented_tells_nothing() -> None:
    assert shown_in(f"> {hidden(PLAN)}\n  {hidden(PLAN)}\n`{hidden(PLAN)}`") == {}


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
        {"summary": SHOWN.summary._asdict() | {"add": -1}},
        {"summary": SHOWN.summary._asdict() | {"add": True}},
        {"summary": SHOWN.summary._asdict() | {"add": 1.0}},
        {"summary": SHOWN.summary._asdict() | {"more": 1}},
    ],
    ids=str,
)
def test_what_is_not_just_so_is_left_out(changes: dict[str, object]) -> None:
    assert shown_in(line(json.dumps(document(**changes)))) == {}


@pytest.mark.parametrize(
    "text", ["{", "{}", "{1}", '{"a": ' * 99_999 + "}"], ids=["cut", "empty", "odd", "deep"]
)
def test_a_line_without_the_object_tells_nothing(text: str) -> None:
    assert shown_in(line(text)) == {}


def test_the_figures_are_read_from_any_object_that_has_them() -> None:
    assert read_shown(document(format=1)) == SHOWN
    assert read_shown([]) is None
