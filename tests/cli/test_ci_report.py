"""`reconciler ci report`: what was applied, on the pull requests that brought it in."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from commands import Ended, Run
from github_stand_in import COMMIT, STRANGER, TOKEN, GitHubStandIn, Repository
from msgspec.structs import asdict
from plans import add, adds, plan_of, remove
from world import World

from reconciler.cli.ci_report import Applied, comparison, counts
from reconciler.plan.model import Plan, Summary
from reconciler.plan.pull_request import PlanFigures, hidden_line

PULL = 7
PLAN = plan_of(add(), remove(), unchanged=95)
PLAN_MARKER = "<!-- reconciler: plan -->"
MARKER = "<!-- reconciler: apply production -->"


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubStandIn]:
    monkeypatch.chdir(tmp_path)
    with GitHubStandIn() as stand_in:
        for name, value in stand_in.environ().items():
            monkeypatch.setenv(name, value)
        stand_in.repository.set_pulls(COMMIT, {"number": PULL})
        yield stand_in


@pytest.fixture
def there(github: GitHubStandIn) -> Repository:
    return github.repository


@pytest.fixture
def report(run: Run, github: GitHubStandIn) -> Run:
    """Report a run that carried out `PLAN`; whatever happens, the token is in no output."""
    assert github.address
    Path("report.json").write_text(json.dumps(report_of(PLAN)), encoding="utf-8")
    Path("report.md").write_text("**production: 1 added, 1 forgotten.**\n", encoding="utf-8")

    def report_it(*arguments: str) -> Ended:
        files = ("--report", "report.json", "--body", "report.md")
        ended = run("ci", "report", "production", *files, *arguments)
        assert TOKEN not in ended.out + ended.err
        return ended

    return report_it


def report_of(plan: Plan) -> dict[str, object]:
    """What `apply --report` writes, as far as it matters here."""
    return {
        "format": 1,
        "environment": plan.environment,
        "digest": plan.digest,
        "roster_digest": plan.roster_digest,
        "planned": asdict(plan.summary),
    }


# On the pull request


def test_the_report_is_on_the_merged_pull_request(report: Run, there: Repository) -> None:
    there.add_comment(PULL, f"{PLAN_MARKER}\n{hidden_line(PLAN)}\n1 to add")
    ended = report()
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "Comment created: https://github.test/team/panels/pull/7#issuecomment-102\n"
    assert there.bodies(PULL)[1] == (
        f"{MARKER}\n"
        "This is the plan that the pull request showed."
        " [The run](https://github.test/team/panels/actions/runs/77).\n\n"
        "**production: 1 added, 1 forgotten.**\n"
    )


def test_a_run_that_is_repeated_updates_its_report(report: Run, there: Repository) -> None:
    report()
    Path("report.md").write_text("**production: nothing to do.**\n", encoding="utf-8")
    assert report().out.startswith("Comment updated: ")
    (body,) = there.bodies(PULL)
    assert body.endswith("\n\n**production: nothing to do.**\n")


def test_each_merged_pull_request_of_the_commit_gets_it_and_open_ones_do_not(
    report: Run, there: Repository
) -> None:
    there.set_pulls(COMMIT, {"number": 9}, {"number": 8, "merged_at": None}, {"number": 7})
    assert [line.partition("#")[0] for line in report().out.splitlines()] == [
        "Comment created: https://github.test/team/panels/pull/7",
        "Comment created: https://github.test/team/panels/pull/9",
    ]


def test_several_commits_that_were_applied_together_are_reported_to_each_pull_request_once(
    report: Run, there: Repository
) -> None:
    there.set_pulls("0123abc", {"number": 6}, {"number": PULL})
    report("--commit", "0123abc", "--commit", COMMIT)
    assert (len(there.bodies(6)), len(there.bodies(PULL))) == (1, 1)


def test_a_rebase_merge_of_many_commits_hides_no_pull_request_before_it(
    report: Run, there: Repository
) -> None:
    commits = [f"{number:040x}" for number in range(20)]
    for commit in commits:
        there.set_pulls(commit, {"number": PULL})
    there.set_pulls("0123abc", {"number": 6})
    for pull in (PULL, 6):
        there.add_comment(pull, f"{PLAN_MARKER}\n{hidden_line(PLAN)}\n1 to add")
    report(*(word for commit in (*commits, "0123abc") for word in ("--commit", commit)))
    assert (len(there.bodies(PULL)), len(there.bodies(6))) == (2, 2)


def test_the_search_for_earlier_pull_requests_has_an_end(report: Run, there: Repository) -> None:
    commits = [f"{number:040x}" for number in range(100)]
    for number, commit in enumerate(commits):
        there.set_pulls(commit, {"number": 1000 + number})
    assert report(*(word for commit in commits for word in ("--commit", commit))).code == 0
    assert sum("/pulls " in call for call in there.calls) < 40


def test_a_commit_that_no_pull_request_brought_in_is_said(report: Run, there: Repository) -> None:
    ended = report("--commit", "0123abc")
    assert ended.code == 0
    assert ended.out == "No merged pull request brought 0123abc in, so there is nowhere to report.\n"
    assert there.writes() == []


def test_without_a_commit_nothing_is_called(
    report: Run, there: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_SHA")
    ended = report()
    assert ended.code == 1
    assert "--commit" in ended.err
    assert there.calls == []


def test_what_a_stranger_says_that_the_plan_was_counts_for_nothing(report: Run, there: Repository) -> None:
    there.add_comment(PULL, f"{PLAN_MARKER}\n{hidden_line(PLAN)}", user=STRANGER)
    report()
    assert "showed no plan for `production`" in there.bodies(PULL)[1]


# A run that died


@pytest.mark.parametrize("text", [None, "", "{", "[]", "null", '{"environment": "staging"}', "\xff"])
def test_without_a_report_that_can_be_read_the_text_is_posted_all_the_same(
    report: Run, there: Repository, text: str | None
) -> None:
    Path("report.json").unlink()
    if text is not None:
        Path("report.json").write_bytes(text.encode("latin-1"))
    assert report().code == 0
    (body,) = there.bodies(PULL)
    assert "The run left no report" in body
    assert "**production: 1 added" in body


def test_a_run_that_could_not_begin_had_no_plan(report: Run, there: Repository) -> None:
    Path("report.json").write_text('{"environment": "production", "planned": null}', encoding="utf-8")
    report()
    assert "The run ended before it had a plan" in there.bodies(PULL)[0]


def test_a_run_that_printed_nothing_is_reported_too(report: Run, there: Repository) -> None:
    Path("report.md").unlink()
    assert report().code == 0
    assert "The run left nothing to show." in there.bodies(PULL)[0]


def test_a_text_that_is_too_long_gives_way_to_a_word_about_it(report: Run, there: Repository) -> None:
    Path("report.md").write_text("x" * 70_000, encoding="utf-8")
    assert report().code == 0
    (body,) = there.bodies(PULL)
    assert body.endswith("The report is too long for a comment. It is in the summary of the run.\n")
    assert "[The run](" in body


# When it can't be posted


@pytest.mark.parametrize(
    ("status", "headers"), [(403, {}), (429, {"Retry-After": "3600"})], ids=["read-only token", "limit"]
)
def test_a_comment_that_can_not_be_written_is_a_warning(
    report: Run, there: Repository, status: int, headers: dict[str, str]
) -> None:
    there.add_fault(status, count=9, headers=headers)
    ended = report()
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("::warning title=No comment")
    assert "The apply itself is not affected." in ended.out
    assert len(there.calls) == 1


@pytest.mark.parametrize("status", [401, 404])
def test_a_wrong_setting_is_an_error(report: Run, there: Repository, status: int) -> None:
    there.add_fault(status)
    assert report().code == 1


# How it compares


def shown(*, digest: str = "a", roster: str = "b", **figures: int) -> PlanFigures:
    none = dict.fromkeys(Summary.__struct_fields__, 0)
    return PlanFigures("production", f"sha256:{digest}", f"sha256:{roster}", Summary(**none | figures))


@pytest.mark.parametrize(
    ("showed", "planned", "said"),
    [
        (shown(add=3), shown(add=3), "This is the plan that the pull request showed."),
        (
            shown(add=3),
            shown(digest="c", add=1),
            "now it was 1 to add. The same members are declared: an",
        ),
        (shown(add=3), shown(digest="c", add=4), "an apply in between left more to do."),
        (shown(add=3), shown(digest="c", add=3), "the lockfile or a setting changed in between."),
        (shown(add=3), shown(digest="c", roster="d", add=5), "Other changes were merged in between"),
        (
            None,
            shown(add=5, remove=1),
            "showed no plan for `production` to compare with. Now it was 5 to add",
        ),
    ],
)
def test_the_plan_that_was_applied_is_compared_with_the_one_that_was_shown(
    showed: PlanFigures | None, planned: PlanFigures, said: str
) -> None:
    applied = Applied(has_report=True, planned=planned)
    assert said in comparison("production", showed, applied, "pull request")


def test_a_plan_about_nobody_counts_nobody() -> None:
    assert counts(shown().summary) == "nobody"


# From plan to report


def test_what_apply_reports_is_compared_with_what_plan_showed(
    run: Run, there: Repository, tmp_path: Path
) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org", "grace@example.org")
    planned = json.loads(run("plan", "p", "--format", "json").out)
    assert run("apply", "p", "--yes", "--report", "report.json").code == 0
    digests = {name: planned[name] for name in ("digest", "roster_digest")}
    showed = replace(plan_of(*adds(2)), environment="p", **digests)
    assert asdict(showed.summary) == planned["summary"]
    there.add_comment(PULL, f"{PLAN_MARKER}\n{hidden_line(showed)}")
    run("ci", "report", "p", "--report", "report.json", "--body", "nothing.md")
    assert "This is the plan that the pull request showed." in there.bodies(PULL)[1]
