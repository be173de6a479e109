"""`reconciler ci comment`, against an API that behaves as GitHub's does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import Ended, Run
from github_stand_in import STRANGER, TOKEN, GitHubStandIn, Repository

MARKER = "<!-- reconciler: plan -->"
PULL = 7


def event_of(*, head: str | None = "team/panels", number: int = PULL) -> dict[str, Any]:
    """The event of a pull request, as far as it matters here."""
    return {
        "action": "synchronize",
        "pull_request": {
            "number": number,
            "head": {"ref": "more-people", "repo": {"full_name": head} if head else None},
            "base": {"ref": "main", "repo": {"full_name": "team/panels"}},
        },
    }


@pytest.fixture
def event(tmp_path: Path) -> Path:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event_of()), encoding="utf-8")
    return file


@pytest.fixture
def github(event: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubStandIn]:
    monkeypatch.chdir(tmp_path)
    with GitHubStandIn() as stand_in:
        for name, value in stand_in.environ(event).items():
            monkeypatch.setenv(name, value)
        yield stand_in


@pytest.fixture
def there(github: GitHubStandIn) -> Repository:
    return github.repository


@pytest.fixture
def post(run: Run, github: GitHubStandIn) -> Run:
    """Post a text; whatever happens, the token is in no output."""
    assert github.address

    def post_text(text: str | bytes = "3 to add", *arguments: str) -> Ended:
        Path("plan.md").write_bytes(text if isinstance(text, bytes) else text.encode())
        ended = run("ci", "comment", "plan.md", *arguments)
        assert TOKEN not in ended.out + ended.err
        return ended

    return post_text


# One comment


def test_a_plan_is_posted_from_a_file_behind_a_hidden_marker(post: Run, there: Repository) -> None:
    ended = post("3 to add\n")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "Comment created: https://github.test/team/panels/pull/7#issuecomment-101\n"
    assert there.bodies(PULL) == [f"{MARKER}\n3 to add\n"]


def test_a_later_plan_takes_the_place_of_the_first(post: Run, there: Repository) -> None:
    post("3 to add")
    assert post("4 to add").out.startswith("Comment updated: https://")
    assert post("5 to add").out.startswith("Comment updated: https://")
    assert there.bodies(PULL) == [f"{MARKER}\n5 to add"]


def test_an_equal_plan_is_not_written_again(post: Run, there: Repository) -> None:
    post("3 to add")
    before = there.writes()
    assert post("3 to add").out.startswith("Comment unchanged: https://")
    assert there.writes() == before


def test_line_ends_as_a_browser_sends_them_make_no_difference(post: Run, there: Repository) -> None:
    there.add_comment(PULL, f"{MARKER}\r\n3 to add\r\n1 to remove")
    assert post("3 to add\n1 to remove\n").out.startswith("Comment unchanged: ")


def test_a_comment_is_found_behind_a_hundred_others(post: Run, there: Repository) -> None:
    for number in range(250):
        there.add_comment(PULL, f"Word {number}")
    there.add_comment(PULL, f"{MARKER}\n3 to add")
    assert post("4 to add").out.startswith("Comment updated: ")
    assert there.bodies(PULL)[250:] == [f"{MARKER}\n4 to add"]


def test_of_comments_that_raced_the_oldest_stays(post: Run, there: Repository) -> None:
    there.add_comment(PULL, "Well done!")
    for count in (3, 4, 5):
        there.add_comment(PULL, f"{MARKER}\n{count} to add")
    assert "2 duplicates deleted: https://github.test/team/panels/pull/7#issuecomment-102" in post("6").out
    assert there.bodies(PULL) == ["Well done!", f"{MARKER}\n6"]


def test_duplicates_go_also_where_the_oldest_says_it_already(post: Run, there: Repository) -> None:
    there.add_comment(PULL, f"{MARKER}\n3 to add")
    there.add_comment(PULL, f"{MARKER}\n3 to add")
    assert post("3 to add").out.startswith("Comment unchanged; 1 duplicate deleted: ")
    assert len(there.bodies(PULL)) == 1


def test_a_duplicate_that_another_run_deleted_meanwhile_is_no_error(post: Run, there: Repository) -> None:
    there.add_comment(PULL, f"{MARKER}\n3 to add")
    there.add_comment(PULL, f"{MARKER}\n3 to add")
    there.add_fault(404, "DELETE")
    assert post("4 to add").code == 0


def test_comments_under_other_markers_are_left_alone(post: Run, there: Repository) -> None:
    post("3 to add")
    post("5 rejected", "--marker", "apply production")
    assert there.bodies(PULL) == [f"{MARKER}\n3 to add", "<!-- reconciler: apply production -->\n5 rejected"]


def test_a_marker_can_not_end_its_own_comment(post: Run, there: Repository) -> None:
    post("text", "--marker", "a --> b\n-->")
    first_line = there.bodies(PULL)[0].partition("\n")[0]
    assert first_line.count("-->") == 1
    assert first_line.endswith(" -->")
    assert post("text", "--marker", "a --> b\n-->").out.startswith("Comment unchanged")


def test_a_strangers_comment_is_not_taken_for_ours(post: Run, there: Repository) -> None:
    there.add_comment(PULL, f"{MARKER}\nnothing to do", user=STRANGER)
    assert post("3 to add").out.startswith("Comment created: ")
    assert there.bodies(PULL) == [f"{MARKER}\nnothing to do", f"{MARKER}\n3 to add"]


def test_a_maintainers_token_is_as_good_as_a_bots(post: Run, there: Repository) -> None:
    there.add_comment(PULL, f"{MARKER}\n3 to add", user=STRANGER, association="MEMBER")
    assert post("4 to add").out.startswith("Comment updated: ")


def test_someone_whose_membership_is_hidden_finds_their_own_comment(
    post: Run, github: GitHubStandIn, there: Repository
) -> None:
    there.add_comment(PULL, f"{MARKER}\n3 to add", user={"login": "ada", "type": "User"})
    there.add_comment(PULL, f"{MARKER}\nnothing to do", user=STRANGER)
    github.login = "ada"
    assert post("4 to add").out.startswith("Comment updated: ")
    assert there.bodies(PULL) == [f"{MARKER}\n4 to add", f"{MARKER}\nnothing to do"]


def test_a_comment_whose_author_is_gone_is_not_ours(post: Run, there: Repository) -> None:
    there.add_comment(PULL, f"{MARKER}\n3 to add")["user"] = None
    assert post("3 to add").out.startswith("Comment created: ")


def test_only_what_is_there_is_updated_where_that_is_asked_for(post: Run, there: Repository) -> None:
    ended = post("nothing to do", "--only-update")
    assert (ended.code, ended.out) == (0, "There is no comment to update, so none is posted.\n")
    assert there.writes() == []
    post("3 to add")
    assert post("nothing to do", "--only-update").out.startswith("Comment updated: ")
    assert there.bodies(PULL) == [f"{MARKER}\nnothing to do"]


def test_the_pull_request_can_be_named(post: Run, there: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_EVENT_PATH")
    assert post("3 to add", "--pull", "12").code == 0
    assert there.bodies(12) == [f"{MARKER}\n3 to add"]


# Where nothing may be written


@pytest.mark.parametrize("head", ["mallory/panels", None], ids=["a fork", "a deleted fork"])
def test_on_a_forks_pull_request_nothing_is_tried(
    post: Run, there: Repository, event: Path, head: str | None
) -> None:
    event.write_text(json.dumps(event_of(head=head)), encoding="utf-8")
    ended = post("3 to add")
    assert ended.code == 0
    assert ended.out.startswith("::notice title=No comment on a fork's pull request::")
    assert "is in this job's summary" in ended.out
    assert ended.out.count("\n") == 1
    assert there.calls == []


def test_a_forks_run_needs_no_token(post: Run, event: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event.write_text(json.dumps(event_of(head="mallory/panels")), encoding="utf-8")
    monkeypatch.delenv("GITHUB_TOKEN")
    assert post("3 to add").code == 0


def test_outside_of_a_workflow_the_same_is_said_in_plain_words(
    post: Run, event: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event.write_text(json.dumps(event_of(head="mallory/panels")), encoding="utf-8")
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert post("3 to add").out.startswith("No comment on a fork's pull request: ")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_that_may_only_read_is_a_warning(post: Run, there: Repository, method: str) -> None:
    there.add_fault(403, method, message="Resource not accessible by integration")
    ended = post("3 to add")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("::warning title=No comment%3A the token may only read::")
    assert "pull-requests: write" in ended.out
    assert "Resource not accessible by integration" in ended.out


def test_what_github_says_is_no_workflow_command(post: Run, there: Repository) -> None:
    there.add_fault(403, "POST", message="no\n::set-env name=A::b %0A")
    ended = post("3 to add")
    assert ended.out.count("\n") == 1
    assert "%250A" in ended.out


# What is wrong


@pytest.mark.parametrize(("status", "word"), [(401, "GITHUB_TOKEN"), (404, "GITHUB_REPOSITORY")])
def test_a_refusal_says_what_to_check(post: Run, there: Repository, status: int, word: str) -> None:
    there.add_fault(status)
    ended = post("3 to add")
    assert (ended.code, ended.out) == (1, "")
    assert f"HTTP {status}" in ended.err
    assert word in ended.err
    assert len(there.calls) == 1


def test_a_token_that_is_not_the_right_one_is_never_repeated(
    post: Run, github: GitHubStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_expired000")
    ended = post("3 to add")
    assert ended.code == 1
    assert github.tokens == ["ghp_expired000"]
    assert "ghp_expired000" not in ended.err


def test_a_token_that_github_repeats_is_taken_out(post: Run, there: Repository) -> None:
    there.add_fault(422, message=f"no good: {TOKEN}")
    assert 'GitHub\'s word: "no good: (the token)"' in post("3 to add").err


def test_without_a_token_nothing_is_called(
    post: Run, there: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    ended = post("3 to add")
    assert ended.code == 1
    assert "GITHUB_TOKEN is not set" in ended.err
    assert there.calls == []


def test_a_text_that_is_too_long_is_not_sent(post: Run, there: Repository) -> None:
    ended = post("x" * 65_530)
    assert ended.code == 1
    assert "--max-bytes" in ended.err
    assert "65,536" in ended.err
    assert there.calls == []


def test_the_longest_text_is_taken(post: Run) -> None:
    assert post("x" * (65_536 - len(MARKER) - 1)).code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [(b"\xff\xfe", "not text in UTF-8"), (b" \n", "nothing to post")],
    ids=["bytes", "empty"],
)
def test_what_can_not_be_posted_is_said(post: Run, there: Repository, text: bytes, words: str) -> None:
    ended = post(text)
    assert ended.code == 1
    assert f"plan.md: {'This' if 'UTF' in words else 'The'}" in ended.err
    assert words in ended.err
    assert there.calls == []


def test_an_event_without_a_pull_request_is_said(post: Run, event: Path) -> None:
    event.write_text('{"ref": "refs/heads/main"}', encoding="utf-8")
    ended = post("3 to add")
    assert ended.code == 1
    assert "no pull request that this job runs for" in ended.err
    assert "--pull" in ended.err


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pull_request": {"number": "7"}}', '{"pull_request": 7}'])
def test_a_malformed_event_is_said_with_its_file(post: Run, event: Path, text: str) -> None:
    event.write_text(text, encoding="utf-8")
    ended = post("3 to add")
    assert ended.code == 1
    assert "event.json: This is not an event" in ended.err


def test_an_event_that_is_not_there_is_said(
    post: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "nowhere.json"))
    ended = post("3 to add")
    assert ended.code == 1
    assert "nowhere.json: The event can't be read" in ended.err


# When GitHub fails


def test_a_failure_that_passes_is_not_noticed(post: Run, there: Repository) -> None:
    there.add_comment(PULL, f"{MARKER}\n3 to add")
    there.add_fault(502, "GET")
    there.add_fault(502, "PATCH")
    assert post("4 to add").code == 0
    assert there.bodies(PULL) == [f"{MARKER}\n4 to add"]


@pytest.mark.parametrize("status", [0, 502], ids=["cut", "502"])
def test_a_post_that_was_carried_out_without_an_answer_is_not_sent_twice(
    post: Run, there: Repository, status: int
) -> None:
    there.add_fault(status, "POST", acts=True)
    assert post("3 to add").out.startswith("Comment created: ")
    assert there.bodies(PULL) == [f"{MARKER}\n3 to add"]


def test_a_post_that_was_lost_is_said_and_not_sent_again(post: Run, there: Repository) -> None:
    there.add_fault(0, "POST")
    ended = post("3 to add")
    assert ended.code == 1
    assert "Run it again" in ended.err
    assert len(there.writes()) == 1
    assert there.bodies(PULL) == []


@pytest.mark.parametrize("status", [403, 429])
def test_a_post_that_was_turned_away_unread_is_sent_again(post: Run, there: Repository, status: int) -> None:
    there.add_fault(status, "POST", headers={"Retry-After": "0"}, message="You have exceeded a rate limit")
    assert post("3 to add").code == 0
    assert there.bodies(PULL) == [f"{MARKER}\n3 to add"]
