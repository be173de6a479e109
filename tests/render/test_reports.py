import json
from dataclasses import replace

import pytest
from plans import FILE, rejected, unremoved

from reconciler.apply.report import Counts, Provenance, Report
from reconciler.environment.model import Policy
from reconciler.errors import (
    EXIT_DONE,
    EXIT_INCOMPLETE,
    EXIT_INTERRUPTED,
    EXIT_INVALID,
    EXIT_REFUSED,
)
from reconciler.member import Removal
from reconciler.problems import Address, Location, Problem, Severity
from reconciler.render.report_words import MEANINGS
from reconciler.render.showing import RenderOptions
from reconciler.render.view import Format, view_for

WHOLE = Report(
    "production", Counts(added=5, existing=3, unattributed=2), calls=3, retries=1, wrote_lockfile=True
)
BROKEN = Report(
    "production",
    Counts(added=5, rejected=1, unconfirmed=2, unsent=9),
    calls=4,
    recovered=1,
    rejected=(rejected("Invalid birthday"),),
    problems=(Problem(("Three calls in a row had no answer.",), ("Try later.",)),),
    digest="sha256:5ca1ab1e",
    wrote_lockfile=True,
)


def shown(report: Report, chosen: Format = Format.TEXT, *, masked: bool = False) -> str:
    return view_for(chosen, RenderOptions(masked=masked)).report(report)


def test_json_has_the_shape_of_the_contract() -> None:
    document = json.loads(shown(BROKEN, Format.JSON, masked=True))
    assert list(document)[:4] == ["format", "environment", "summary", "calls"]
    assert document["format"] == 1
    assert document["environment"] == "production"
    assert document["summary"] == {
        "added": 5,
        "existing": 0,
        "unattributed": 0,
        "rejected": 1,
        "unconfirmed": 2,
        "unsent": 9,
        "forgotten": 0,
    }
    assert document["calls"] == 4
    assert document["rejected"] == [
        {"key": "eve@example.org", "source": f"{FILE}:3", "reason": "Invalid birthday"}
    ]
    assert document["digest"] == "sha256:5ca1ab1e"
    assert document["exit_code"] == 3


def test_json_holds_the_problems_in_the_shape_of_the_contract() -> None:
    place = Location("a.yaml", 3, 5)
    report = Report("p", problems=(Problem(("No ", Address("ada@example.org")), ("Mend it.",), place),))
    assert json.loads(shown(report, Format.JSON))["problems"] == [
        {"file": "a.yaml", "line": 3, "column": 5, "message": "No ada@example.org", "hint": "Mend it."}
    ]


def test_json_says_null_where_a_problem_has_no_place_and_no_hint() -> None:
    report = Report("p", problems=(Problem(("No.",)),))
    assert json.loads(shown(report, Format.JSON))["problems"] == [
        {"file": None, "line": None, "column": None, "message": "No.", "hint": None}
    ]


@pytest.mark.parametrize("chosen", [Format.TEXT, Format.MARKDOWN])
def test_each_outcome_says_what_it_proves(chosen: Format) -> None:
    text = shown(WHOLE, chosen)
    assert all(MEANINGS[outcome] in text for outcome in ("added", "existing", "unattributed"))
    assert "unconfirmed" not in text


def test_every_outcome_has_a_meaning() -> None:
    assert list(MEANINGS) == list(Counts._fields)


def test_calls_are_told_with_those_sent_again() -> None:
    assert "Spent:  3 calls, 1 of them sent again\n" in shown(WHOLE)


def test_what_came_from_an_interrupted_run_is_told() -> None:
    assert "1 member taken in from the journal of an interrupted run" in shown(BROKEN)


@pytest.mark.parametrize(
    ("report", "steps"),
    [
        (WHOLE, ["commit it"]),
        (Report("p"), ["nothing has changed"]),
        (BROKEN, ["plan and apply again", "`--retry-rejected`", "commit it"]),
        (Report("p", Counts(rejected=1)), ["mend the declarations of the rejected"]),
        (Report("p", failure=EXIT_REFUSED), ["nothing was sent"]),
        (Report("p", failure=EXIT_INVALID), ["mend what is wrong"]),
        (Report("p", failure=EXIT_INTERRUPTED), ["interrupted before anything began"]),
    ],
)
def test_what_to_do_next_depends_on_how_it_ended(report: Report, steps: list[str]) -> None:
    lines = [line for line in shown(report).splitlines() if line.startswith("Next:")]
    assert len(lines) == len(steps)
    assert all(step in line for step, line in zip(steps, lines, strict=True))


def test_text_leaves_the_problems_to_standard_error_and_markdown_holds_them() -> None:
    assert "Three calls in a row" not in shown(BROKEN)
    assert "- Three calls in a row had no answer.\n  - Try later.\n" in shown(BROKEN, Format.MARKDOWN)


@pytest.mark.parametrize("chosen", [Format.TEXT, Format.MARKDOWN])
def test_a_rejected_member_stands_with_file_line_and_reason(chosen: Format) -> None:
    text = shown(BROKEN, chosen)
    assert f"{FILE}:3" in text
    assert "Invalid birthday" in text
    assert "eve@example.org" in text


@pytest.mark.parametrize("chosen", [Format.TEXT, Format.MARKDOWN])
def test_masked_a_rejected_member_keeps_file_and_line(chosen: Format) -> None:
    text = shown(BROKEN, chosen, masked=True)
    assert f"{FILE}:3" in text
    assert "e…@example.org" in text
    assert "eve" not in text


def test_a_long_table_of_rejected_members_is_folded_and_cut_in_markdown() -> None:
    report = Report("p", Counts(rejected=150), rejected=(rejected(),) * 150)
    text = shown(report, Format.MARKDOWN)
    assert "<details><summary>100 of 150 members</summary>" in text
    assert text.count("`eve@example.org`") == 100


def test_a_lockfile_with_a_branch_of_its_own_is_published_and_not_committed() -> None:
    text = shown(replace(WHOLE, publish="reconciler state publish production"))
    assert "Next:   `reconciler state publish production`: the lockfile records what is known now" in text
    assert "commit it" not in text


def test_in_a_workflow_nothing_is_left_to_do_by_hand() -> None:
    text = shown(replace(WHOLE, provenance=Provenance("4f6b5a1", "77", "pat")))
    assert "the workflow publishes it" in text
    assert "commit it" not in text


REMOVED = Report(
    "production",
    Counts(unattributed=5, deleted=7, absent=1, blocked=1),
    calls=4,
    blocked=(unremoved(),),
    left_unattributed=3,
    policy=Policy(on_remove=Removal.DELETE),
)


@pytest.mark.parametrize("chosen", [Format.TEXT, Format.MARKDOWN])
def test_a_removal_says_what_each_of_its_outcomes_proves(chosen: Format) -> None:
    text = shown(REMOVED, chosen)
    assert all(MEANINGS[outcome] in text for outcome in ("deleted", "absent", "blocked"))


def test_who_was_to_leave_and_who_was_to_come_are_told_apart_where_nothing_is_attributed() -> None:
    lines = shown(REMOVED).splitlines()
    assert "  2 unattributed  in the panel, but whether they are new can't be known" in lines
    assert "  3 unattributed  no longer in the panel, but whether by this run can't be known" in lines


@pytest.mark.parametrize("chosen", [Format.TEXT, Format.MARKDOWN])
def test_who_is_blocked_stands_with_what_was_refused_and_the_way_out(chosen: Format) -> None:
    text = shown(REMOVED, chosen)
    assert "bob@example.org" in text
    assert "refused: delete" in text
    assert "unblock those who are blocked" in text


def test_json_lists_who_is_blocked_beside_who_is_rejected() -> None:
    document = json.loads(shown(REMOVED, Format.JSON))
    assert document["rejected"] == []
    assert document["blocked"] == [
        {"key": "bob@example.org", "source": None, "by": "delete", "reason": "blocked"}
    ]


def test_who_is_blocked_makes_a_run_incomplete() -> None:
    assert REMOVED.exit_code == EXIT_INCOMPLETE


def test_a_warning_alone_makes_no_run_incomplete() -> None:
    warning = Problem(("Look into this.",), severity=Severity.WARNING)
    assert replace(WHOLE, problems=(warning,)).exit_code == EXIT_DONE


def test_who_was_refused_and_is_in_the_panel_all_the_same_is_not_said_to_be_absent() -> None:
    refused = replace(rejected(), is_there=True)
    removal = unremoved(reason="Invalid parameters")
    report = Report("p", Counts(rejected=3), rejected=(rejected(), refused, removal))
    lines = shown(report).splitlines()
    assert f"  1 rejected  {MEANINGS['rejected']}" in lines
    assert any(line.startswith("  2 rejected  the API refused to change or to remove them") for line in lines)


def test_who_can_not_be_removed_needs_no_mended_declaration() -> None:
    report = Report("p", Counts(rejected=1), rejected=(unremoved(reason="Invalid parameters"),))
    text = shown(report)
    assert "mend the declarations" not in text
    assert "`reconciler state rm`" in text
