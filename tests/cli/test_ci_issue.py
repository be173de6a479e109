"""`reconciler ci issue`: one issue that is open while something lasts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Ended, Run
from github_stand_in import STRANGER, TOKEN, GitHubStandIn, Repository

from reconciler.errors import EXIT_USAGE

MARKER = "<!-- reconciler: drift -->"
TITLE = "main is not applied"


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubStandIn]:
    monkeypatch.chdir(tmp_path)
    with GitHubStandIn() as stand_in:
        for name, value in stand_in.environ().items():
            monkeypatch.setenv(name, value)
        yield stand_in


@pytest.fixture
def there(github: GitHubStandIn) -> Repository:
    return github.repository


@pytest.fixture
def put(run: Run, github: GitHubStandIn) -> Run:
    """Put an issue; whatever happens, the token is in no output."""
    assert github.address

    def put_issue(text: str = "3 to add", title: str = TITLE) -> Ended:
        Path("drift.md").write_text(text, encoding="utf-8")
        ended = run("ci", "issue", "drift.md", "--title", title)
        assert TOKEN not in ended.out + ended.err
        return ended

    return put_issue


def told(there: Repository) -> list[tuple[str, str, str]]:
    """Title, body and state of all issues."""
    return [(issue["title"], issue["body"], issue["state"]) for issue in there.issues]


def test_an_issue_is_opened(put: Run, there: Repository) -> None:
    ended = put("3 to add")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "Issue created: https://github.test/team/panels/issues/101\n"
    assert told(there) == [(TITLE, f"{MARKER}\n3 to add", "open")]


def test_the_open_one_is_updated_in_place(put: Run, there: Repository) -> None:
    put("3 to add")
    assert put("4 to add").out.startswith("Issue updated: ")
    assert put("4 to add", "production is behind").out.startswith("Issue updated: ")
    assert told(there) == [("production is behind", f"{MARKER}\n4 to add", "open")]


def test_an_equal_one_is_not_written_again(put: Run, there: Repository) -> None:
    put("3 to add")
    before = there.writes()
    assert put("3 to add").out.startswith("Issue unchanged: ")
    assert there.writes() == before


def test_it_is_closed_once_all_is_well(put: Run, run: Run, there: Repository) -> None:
    put("3 to add")
    ended = run("ci", "issue", "--close")
    assert (ended.code, ended.out) == (0, "Issue closed: https://github.test/team/panels/issues/101\n")
    assert told(there) == [(TITLE, f"{MARKER}\n3 to add", "closed")]


def test_where_none_is_open_there_is_none_to_close(put: Run, run: Run, there: Repository) -> None:
    put("3 to add")
    run("ci", "issue", "--close")
    before = there.writes()
    assert run("ci", "issue", "--close").out == "There is no open issue to close.\n"
    assert there.writes() == before


def test_after_it_was_closed_a_new_one_is_opened(put: Run, run: Run, there: Repository) -> None:
    put("3 to add")
    run("ci", "issue", "--close")
    assert put("1 to add").out.startswith("Issue created: ")
    assert [state for _, _, state in told(there)] == ["closed", "open"]


def test_it_is_found_behind_a_hundred_others(put: Run, there: Repository) -> None:
    put("3 to add")
    for number in range(230):
        there.add_issue(f"Question {number}", "How?")
    assert put("4 to add").out.startswith("Issue updated: ")


def test_pull_requests_are_no_issues_though_they_are_listed_as_such(put: Run, there: Repository) -> None:
    there.add_issue("Copy", f"{MARKER}\n3 to add", pull_request={"url": "https://api.github.test/7"})
    assert put("3 to add").out.startswith("Issue created: ")


def test_a_strangers_issue_is_not_taken_for_ours(put: Run, run: Run, there: Repository) -> None:
    there.add_issue("All is well", f"{MARKER}\n", user=STRANGER)
    assert put("3 to add").out.startswith("Issue created: ")
    run("ci", "issue", "--close")
    assert [state for _, _, state in told(there)] == ["open", "closed"]


def test_of_issues_that_raced_the_oldest_stays_open(put: Run, there: Repository) -> None:
    there.add_issue(TITLE, f"{MARKER}\n3 to add")
    there.add_issue(TITLE, f"{MARKER}\n3 to add")
    put("4 to add")
    assert told(there) == [
        (TITLE, f"{MARKER}\n4 to add", "open"),
        (TITLE, f"{MARKER}\n3 to add", "closed"),
    ]


def test_an_issue_without_a_text_is_not_ours(put: Run, there: Repository) -> None:
    there.add_issue("No words", "")["body"] = None
    assert put("3 to add").out.startswith("Issue created: ")


def test_an_issue_whose_creation_had_no_answer_is_not_opened_twice(put: Run, there: Repository) -> None:
    there.add_fault(0, "POST", acts=True)
    assert put("3 to add").out.startswith("Issue created: ")
    assert len(there.issues) == 1


def test_a_token_that_may_not_is_an_error_that_names_the_permission(put: Run, there: Repository) -> None:
    there.add_fault(403, "POST")
    ended = put("3 to add")
    assert (ended.code, ended.out) == (1, "")
    assert "issues: write" in ended.err


def test_issues_that_are_switched_off_are_named(put: Run, there: Repository) -> None:
    there.add_fault(410)
    assert "issues are switched off" in put("3 to add").err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "FILE is missing"),
        (["drift.md"], "--title is missing"),
        (["drift.md", "--title", " "], "--title is missing"),
        (["drift.md", "--title", "x" * 256], "longer than 255"),
        (["drift.md", "--close"], "--close can't be combined"),
        (["--title", "x", "--close"], "--close can't be combined"),
    ],
)
def test_a_wrong_command_line_is_said(
    run: Run, github: GitHubStandIn, arguments: list[str], words: str
) -> None:
    ended = run("ci", "issue", *arguments)
    assert ended.code == EXIT_USAGE
    assert words in ended.err
    assert github.repository.calls == []
