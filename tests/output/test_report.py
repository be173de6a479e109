"""A report on the screen: what happened, what it proves, what to do next."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot
from msgspec import structs
from plans import FILE, rejected, unremoved
from screens import as_github, as_json, as_markdown, as_text
from workflow_commands import Command, obeyed

from reconciler.apply.report import Counts, Provenance, Report
from reconciler.environment.model import Policy
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE, EXIT_INTERRUPTED, EXIT_INVALID, EXIT_REFUSED
from reconciler.member import Removal
from reconciler.output.documents.report import report_screen, reports_screen
from reconciler.output.wording import OUTCOMES
from reconciler.plan.model import StillRejected
from reconciler.problems import Address, Location, Problem, Severity

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
REMOVED = Report(
    "production",
    Counts(unattributed=5, deleted=7, absent=1, blocked=1),
    calls=4,
    blocked=(unremoved(),),
    left_unattributed=3,
    policy=Policy(on_remove=Removal.DELETE),
)


def text(report: Report, **options: object) -> str:
    return as_text(report_screen(report), **options)


def markdown(report: Report, **options: object) -> str:
    return as_markdown(report_screen(report), **options)


def steps(report: Report) -> str:
    return " ".join(text(report).partition("Next:")[2].split())


def test_the_whole_report_on_a_terminal_leaves_the_problems_to_standard_error() -> None:
    assert text(BROKEN) == snapshot("""\
production: 5 added, 1 rejected, 2 unconfirmed, 9 unsent.

  5  added        new in the panel
  1  rejected     refused by the API
  2  unconfirmed  sent, but no answer confirms it; they may be in the panel
  9  unsent       not processed in this run

Rejected: 1
  ! eve@example.org  panels/production/members/team.yaml:3
      the API says: Invalid birthday

Spent: 4 calls; 1 member recovered from the journal of an interrupted run
Next:  plan and apply again: a new plan continues from here and sends nobody
         twice who has an answer
       fix the declarations of the rejected members and apply again, or send
         them unchanged with `--retry-rejected`
       commit the lockfile if git keeps it; it records the outcomes
""")


def test_the_whole_report_in_a_comment_holds_the_problems() -> None:
    assert markdown(BROKEN, masked=True) == snapshot("""\
**production: 5 added, 1 rejected, 2 unconfirmed, 9 unsent.**

| members | outcome | which means |
| --- | --- | --- |
| 5 | added | new in the panel |
| 1 | rejected | refused by the API |
| 2 | unconfirmed | sent, but no answer confirms it; they may be in the panel |
| 9 | unsent | not processed in this run |

#### Rejected: 1

| member | declared in | reason |
| --- | --- | --- |
| `e…@example.org` | `panels/production/members/team.yaml:3` | the API says: `Invalid birthday` |

**1 problem**

- Three calls in a row had no answer.
  - Try later.

- Spent: 4 calls; 1 member recovered from the journal of an interrupted run
- Next: plan and apply again: a new plan continues from here and sends nobody twice who has an answer
  - fix the declarations of the rejected members and apply again, or send them unchanged with `--retry-rejected`
  - commit the lockfile if git keeps it; it records the outcomes
""")


def test_every_outcome_has_a_meaning() -> None:
    assert list(OUTCOMES) == list(Counts._fields)


@pytest.mark.parametrize("show", [text, markdown])
def test_each_outcome_says_what_it_proves(show: object) -> None:
    assert callable(show)
    found = show(WHOLE)
    assert all(OUTCOMES[outcome] in found for outcome in ("added", "existing", "unattributed"))
    assert "unconfirmed" not in found


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (WHOLE, ["commit the lockfile"]),
        (Report("p"), ["nothing has changed"]),
        (BROKEN, ["plan and apply again", "`--retry-rejected`", "commit the lockfile"]),
        (Report("p", Counts(rejected=1)), ["fix the declarations"]),
        (Report("p", failure=EXIT_REFUSED), ["nothing was sent", "plan again"]),
        (Report("p", failure=EXIT_INVALID), ["fix what is wrong"]),
        (Report("p", failure=EXIT_INTERRUPTED), ["nothing was sent"]),
        (replace(WHOLE, publish="reconciler state publish production"), ["state publish production`"]),
        (replace(WHOLE, provenance=Provenance("4f6b5a1", "77", "pat")), ["the workflow publishes it"]),
        (REMOVED, ["unblock", "`reconciler state rm`"]),
    ],
)
def test_what_to_do_next_depends_on_how_it_ended(report: Report, words: list[str]) -> None:
    found = steps(report)
    assert all(word in found for word in words)
    assert ("commit" in found) is (report.wrote_lockfile and not (report.publish or report.provenance))


def test_unattributed_adds_and_unattributed_removals_have_a_line_each() -> None:
    lines = text(REMOVED).splitlines()
    assert f"  2  unattributed  {OUTCOMES['unattributed']}" in lines
    assert any(line.startswith("  3  unattributed  no longer in the panel") for line in lines)


def test_a_rejected_member_who_is_in_the_panel_has_a_meaning_of_their_own() -> None:
    refused = structs.replace(rejected(), is_there=True)
    report = Report("p", Counts(rejected=3), rejected=(rejected(), refused, unremoved(reason="No.")))
    lines = text(report).splitlines()
    assert f"  1  rejected  {OUTCOMES['rejected']}" in lines
    assert any(line.startswith("  2  rejected  in the panel; the API refused") for line in lines)


def test_a_member_who_can_not_be_removed_needs_no_other_declaration() -> None:
    assert "fix the declarations" not in steps(Report("p", Counts(rejected=1), rejected=(unremoved(),)))


@pytest.mark.parametrize("show", [text, markdown])
def test_a_blocked_member_is_shown_with_what_was_refused(show: object) -> None:
    assert callable(show)
    found = show(REMOVED)
    assert "bob@example.org" in found
    assert "refused: delete" in found


def test_a_long_table_of_rejected_members_is_folded_and_cut_in_markdown() -> None:
    found = markdown(Report("p", Counts(rejected=150), rejected=(rejected(),) * 150))
    assert "<details><summary>100 of 150 members</summary>" in found
    assert found.count("`eve@example.org`") == 100


def test_a_blocked_member_makes_a_run_incomplete_and_a_warning_does_not() -> None:
    warning = Problem(("Look into this.",), severity=Severity.WARNING)
    assert REMOVED.exit_code == EXIT_INCOMPLETE
    assert replace(WHOLE, problems=(warning,)).exit_code == EXIT_DONE


# As JSON


def test_json_has_the_shape_of_the_contract() -> None:
    data = as_json(report_screen(BROKEN))
    assert list(data)[:4] == ["format", "environment", "summary", "calls"]
    assert data["format"] == 1
    assert data["summary"] == {
        "added": 5,
        "existing": 0,
        "unattributed": 0,
        "rejected": 1,
        "unconfirmed": 2,
        "unsent": 9,
        "forgotten": 0,
    }
    assert data["rejected"] == [
        {"key": "eve@example.org", "source": f"{FILE}:3", "reason": "Invalid birthday"}
    ]
    assert data["exit_code"] == 3


def test_json_lists_blocked_members_beside_rejected_ones() -> None:
    data = as_json(report_screen(REMOVED))
    assert data["rejected"] == []
    assert data["blocked"] == [
        {"key": "bob@example.org", "source": None, "by": "delete", "reason": "blocked"}
    ]


def test_json_of_several_has_a_report_of_each_in_their_order() -> None:
    data = as_json(reports_screen([WHOLE, Report("staging")]))
    assert [report["environment"] for report in data["reports"]] == ["production", "staging"]


def test_json_has_the_problems_in_the_shape_of_the_contract() -> None:
    place = Location("a.yaml", 3, 5)
    report = Report("p", problems=(Problem(("No ", Address("ada@example.org")), ("Fix it.",), place),))
    (problem,) = as_json(report_screen(report))["problems"]
    assert list(problem)[:5] == ["file", "line", "column", "message", "hint"]
    assert tuple(problem.values())[:6] == ("a.yaml", 3, 5, "No ada@example.org", "Fix it.", "error")


# In the log of a workflow


def test_in_a_log_it_says_why_it_ended_who_was_rejected_and_the_sum() -> None:
    shown = as_github(report_screen(BROKEN))
    title = {"title": "Apply to production"}
    assert shown.startswith(text(BROKEN))
    error, warning, notice = obeyed(shown)
    assert error == Command("error", title, "Three calls in a row had no answer.\nTry later.")
    assert (warning.name, warning.properties) == ("warning", {"file": FILE, "line": "3", **title})
    assert "eve@example.org is rejected. [rejected]" in warning.message
    assert "Invalid birthday" in warning.message
    assert notice.message == "production: 5 added, 1 rejected, 2 unconfirmed, 9 unsent."


def test_masked_the_reason_of_a_rejection_names_nobody() -> None:
    report = Report("p", rejected=(rejected("Eve Smith, eve@example.org: no", firstName="Eve Smith"),))
    warning = obeyed(as_github(report_screen(report), masked=True))[0]
    assert "e…@example.org is rejected." in warning.message
    assert "…, e…@example.org: no" in warning.message
    assert "Eve" not in warning.message


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
    warning = obeyed(as_github(report_screen(Report("p", rejected=(member,)))))[0]
    assert warning.properties == {**properties, "title": "Apply to p"}


def test_a_long_answer_of_the_api_is_cut() -> None:
    report = Report("p", rejected=(rejected("x" * 9000),))
    assert len(obeyed(as_github(report_screen(report)))[0].message) < 500
    assert len(text(report)) < 1000
