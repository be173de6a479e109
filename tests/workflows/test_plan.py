"""plan.yml, as the platform runs it for a pull request."""

import json
from importlib import metadata

import pytest
from team import Team

pytestmark = pytest.mark.workflows

_MOST_SUMMARY_BYTES = 1_000_000
_MOST_COMMENT_BYTES = 60_000


def test_a_good_pull_request_gets_its_plan_as_a_comment_and_in_the_summary(team: Team) -> None:
    team.begin("hire")
    team.declare("ada", "grace")
    pull = team.propose("hire")
    job = team.plan(pull)
    assert job.code == 0, job.log
    (comment,) = team.github.repository.bodies(pull.number)
    assert comment.startswith("<!-- reconciler: plan -->\n**production: 2 to add.**")
    assert "This pull request: 2 to add." in comment
    assert "/actions/runs/" in comment
    assert "production: 2 to add." in job.summary
    assert "ada@example.org" not in comment + job.log


@pytest.mark.parametrize(
    ("variable", "private", "pages"),
    [
        pytest.param("on", True, 1, id="switched on in a private repository"),
        pytest.param("off", True, 0, id="not switched on"),
        pytest.param("on", False, 0, id="in a public repository"),
    ],
)
def test_the_page_is_kept_and_linked_only_where_it_is_switched_on_and_the_repository_is_private(
    team: Team, *, variable: str, private: bool, pages: int
) -> None:
    team.begin("hire")
    team.declare("ada")
    pull = team.propose("hire")
    job = team.plan(pull, variables={"RECONCILER_PAGE": variable}, private=private)
    assert job.code == 0, job.log
    found = list(team.artifacts.rglob("*.html"))
    assert ["ada@example.org" in page.read_text(encoding="utf-8") for page in found] == [True] * pages
    (comment,) = team.github.repository.bodies(pull.number)
    assert [f"https://github.test/artifacts/{page.name}" in comment for page in found] == [True] * pages
    assert comment.count("as a page") == pages
    assert "ada@example.org" not in comment + job.log


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        pytest.param("{version} --hash=sha256:" + "0" * 64, 0, id="that is installed already"),
        pytest.param("0.1 --hash=sha256:" + "0" * 64, 1, id="that can't be had"),
    ],
)
def test_packages_are_installed_by_their_hashes_or_nothing_runs(team: Team, entry: str, code: int) -> None:
    team.begin("hire")
    team.declare("ada")
    pin = entry.format(version=f"{metadata.version('click')}")
    team.write(".github/reconciler-packages.txt", f"click=={pin}\n")
    job = team.plan(team.propose("hire"))
    assert job.code == code, job.log
    assert ("production: 1 to add." in job.summary) is (code == 0)


def test_mistakes_are_annotated_at_their_lines_and_named_in_the_comment(team: Team) -> None:
    team.begin("slip")
    team.settings("staging")
    team.write("panels/production/members/team.yaml", "members:\n  - emailAdress: ada@example.org\n")
    team.declare("grace", to="staging")
    pull = team.propose("slip")
    job = team.plan(pull)
    assert job.code == 1
    assert "::error file=panels/production/members/team.yaml,line=2" in job.log
    (comment,) = team.github.repository.bodies(pull.number)
    assert "panels/production/members/team.yaml:2" in comment
    assert "**staging: 1 to add.**" in comment
    assert "ada@" not in comment + job.log


def test_fifty_mistakes_of_one_kind_are_one_annotation_with_a_count(team: Team) -> None:
    team.begin("slips")
    wrong = "".join(f"  - emailAddress: nobody{number}\n" for number in range(50))
    team.write("panels/production/members/team.yaml", f"members:\n{wrong}")
    job = team.plan(team.propose("slips"))
    assert job.code == 1
    errors = job.annotations("error")
    assert [error for error in errors if "50 rows" in error]


def test_a_pull_request_that_is_updated_twice_has_one_comment(team: Team) -> None:
    team.begin("grow")
    for names in (["ada"], ["ada", "grace"], ["ada", "grace", "edsger"]):
        team.declare(*names)
        pull = team.propose("grow")
        assert team.plan(pull, action="synchronize").code == 0
    (comment,) = team.github.repository.bodies(pull.number)
    assert "production: 3 to add." in comment


def test_a_plan_of_five_thousand_additions_fits_into_its_comment(team: Team) -> None:
    team.begin("crowd")
    team.declare(*(f"member{number:05}" for number in range(5000)))
    pull = team.propose("crowd")
    job = team.plan(pull)
    assert job.code == 0, job.log
    (comment,) = team.github.repository.bodies(pull.number)
    assert "production: 5000 to add." in comment
    assert len(comment.encode()) <= _MOST_COMMENT_BYTES + 100
    assert len(job.summary.encode()) < _MOST_SUMMARY_BYTES
    assert job.summary.count("`m…@example.org`") == 5000


def test_a_fork_gets_everything_but_the_comment_and_is_told_so(team: Team) -> None:
    team.begin("outside")
    team.declare("ada")
    pull = team.propose("outside")
    job = team.plan(pull, fork=True)
    assert job.code == 0, job.log
    assert team.github.repository.bodies(pull.number) == []
    assert "production: 1 to add." in job.summary
    assert any("fork" in notice for notice in job.annotations("notice"))


def test_a_token_that_may_not_write_costs_the_comment_alone(team: Team) -> None:
    team.begin("bot")
    team.declare("ada")
    pull = team.propose("bot")
    team.github.repository.add_fault(403, "POST")
    job = team.plan(pull)
    assert job.code == 0, job.log
    assert any("pull-requests: write" in warning for warning in job.annotations("warning"))


def test_a_pull_request_that_edits_a_lockfile_fails_and_says_how_to_undo_it(team: Team) -> None:
    team.begin("forge")
    lockfile = {"format": 1, "environment": "production", "target": team.vendor.base_url, "members": {}}
    team.write("panels/production/state.lock.json", json.dumps(lockfile))
    pull = team.propose("forge")
    job = team.plan(pull)
    assert job.code == 1
    (comment,) = team.github.repository.bodies(pull.number)
    assert "edits the lockfile" in comment
    assert "git rm --cached -- panels/production/state.lock.json" in comment


def test_what_was_pending_stands_apart_from_what_the_pull_request_changes(team: Team) -> None:
    team.begin("main")
    team.declare("ada", "grace")
    team.push("Not applied yet")
    team.begin("one-more")
    team.declare("ada", "grace", "edsger")
    pull = team.propose("one-more")
    assert team.plan(pull).code == 0
    (comment,) = team.github.repository.bodies(pull.number)
    assert "This pull request: 1 to add." in comment
    assert "Pending before it: 2 to add." in comment


def test_a_pull_request_about_something_else_ends_early_and_gets_no_comment(team: Team) -> None:
    team.begin("words")
    team.write("README.md", "Our panels.\n")
    pull = team.propose("words")
    job = team.plan(pull)
    assert job.code == 0, job.log
    assert "there is nothing to plan" in job.summary
    assert team.github.repository.calls == []
    assert "Install Reconciler" not in job.log


@pytest.mark.parametrize("action", ["synchronize", "edited"])
def test_a_comment_that_no_longer_holds_is_mended(team: Team, action: str) -> None:
    team.begin("regret")
    team.declare("ada")
    pull = team.propose("regret")
    assert team.plan(pull).code == 0
    team.declare()
    pull = team.propose("regret")
    assert team.plan(pull, action=action).code == 0
    (comment,) = team.github.repository.bodies(pull.number)
    assert "no longer changes anything" in comment


def test_a_merge_group_is_planned_without_a_comment(team: Team) -> None:
    team.begin("queue")
    team.declare("ada")
    pull = team.propose("queue")
    base = team.git("rev-parse", "origin/main")
    event = {"action": "checks_requested", "merge_group": {"base_sha": base, "head_sha": pull.merge}}
    job = team.run("plan", "merge_group", event, f"refs/pull/{pull.number}/merge")
    assert job.code == 0, job.log
    assert "production: 1 to add." in job.summary
    assert team.github.repository.calls == []
