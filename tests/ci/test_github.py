"""The client against an API that behaves as GitHub's does, and against sockets that don't."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from threading import Thread

import pytest
from github_stand_in import COMMIT, REPOSITORY, TOKEN, GitHubStandIn

from reconciler.ci.github import GitHub
from reconciler.ci.platform import Forbidden, PlatformError, Unavailable
from reconciler.errors import InvalidInput


@pytest.fixture
def github() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as stand_in:
        yield stand_in


class Naps(list[float]):
    """Waits that are only noted, in seconds."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


def client(github: GitHubStandIn, naps: Naps) -> GitHub:
    return GitHub(github.environ(), sleep=naps)


def client_at(address: str, naps: Naps, seconds: float = 5) -> GitHub:
    environ = {"GITHUB_API_URL": address, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN}
    return GitHub(environ, seconds=seconds, sleep=naps)


def whole_request(connection: socket.socket) -> str:
    """Closing a connection with unread bytes would reset it, and the client might lose the answer."""
    with connection.makefile("rb") as stream:
        head = b"".join(takewhile(b"\r\n".__ne__, stream))
        length = re.search(rb"(?i)^content-length: *(\d+)", head, re.MULTILINE)
        return (head + b"\r\n" + stream.read(int(length[1]) if length else 0)).decode()


@contextmanager
def answering(*answers: bytes, then: Callable[[socket.socket], None] | None = None) -> Iterator[list[str]]:
    """An address, and behind it a server that gives one of these answers on each connection and closes it."""
    seen: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))
    seen.append(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def serve() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                seen.append(whole_request(connection))
                connection.sendall(answer)
                if then is not None:
                    then(connection)

    thread = Thread(target=serve)
    thread.start()
    with listener:
        yield seen
        thread.join(10)
        assert not thread.is_alive()


def http(status: str, *headers: str, body: bytes = b"[]") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


# What is sent


def test_a_call_is_the_documented_one(naps: Naps) -> None:
    with answering(http("200 OK")) as seen, client_at(seen[0], naps) as github:
        assert github.comments(7) == []
    head = seen[1].lower()
    assert head.startswith("get /repos/team/panels/issues/7/comments?per_page=100 http/1.1\r\n")
    assert f"\r\nauthorization: bearer {TOKEN.lower()}\r\n" in head
    assert "\r\naccept: application/vnd.github+json\r\n" in head
    assert "\r\nx-github-api-version: 2022-11-28\r\n" in head


def test_a_netrc_file_adds_no_credentials(
    github: GitHubStandIn, naps: Naps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password lovelace\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with client(github, naps) as api:
        api.comments(7)
    assert github.tokens == [TOKEN]


def test_a_loopback_address_is_reached_without_the_proxy(
    github: GitHubStandIn, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with client(github, naps) as api:
        assert api.comments(7) == []


def test_surroundings_that_can_not_be_used_are_named(naps: Naps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1")
    with (
        client_at("https://github.invalid/api/v3", naps) as github,
        pytest.raises(InvalidInput, match="ALL_PROXY"),
    ):
        github.comments(7)


# Lists


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_a_list_is_read_whole(github: GitHubStandIn, naps: Naps, count: int) -> None:
    for number in range(count):
        github.repository.add_comment(7, f"Word {number}")
    with client(github, naps) as api:
        comments = api.comments(7)
    assert [comment.body for comment in comments] == [f"Word {number}" for number in range(count)]
    assert len(github.repository.calls) == max(1, -(-count // 100))


def test_a_link_that_leads_elsewhere_is_not_followed(naps: Naps) -> None:
    link = 'link: <https://elsewhere.invalid/comments?page=2>; rel="next"'
    with (
        answering(http("200 OK", link)) as seen,
        client_at(seen[0], naps) as github,
        pytest.raises(PlatformError, match="another host"),
    ):
        github.comments(7)
    assert naps == []


def test_a_redirect_is_not_followed(naps: Naps) -> None:
    moved = http("301 Moved Permanently", "location: https://elsewhere.invalid/", body=b"{}")
    with (
        answering(moved) as seen,
        client_at(seen[0], naps) as github,
        pytest.raises(PlatformError, match="has moved"),
    ):
        github.comments(7)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'[{"id": "7"}]', b"\xff"])
def test_an_answer_that_is_not_as_described_is_an_error(naps: Naps, body: bytes) -> None:
    with (
        answering(http("200 OK", body=body)) as seen,
        client_at(seen[0], naps) as github,
        pytest.raises(PlatformError, match="not what its API describes"),
    ):
        github.comments(7)


# Trying again


def test_a_failure_that_lasts_is_given_up_after_a_few_attempts(github: GitHubStandIn, naps: Naps) -> None:
    github.repository.add_fault(503, count=99)
    with client(github, naps) as api, pytest.raises(Unavailable, match="HTTP 503"):
        api.merged_pulls(COMMIT)
    assert naps == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("status", [0, 500, 502, 503, 504])
def test_changing_and_deleting_are_repeated(github: GitHubStandIn, naps: Naps, status: int) -> None:
    github.repository.add_comment(7, "3 to add")
    github.repository.add_fault(status, "PATCH", "DELETE", acts=True)
    with client(github, naps) as api:
        (comment,) = api.comments(7)
        assert api.change_comment(7, comment, "4 to add").body == "4 to add"
        github.repository.add_fault(status, "DELETE", acts=True)
        api.delete_comment(7, comment)
    assert github.repository.comments == []
    assert len(naps) == 2


@pytest.mark.parametrize("status", [0, 500, 502])
def test_creating_is_not_repeated_where_it_may_have_been_done(
    github: GitHubStandIn, naps: Naps, status: int
) -> None:
    github.repository.add_fault(status, "POST", acts=True)
    with client(github, naps) as api, pytest.raises(Unavailable) as caught:
        api.add_comment(7, "3 to add")
    assert caught.value.in_doubt
    assert github.repository.bodies(7) == ["3 to add"]
    assert naps == []


def test_creating_is_repeated_where_nobody_listened(naps: Naps) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with client_at(address, naps) as github, pytest.raises(Unavailable, match="no connection") as caught:
        github.add_comment(7, "3 to add")
    assert not caught.value.in_doubt
    assert len(naps) == 3


def test_as_long_is_waited_as_github_asks(github: GitHubStandIn, naps: Naps) -> None:
    github.repository.add_fault(429, "POST", headers={"Retry-After": "17"})
    github.repository.add_fault(403, "POST", message="You have exceeded a secondary rate limit.")
    with client(github, naps) as api:
        api.add_comment(7, "3 to add")
    assert naps == [17, 60]


def test_a_wait_that_is_too_long_is_an_answer_too(github: GitHubStandIn, naps: Naps) -> None:
    github.repository.add_fault(
        403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}
    )
    with client(github, naps) as api, pytest.raises(Unavailable, match="too many calls"):
        api.comments(7)
    assert naps == []


def test_what_the_token_may_not_do_is_not_tried_again(github: GitHubStandIn, naps: Naps) -> None:
    github.repository.add_fault(403, message="Resource not accessible by integration")
    with client(github, naps) as api, pytest.raises(Forbidden, match="not accessible"):
        api.comments(7)
    assert naps == []


def test_an_answer_that_never_ends_is_given_up(naps: Naps) -> None:
    def say_nothing_more(connection: socket.socket) -> None:
        while connection.recv(65_536):
            pass

    cut = b"HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{"
    with (
        answering(cut, then=say_nothing_more) as seen,
        client_at(seen[0], naps, seconds=0.1) as github,
        pytest.raises(Unavailable, match="in time") as caught,
    ):
        github.add_comment(7, "3 to add")
    assert caught.value.in_doubt


def test_an_answer_that_is_cut_leaves_doubt(naps: Naps) -> None:
    cut = b"HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{"
    with (
        answering(cut) as seen,
        client_at(seen[0], naps) as github,
        pytest.raises(Unavailable, match="broke off") as caught,
    ):
        github.add_comment(7, "3 to add")
    assert caught.value.in_doubt
