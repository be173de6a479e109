"""GitLab as a platform: its variables, and the client against an API that behaves as GitLab's does."""

import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest
from gitlab_stand_in import COMMIT, JOB_TOKEN, LOGIN, PROJECT, TOKEN, GitLabStandIn, merge_request_environ

from reconciler.ci import platform_for
from reconciler.ci.gitlab import GitLab
from reconciler.ci.platform import Forbidden, PlatformError, PullRequest, Unavailable
from reconciler.ci.posts import keep_comment, keep_issue, our_comments
from reconciler.ci.rest import Answer
from reconciler.errors import InvalidInput

ENVIRON = {"GITLAB_CI": "true", "CI_PROJECT_ID": "12", "GITLAB_TOKEN": TOKEN}


@pytest.fixture
def gitlab() -> Iterator[GitLabStandIn]:
    with GitLabStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def api(gitlab: GitLabStandIn) -> Iterator[GitLab]:
    with GitLab(gitlab.environ(), sleep=lambda _seconds: None) as platform:
        yield platform


# The job's variables


def test_the_platform_is_found_by_its_variables_or_named() -> None:
    assert isinstance(platform_for(ENVIRON), GitLab)
    assert isinstance(platform_for({}, "gitlab"), GitLab)


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "https://gitlab.com/api/v4/projects/12"),
        (
            {"CI_API_V4_URL": "https://git.example.org/a/b/api/v4/"},
            "https://git.example.org/a/b/api/v4/projects/12",
        ),
        (
            {"CI_PROJECT_ID": "", "CI_PROJECT_PATH": "team/sub.group/panels"},
            "https://gitlab.com/api/v4/projects/team%2Fsub.group%2Fpanels",
        ),
        (
            {"CI_PROJECT_ID": "", "CI_PROJECT_PATH": "team/ä?b#c %2F.."},
            "https://gitlab.com/api/v4/projects/team%2F%C3%A4%3Fb%23c%20%252F..",
        ),
    ],
)
def test_the_projects_address_is_put_together(variables: Mapping[str, str], address: str) -> None:
    assert GitLab({**ENVIRON, **variables}).address == address


@pytest.mark.parametrize("path", ["", "panels", "team/", "/panels", "a//b", "a/b\n", "-3"])
def test_what_names_no_project_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput, match="CI_PROJECT_ID"):
        assert GitLab(ENVIRON | {"CI_PROJECT_ID": "", "CI_PROJECT_PATH": path}).address


def test_an_address_that_can_not_be_used_is_refused_and_not_shown() -> None:
    with pytest.raises(InvalidInput, match="CI_API_V4_URL") as caught:
        assert GitLab(ENVIRON | {"CI_API_V4_URL": "https://ada:pass@gitlab.com"}).address
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        (merge_request_environ(7), PullRequest(7, is_from_fork=False)),
        (merge_request_environ(7, source="99"), PullRequest(7, is_from_fork=True)),
    ],
)
def test_the_merge_request_is_the_pipelines(
    variables: Mapping[str, str], expected: PullRequest | None
) -> None:
    assert GitLab({**ENVIRON, **variables}).pull_request() == expected


def test_a_job_token_alone_is_known_to_be_not_enough_before_anything_is_called() -> None:
    environ = {"CI_PROJECT_ID": "12", "CI_JOB_TOKEN": JOB_TOKEN}
    with GitLab(environ) as platform, pytest.raises(Forbidden, match="job token") as caught:
        platform.comments(7)
    assert JOB_TOKEN not in str(caught.value)


def test_without_any_token_the_variable_is_named() -> None:
    with GitLab({"CI_PROJECT_ID": "12"}) as platform, pytest.raises(InvalidInput, match="GITLAB_TOKEN"):
        platform.comments(7)


# Notes, issues, merge requests


def test_a_comment_is_posted_updated_and_found_again(gitlab: GitLabStandIn, api: GitLab) -> None:
    gitlab.add_note(7, "added 1 commit", system=True)
    for text in ("3 to add", "4 to add"):
        kept = keep_comment(api, 7, "plan", text)
        assert kept is not None
        assert kept.address == f"https://gitlab.test/git/{PROJECT}/-/merge_requests/7#note_102"
    assert [post.body for post in our_comments(api, 7, "plan")] == ["<!-- reconciler: plan -->\n4 to add"]
    assert gitlab.tokens == [TOKEN] * len(gitlab.tokens)


def test_another_persons_note_with_our_marker_is_left_alone(gitlab: GitLabStandIn, api: GitLab) -> None:
    forged = "<!-- reconciler: plan -->\nnothing to do"
    gitlab.add_note(7, forged, author="mallory")
    keep_comment(api, 7, "plan", "3 to add")
    assert gitlab.repository.bodies(7) == [forged, "<!-- reconciler: plan -->\n3 to add"]


def test_of_comments_that_raced_the_oldest_stays(gitlab: GitLabStandIn, api: GitLab) -> None:
    for count in (3, 4):
        gitlab.add_note(7, f"<!-- reconciler: plan -->\n{count} to add")
    kept = keep_comment(api, 7, "plan", "5 to add")
    assert kept is not None
    assert kept.duplicates == 1
    assert gitlab.repository.bodies(7) == ["<!-- reconciler: plan -->\n5 to add"]


@pytest.mark.parametrize("count", [0, 100, 101, 250])
def test_a_list_is_read_whole(gitlab: GitLabStandIn, api: GitLab, count: int) -> None:
    for number in range(count):
        gitlab.add_note(7, f"Word {number}")
    assert [post.body for post in api.comments(7)] == [f"Word {number}" for number in range(count)]


def test_one_issue_is_kept_and_closed(gitlab: GitLabStandIn, api: GitLab) -> None:
    gitlab.add_issue("Something else", "<!-- reconciler: drift -->\nforged", author="mallory")
    for text in ("1 to add", "2 to add"):
        keep_issue(api, "drift", "main is not applied", text)
    _, issue = gitlab.repository.issues
    assert (issue["state"], issue["body"]) == ("open", "<!-- reconciler: drift -->\n2 to add")
    (post,) = api.open_issues()
    assert post.author == LOGIN
    api.close_issue(post)
    assert issue["state"] == "closed"


def test_only_merged_merge_requests_of_a_commit_count(gitlab: GitLabStandIn, api: GitLab) -> None:
    gitlab.repository.set_pulls(COMMIT, {"number": 9}, {"number": 8, "merged_at": None}, {"number": 7})
    assert api.merged_pulls(COMMIT) == [7, 9]


def test_a_project_is_found_by_its_path_too(gitlab: GitLabStandIn) -> None:
    environ = gitlab.environ() | {"CI_PROJECT_ID": ""}
    with GitLab(environ) as platform:
        assert platform.comments(7) == []
    assert quote(PROJECT, safe="") in gitlab.repository.calls[0]


# Answers that are no success


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (302, PlatformError, "wants a login"),
        (401, PlatformError, "GITLAB_TOKEN"),
        (403, Forbidden, "may not do this"),
        (404, PlatformError, "CI_PROJECT_ID"),
        (429, Unavailable, "too many calls"),
        (500, Unavailable, "GitLab failed"),
    ],
)
def test_each_refusal_says_what_to_check(
    gitlab: GitLabStandIn, api: GitLab, status: int, kind: type[PlatformError], words: str
) -> None:
    gitlab.repository.add_fault(status, count=9)
    with pytest.raises(kind, match=words) as caught:
        api.comments(7)
    assert f"Fault {status}" in str(caught.value)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"message": "404 Project Not Found"}, '"404 Project Not Found"'),
        ({"message": {"note": ["is too long"]}}, "is too long"),
        ({"error": "insufficient_scope", "error_description": "needs api"}, '"needs api"'),
        ({"error": f"no {TOKEN} here"}, "no (the token) here"),
        ("<html>", "HTTP 400"),
    ],
)
def test_gitlabs_own_word_is_shown_without_the_token(document: object, words: str) -> None:
    body = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    error = GitLab(ENVIRON).failure(Answer(400, {}, body), "POST notes", 0)
    assert words in str(error)
    assert TOKEN not in str(error)


def test_a_limit_is_waited_for_as_gitlab_asks(gitlab: GitLabStandIn) -> None:
    naps: list[float] = []
    gitlab.repository.add_fault(429, "POST", headers={"Retry-After": "17"})
    with GitLab(gitlab.environ(), sleep=naps.append) as platform:
        platform.add_comment(7, "3 to add")
    assert naps == [17]
    assert gitlab.repository.bodies(7) == ["3 to add"]
