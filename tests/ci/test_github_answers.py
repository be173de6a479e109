"""What GitHub's answers mean that are no success."""

import json
from collections.abc import Mapping

import pytest

from reconciler.ci.github import GitHub
from reconciler.ci.platform import Forbidden, PlatformError, Unavailable
from reconciler.ci.rest import Answer

NOW = 1_000_000.0
SECRET = "ghs_s3cretT0ken0001"
GITHUB = GitHub({"GITHUB_TOKEN": SECRET})
ESCAPED = "".join(f"\\u{ord(character):04x}" for character in SECRET)


def came(
    status: int, message: str = "", headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> PlatformError:
    content = json.dumps({"message": message}).encode() if body is None else body
    return GITHUB.failure(Answer(status, headers or {}, content), "GET issues", NOW)


@pytest.mark.parametrize(
    ("status", "message", "headers", "wait"),
    [
        (429, "", {}, 60),
        (429, "", {"retry-after": "7"}, 7),
        (403, "", {"retry-after": "7"}, 7),
        (403, "You have exceeded a secondary rate limit", {}, 60),
        (403, "API rate limit exceeded", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000030"}, 30),
        (403, "", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "999"}, 0),
        (403, "", {"x-ratelimit-remaining": "0"}, 60),
        (403, "", {"x-ratelimit-remaining": "0", "retry-after": "7"}, 7),
        (429, "", {"retry-after": "soon"}, 60),
    ],
)
def test_a_limit_says_how_long_to_wait_and_leaves_no_doubt(
    status: int, message: str, headers: Mapping[str, str], wait: float
) -> None:
    error = came(status, message, headers)
    assert isinstance(error, Unavailable)
    assert (error.wait, error.in_doubt) == (wait, False)


@pytest.mark.parametrize(("headers", "wait"), [({}, None), ({"retry-after": "7"}, 7)])
@pytest.mark.parametrize("status", [500, 502, 503, 599])
def test_a_server_that_fails_may_have_acted(
    status: int, headers: Mapping[str, str], wait: float | None
) -> None:
    error = came(status, "", headers)
    assert isinstance(error, Unavailable)
    assert (error.wait, error.in_doubt) == (wait, True)


def test_a_403_that_is_no_limit_is_about_the_token() -> None:
    assert isinstance(came(403, "Resource not accessible by integration"), Forbidden)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (301, "GITHUB_API_URL"),
        (401, "GITHUB_TOKEN"),
        (404, "GITHUB_REPOSITORY"),
        (410, "Features"),
        (422, "when it does"),
    ],
)
def test_each_refusal_says_what_to_check_and_which_call_it_was(status: int, word: str) -> None:
    error = came(status, "Not this way")
    assert type(error) is PlatformError
    assert error.status == status
    text = str(error)
    assert all(part in text for part in (word, f"HTTP {status} to GET issues", '"Not this way"'))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"message": 7}', b"\xff", b"[" * 99_999])
def test_a_body_that_says_nothing_adds_nothing(body: bytes) -> None:
    assert "GitHub's word" not in str(came(404, body=body))


def test_a_long_message_is_cut_and_stands_on_one_line() -> None:
    text = str(came(422, "a\n" * 9_999))
    assert len(text) < 600
    assert "\n" not in text


@pytest.mark.parametrize("spelling", [SECRET, SECRET.upper(), ESCAPED, ESCAPED.replace("\\", "\\\\")])
@pytest.mark.parametrize("before", [0, 285, 290, 295])
def test_a_token_that_is_repeated_is_hidden_before_the_message_is_cut(spelling: str, before: int) -> None:
    text = str(came(422, body=f'{{"message": "{"z" * before}{spelling}"}}'.encode()))
    assert "GitHub's word" in text
    assert SECRET[:6].lower() not in text.lower()
    assert ESCAPED[:12] not in text


def test_a_message_of_any_length_costs_little() -> None:
    assert "GitHub's word" not in str(came(422, body=b'{"message": "' + b"x" * 9_000_000 + b'"}'))
