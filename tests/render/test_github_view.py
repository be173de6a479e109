"""The log of a workflow's step: what people read there, and what the platform annotates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import CIRCUMSTANCES, FILE, TOO_MANY_LEAVE, add, plan_of, rejected, remove
from workflow_commands import Command, obeyed

from reconciler.apply.report import Counts, Report
from reconciler.lockfile.model import Lockfile, Present, Rejected
from reconciler.lockfile.model import Outcome as Proof
from reconciler.member import Removal
from reconciler.plan.model import Add, Change, FieldChange, Remove, StillRejected
from reconciler.problems import Address, Location, Problem, Value
from reconciler.render.listing import KnownMember, PlanListing, Valid, Validation
from reconciler.render.showing import RenderOptions
from reconciler.render.view import Format, View, view_for

TITLE = {"title": "Plan for production"}
_SPICE = st.sampled_from(
    ["::error::x", "##[group]x", "%0A::stop-commands::x", ":", "\n::add-mask::x", "\r", "%"]
)
_DATA = st.lists(st.text(st.characters(), max_size=6) | _SPICE, max_size=3).map("".join)


def view(*, masked: bool = False) -> View:
    return view_for(Format.GITHUB, RenderOptions(masked=masked))


def mistakes(count: int) -> list[Problem]:
    return [
        Problem((f"Mistake {number}.",), location=Location("a.yaml", number))
        for number in range(1, count + 1)
    ]


def test_a_problem_is_an_error_where_it_stands_with_its_hint_below() -> None:
    problem = Problem(
        ("Unknown field ", Value("frstName"), "."), ("Did you mean firstName?",), Location(FILE, 9, 5)
    )
    assert view().problems([problem], None) == (
        f"::error file={FILE},line=9,col=5::Unknown field frstName.%0ADid you mean firstName?\n"
    )


def test_a_problem_without_a_place_says_which_environment_it_is_about() -> None:
    assert view().problems([Problem(("No.",))], "production") == "::error title=production::No.\n"


def test_problems_keep_their_order() -> None:
    found = obeyed(view().problems(mistakes(10), None))
    assert [error.message for error in found] == [f"Mistake {number}." for number in range(1, 11)]


def test_of_more_than_ten_the_last_counts_the_rest_because_the_platform_would_drop_them() -> None:
    found = obeyed(view().problems(mistakes(50), None))
    assert [error.message for error in found[:9]] == [f"Mistake {number}." for number in range(1, 10)]
    assert found[9:] == [Command("error", {}, "And 41 more problems: the log of this step shows them all.")]


def test_masked_a_problem_keeps_place_and_prose() -> None:
    problem = Problem(
        ("Field ", Value("x7"), " of ", Address("ada@example.org")), location=Location("a.yaml", 1)
    )
    assert view(masked=True).problems([problem], None) == (
        "::error file=a.yaml,line=1::Field … of a…@example.org\n"
    )


def test_an_environment_that_is_well_is_a_line_of_text_before_the_mistakes_of_others() -> None:
    validation = Validation((Valid("staging", 2, 1),), tuple(mistakes(1)))
    assert view().validation(validation) == (
        "staging: 2 members in 1 file; all well.\n::error file=a.yaml,line=1::Mistake 1.\n"
    )


def test_a_plan_is_text_with_its_sentence_as_a_notice() -> None:
    plan = plan_of(add(), unchanged=3)
    text = view_for(Format.TEXT, RenderOptions()).plan(plan, CIRCUMSTANCES)
    assert view().plan(plan, CIRCUMSTANCES) == (
        f"{text}::notice title=Plan for production::production: 1 to add, 3 unchanged.\n"
    )


def test_what_a_plan_warns_of_and_what_apply_would_refuse_are_annotated() -> None:
    plan = plan_of(remove(), refusals=[TOO_MANY_LEAVE], has_lockfile=False)
    warning, error, _ = obeyed(view().plan(plan, CIRCUMSTANCES))
    assert (warning.name, warning.properties) == ("warning", TITLE)
    assert warning.message.startswith("There is no lockfile")
    assert (error.name, error.properties) == ("error", TITLE)
    assert error.message.startswith("Apply would refuse this: 60 of 100 members would be removed")


def test_several_plans_share_what_the_platform_keeps_of_one_step() -> None:
    refused = [
        (plan_of(add(), environment=f"p{n}", refusals=[TOO_MANY_LEAVE]), CIRCUMSTANCES) for n in range(8)
    ]
    listing = PlanListing(tuple(refused), tuple(mistakes(4)))
    shown = view().plans(listing)
    errors = [found for found in obeyed(shown) if found.name == "error"]
    assert shown.startswith(view_for(Format.TEXT, RenderOptions()).plans(listing))
    assert [error.properties.get("title") for error in errors[:8]] == [f"Plan for p{n}" for n in range(8)]
    assert [error.message for error in errors[8:]] == [
        "Mistake 1.",
        "And 3 more problems: the log of this step shows them all.",
    ]
    assert [found.name for found in obeyed(shown)].count("notice") == 8


def test_a_plan_keeps_within_what_is_asked_for() -> None:
    showing = RenderOptions(masked=True, only=frozenset({"remove"}))
    text = view_for(Format.GITHUB, showing).plan(plan_of(add("grace"), remove("bob")), CIRCUMSTANCES)
    assert "b…@example.org" in text
    assert "g…@example.org" not in text


def test_a_report_says_why_it_ended_who_was_rejected_and_the_sum() -> None:
    report = Report(
        "production",
        Counts(added=5, rejected=1),
        rejected=(rejected("Invalid birthday"),),
        problems=(Problem(("Three calls had no answer.",), ("Try later.",)),),
    )
    text = view().report(report)
    title = {"title": "Apply to production"}
    assert text.startswith(view_for(Format.TEXT, RenderOptions()).report(report))
    assert obeyed(text) == [
        Command("error", title, "Three calls had no answer.\nTry later."),
        Command(
            "warning",
            {"file": FILE, "line": "3", **title},
            "eve@example.org is rejected.\nThe API's word: Invalid birthday",
        ),
        Command("notice", title, "production: 5 added, 1 rejected."),
    ]


def test_errors_and_warnings_of_a_report_are_counted_apart() -> None:
    report = Report("p", Counts(rejected=12), rejected=(rejected(),) * 12, problems=tuple(mistakes(11)))
    found = obeyed(view().report(report))
    assert [command.name for command in found] == ["error"] * 10 + ["warning"] * 10 + ["notice"]
    assert found[9].message.startswith("And 2 more problems:")
    assert found[19].message.startswith("And 3 more warnings:")


def test_masked_the_reason_of_a_rejection_tells_of_nobody() -> None:
    report = Report("p", rejected=(rejected("Eve Smith, eve@example.org: no", firstName="Eve Smith"),))
    warning = obeyed(view(masked=True).report(report))[0]
    assert warning.message == "e…@example.org is rejected.\nThe API's word: …, e…@example.org: no"


@pytest.mark.parametrize(
    ("source", "properties"),
    [
        ("a:b.yaml:12", {"file": "a:b.yaml", "line": "12"}),
        ("a.yaml", {"file": "a.yaml"}),
        ("a.yaml:²", {"file": "a.yaml:²"}),
    ],
)
def test_the_source_of_a_rejected_member_is_split_at_its_line(
    source: str, properties: dict[str, str]
) -> None:
    member = StillRejected("eve@example.org", source, "no", {"emailAddress": "eve@example.org"})
    warning = obeyed(view().report(Report("p", rejected=(member,))))[0]
    assert warning.properties == {**properties, "title": "Apply to p"}


def test_a_long_word_of_the_api_is_cut() -> None:
    warning = obeyed(view().report(Report("p", rejected=(rejected("x" * 9000),))))[0]
    assert len(warning.message) < 400


@pytest.mark.parametrize("lockfile", [None, Lockfile("p", "embedded", {}, {})])
def test_what_the_lockfile_knows_is_text(lockfile: Lockfile | None) -> None:
    assert view().members("p", lockfile) == view_for(Format.TEXT, RenderOptions()).members("p", lockfile)


@given(text=_DATA, masked=st.booleans())
def test_whatever_stands_in_files_and_answers_only_our_own_commands_are_obeyed(
    text: str, *, masked: bool
) -> None:
    for shown, names in _everything(view(masked=masked), text):
        assert [command.name for command in obeyed(shown)] == names
        assert all(line.isprintable() for line in shown.split("\n"))


@given(text=_DATA, masked=st.booleans())
def test_nothing_that_is_said_in_words_on_standard_error_is_obeyed(text: str, *, masked: bool) -> None:
    for shown, _ in _everything(view_for(Format.TEXT, RenderOptions(masked=masked)), text):
        assert obeyed(shown) == []


def _everything(view: View, text: str) -> list[tuple[str, list[str]]]:
    """All that can be shown of a text, with the names of the commands that are meant to be in it."""
    attributes = {"emailAddress": text, "firstName": text}
    refused = StillRejected(text, f"{text}:3", text, attributes)
    plan = plan_of(
        Add(text, f"{text}:1", attributes, doubtful=True),
        Change(text, text, (FieldChange(text, text, [text, 1]), FieldChange(text, None, {"city": text})), {}),
        Remove(text, Removal.FORGET, {}),
        refused,
        environment=text,
    )
    problem = Problem((text, Address(text), Value(text)), (text, Value(text)), Location(text, 1))
    report = Report(text, Counts(rejected=1), rejected=(refused,), problems=(problem,))
    present = KnownMember(text, text, Present(Proof.ADDED, text, attributes))
    return [
        (view.plan(plan, CIRCUMSTANCES), ["notice"]),
        (
            view.plans(PlanListing(((plan, CIRCUMSTANCES),), (problem,), (text,), (text,))),
            ["notice", "error"],
        ),
        (view.report(report), ["error", "warning", "notice"]),
        (view.problems([problem], text), ["error"]),
        (view.validation(Validation((Valid(text, 1, 1),), (problem,))), ["error"]),
        (view.member(present), []),
        (view.member(KnownMember(text, text, Rejected(text, text, attributes))), []),
    ]
