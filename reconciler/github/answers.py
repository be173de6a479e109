"""What GitHub's answers mean that are no success: the one place that decides it. Pure.

Source: GitHub's pages *Troubleshooting the REST API*, *Rate limits for the REST API* and *Best practices for
using the REST API*: a limit is said with 403 or 429; `retry-after` names seconds; `x-ratelimit-remaining: 0`
goes with `x-ratelimit-reset`, in seconds of the epoch; else a minute is to be waited.
"""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from reconciler.github.errors import Forbidden, GitHubError, Unavailable
from reconciler.problems import Problem

_MOST_CHARACTERS = 300
_A_MINUTE = 60.0
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


class Answer(NamedTuple):
    """One answer; the headers' names are in lower case, `next_page` is a whole address."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    next_page: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether GitHub did what was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of statuses that RFC 9110 calls successful

    @property
    def message(self) -> str:
        """GitHub's own word on what is wrong, on one line; empty where there is none."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return ""
        message = document.get("message") if isinstance(document, dict) else None
        return " ".join(message.split())[:_MOST_CHARACTERS] if isinstance(message, str) else ""


def failure(answer: Answer, call: str, now: float) -> GitHubError:
    """The error for an answer to a call, `GET issues` for example; `now` in seconds of the epoch."""
    status = answer.status
    if _is_limit(answer):
        problem = _problem(answer, call, "There are too many calls.", "Run it again later.")
        return Unavailable(problem, status, in_doubt=False, wait=_wait(answer, now))
    if status == 403:  # noqa: PLR2004 - Forbidden
        hint = "Check the permissions of the job, or what the token of your own may do."
        return Forbidden(_problem(answer, call, "The token may not do this.", hint), status)
    if status >= 500:  # noqa: PLR2004 - the class of statuses that RFC 9110 calls server errors
        hint = "Run it again; what was done already is found again."
        problem = _problem(answer, call, "GitHub failed.", hint)
        return Unavailable(problem, status, in_doubt=True, wait=_wait(answer, now))
    return GitHubError(_problem(answer, call, *_words(status)), status)


def _words(status: int) -> tuple[str, str]:
    """What a status means, and what to check."""
    if status // 100 == 3:  # noqa: PLR2004 - the class of statuses that RFC 9110 calls redirections
        return (
            "The repository, or the API, has moved.",
            "Check GITHUB_REPOSITORY and GITHUB_API_URL; redirects are not followed.",
        )
    return _MEANINGS.get(
        status, ("GitHub refused the call.", "GitHub's page on this call says when it does.")
    )


_MEANINGS = {
    401: (
        "The token is not valid.",
        "Check GITHUB_TOKEN: it may be mistyped or expired. In a workflow it is ${{ github.token }}.",
    ),
    404: (
        "There is no such thing, or the token can't see it.",
        "Check GITHUB_REPOSITORY, the number or the commit, and that the token is for this repository.",
    ),
    410: (
        "There is no such thing any more, or issues are switched off.",
        "Check the repository's settings, under Features.",
    ),
}


def _problem(answer: Answer, call: str, meaning: str, hint: str) -> Problem:
    word = f' GitHub\'s word: "{answer.message}".' if answer.message else ""
    return Problem((f"{meaning} GitHub answered HTTP {answer.status} to {call}.{word}",), (hint,))


def _is_limit(answer: Answer) -> bool:
    if answer.status != 403:  # noqa: PLR2004 - Forbidden
        return answer.status == 429  # noqa: PLR2004 - Too Many Requests
    has_none_left = answer.headers.get("x-ratelimit-remaining") == "0"
    return has_none_left or "retry-after" in answer.headers or "rate limit" in answer.message.lower()


def _wait(answer: Answer, now: float) -> float | None:
    if (seconds := _number(answer, "retry-after")) is not None:
        return seconds
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = _number(answer, "x-ratelimit-reset")
        return max(0.0, reset - now) if reset is not None else _A_MINUTE
    return _A_MINUTE if _is_limit(answer) else None


def _number(answer: Answer, header: str) -> float | None:
    text = answer.headers.get(header, "").strip()
    return float(text) if _SECONDS.fullmatch(text) else None
