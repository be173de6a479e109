"""The client against a vendor made of plain sockets, which answers whatever a test tells it to."""

import asyncio
import gc
import gzip
import json
import logging
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler import __version__
from reconciler.credential import Credential
from reconciler.errors import InvalidInput
from reconciler.member import Removal
from reconciler.questionpro.client import QuestionProPanel
from reconciler.questionpro.panel import (
    Counted,
    CountedAway,
    Denied,
    Lost,
    Reply,
    Request,
    Save,
    Unreachable,
    Unusable,
    Withdraw,
)

SECRET = "s3cret-key-0001"
KEY = Credential(SECRET, "the variable PANEL_KEY")
ADA = {"emailAddress": "ada@example.org", "firstName": "Ada", "city": "Tromsø"}
SAVE = Save([ADA])
COUNTS = b'{"response": {"membersAddedSuccessfully": 1, "membersFailedToBeAdded": 0}, "requestID": "r-42"}'

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def http(body: bytes = COUNTS, status: str = "200 OK", headers: Sequence[str] = ()) -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class Vendor:
    """A listening address, and what was sent to it: each request's head and body."""

    address: str = ""
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0


@asynccontextmanager
async def vendor(*answers: bytes | Script) -> AsyncIterator[Vendor]:
    """A vendor that gives these answers, one for each call; after the last it repeats the last."""
    seen = Vendor()
    conversations = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        conversations.append(asyncio.current_task())
        try:
            while True:
                await _read_request(reader, seen)
                answer = answers[min(len(seen.heads), len(answers)) - 1]
                if not isinstance(answer, bytes):
                    await answer(reader, writer)
                    return
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    async with server:
        seen.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a/api/v2"
        yield seen
    tasks = [task for task in conversations if task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _read_request(reader: asyncio.StreamReader, seen: Vendor) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(
        (line.split(":")[1] for line in head.splitlines() if line.lower().startswith("content-length")), "0"
    )
    seen.heads.append(head)
    seen.bodies.append(await reader.readexactly(int(length)))


def calling(
    *answers: bytes | Script, timeout: float = 5, key: Credential | None = KEY, request: Request = SAVE
) -> tuple[Reply, Vendor]:
    """One call to a vendor that answers so."""

    async def run() -> tuple[Reply, Vendor]:
        async with vendor(*answers) as seen, QuestionProPanel(seen.address, key, timeout) as panel:
            return await panel.send(request), seen

    return asyncio.run(run())


def _removed(by: Removal) -> bytes:
    word = "Deleted" if by is Removal.DELETE else "Unsubscribed"
    counts = {f"members{word}Successfully": 1, "membersUnavailable": 1, f"membersAlready{word}": 0}
    return http(json.dumps({"response": counts | {"membersBlocked": 0}}).encode())


def calling_address(address: str, timeout: float = 5) -> Reply:
    """One call to an address."""

    async def run() -> Reply:
        async with QuestionProPanel(address, KEY, timeout) as panel:
            return await panel.send(SAVE)

    return asyncio.run(run())


def every(seconds: float, data: bytes) -> Script:
    """Send one byte each so many seconds."""

    async def trickle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in data:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(seconds)

    return trickle


def then_close(data: bytes) -> Script:
    """Send this and close the connection."""

    async def cut(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return cut


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


# What is sent


def test_a_call_is_the_documented_one() -> None:
    _, seen = calling(http())
    (head,), (body,) = seen.heads, seen.bodies
    assert head.startswith("POST /a/api/v2/micropanel/members HTTP/1.1\r\n")
    assert f"\r\napi-key: {SECRET}\r\n" in head
    assert f"\r\nuser-agent: reconciler/{__version__}\r\n" in head
    assert "\r\ncontent-type: application/json\r\n" in head
    assert json.loads(body) == [ADA]
    assert list(json.loads(body)[0]) == list(ADA)


def test_without_a_key_no_key_header_is_sent() -> None:
    _, seen = calling(http(), key=None)
    assert "api-key" not in seen.heads[0].lower()


def test_a_netrc_file_adds_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password lovelace\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    _, seen = calling(http())
    assert "authorization" not in seen.heads[0].lower()


def test_calls_share_a_connection_and_no_cookies() -> None:
    async def run() -> Vendor:
        async with vendor(http(headers=["set-cookie: session=1"])) as seen:
            async with QuestionProPanel(seen.address, KEY, 5) as panel:
                await panel.send(SAVE)
                await panel.send(SAVE)
            return seen

    seen = asyncio.run(run())
    assert (len(seen.heads), seen.connections) == (2, 1)
    assert "cookie" not in seen.heads[1].lower()


def test_the_key_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    calling(http())
    assert "HTTP Request" in caplog.text
    assert SECRET not in caplog.text


# What comes back


def test_a_reply_tells_status_request_id_and_duration() -> None:
    reply, _ = calling(http())
    assert reply.answer == Counted(1, 0)
    assert (reply.sent, reply.status, reply.request_id) == (True, 200, "r-42")
    assert 0 < reply.duration < 5


def test_a_compressed_answer_is_read() -> None:
    reply, _ = calling(http(gzip.compress(COUNTS), headers=["content-encoding: gzip"]))
    assert reply.answer == Counted(1, 0)
    assert reply.request_id == "r-42"


def test_a_redirect_is_not_followed() -> None:
    reply, seen = calling(http(b"", "307 Temporary Redirect", ["location: /a/api/v2/elsewhere"]), http())
    assert isinstance(reply.answer, Denied)
    assert len(seen.heads) == 1


@pytest.mark.parametrize("location", ["http://[::", "//", "http://:99999999/", "\x80"])
def test_a_redirect_to_what_is_no_address_is_a_redirect_all_the_same(location: str) -> None:
    reply, _ = calling(http(b"", "302 Found", [f"location: {location}"]))
    assert isinstance(reply.answer, Denied)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(then_close(b""), id="closed at once"),
        pytest.param(then_close(http()[:20]), id="cut in the headers"),
        pytest.param(then_close(http()[:-5]), id="cut in the body"),
        pytest.param(then_close(b"SSH-2.0-OpenSSH\r\n"), id="not HTTP"),
        pytest.param(then_close(b"HTTP/1.1 200 OK\r\n\r\n" + COUNTS[:40]), id="cut without a length"),
        pytest.param(http(b"no gzip", headers=["content-encoding: gzip"]), id="badly compressed"),
        pytest.param(then_close(http(headers=["transfer-encoding: chunked"])), id="two lengths"),
    ],
)
def test_an_answer_that_does_not_come_whole_is_lost_and_was_sent(answer: bytes | Script) -> None:
    reply, _ = calling(answer)
    assert isinstance(reply.answer, Lost)
    assert reply.sent


# How long, and how much


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(_silent, id="silence"),
        pytest.param(every(0.02, http()), id="headers that trickle"),
        pytest.param(every(0.02, b"HTTP/1.1 200 OK\r\nx: " + b"y" * 1000), id="headers without end"),
    ],
)
def test_the_deadline_bounds_the_whole_call(answer: Script) -> None:
    reply, _ = calling(answer, timeout=0.3)
    assert reply.answer == Lost("no complete answer within 0.3 s")
    assert reply.sent
    assert 0.3 <= reply.duration < 1


def test_a_body_that_trickles_ends_at_the_deadline_and_its_status_is_kept() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, _, body = http().partition(b"\r\n\r\n")
        writer.write(head + b"\r\n\r\n")
        await every(0.02, body)(reader, writer)

    reply, _ = calling(answer, timeout=0.3)
    assert isinstance(reply.answer, Lost)
    assert reply.status == 200
    assert reply.duration < 1


def test_an_answer_without_end_is_read_to_its_bound_and_no_further() -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b" " * 65536)
            await writer.drain()

    reply, _ = calling(answer, timeout=10)
    assert isinstance(reply.answer, Unusable)
    assert reply.duration < 5


def test_an_answer_that_unfolds_to_more_than_its_bound_is_not_read() -> None:
    packed = gzip.compress(b" " * 20_000_000 + COUNTS)
    reply, _ = calling(http(packed, headers=["content-encoding: gzip"]))
    assert isinstance(reply.answer, Unusable)


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "zstd"])
def test_an_answer_packed_otherwise_than_asked_for_is_not_unpacked(packing: str) -> None:
    twice = gzip.compress(gzip.compress(COUNTS))
    reply, _ = calling(http(twice, headers=[f"content-encoding: {packing}"]))
    assert isinstance(reply.answer, Unusable)


def test_a_refusal_keeps_its_meaning_however_long_it_is() -> None:
    reply, _ = calling(http(b" " * 2_000_000, "401 Unauthorized"))
    assert isinstance(reply.answer, Denied)


# Whether it was sent


def test_a_refused_connection_sent_nothing(unused_address: str) -> None:
    reply = calling_address(unused_address)
    assert isinstance(reply.answer, Unreachable)
    assert "Connection refused" in reply.answer.reason
    assert unused_address.removesuffix("/a/api/v2") in reply.answer.reason
    assert not reply.sent
    assert reply.status is None


async def _no_tls(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def _mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("server", [_no_tls, _mute])
def test_a_handshake_that_fails_or_never_ends_sent_nothing(server: Script) -> None:
    async def run() -> Reply:
        listener = await asyncio.start_server(server, "127.0.0.1", 0)
        async with listener:
            port = listener.sockets[0].getsockname()[1]
            async with QuestionProPanel(f"https://127.0.0.1:{port}", KEY, 0.5) as panel:
                return await panel.send(SAVE)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # httpcore leaves the socket of a handshake that is
        reply = asyncio.run(run())  # cancelled to the garbage collector
        gc.collect()
    assert isinstance(reply.answer, Unreachable)
    assert reply.answer.reason.startswith("no connection to https://127.0.0.1:")
    assert not reply.sent


@pytest.mark.parametrize("address", ["http://[::", "ftp://127.0.0.1", "nonsense"])
def test_an_address_that_cannot_be_called_is_a_reply_too(address: str) -> None:
    reply = calling_address(address)
    assert isinstance(reply.answer, Unreachable)
    assert not reply.sent


class _Failing(httpx.AsyncBaseTransport):
    """A transport of another kind than httpx's own, which breaks in the middle."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        raise self._error


def _through(transport: httpx.AsyncBaseTransport, timeout: float = 5) -> Reply:
    async def run() -> Reply:
        async with QuestionProPanel("http://any.invalid", None, timeout, transport=transport) as panel:
            return await panel.send(SAVE)

    return asyncio.run(run())


@pytest.mark.parametrize(
    "error", [httpx.ReadError(""), httpx.ConnectError(""), httpx.CookieConflict(""), OSError(5, "x")]
)
def test_a_transport_that_does_not_tell_when_sending_began_is_taken_to_have_sent(error: Exception) -> None:
    reply = _through(_Failing(error))
    assert isinstance(reply.answer, Lost)
    assert reply.sent


def test_the_deadline_holds_for_every_transport() -> None:
    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(60)
            raise AssertionError

    began = time.monotonic()
    assert isinstance(_through(Slow(), timeout=0.1).answer, Lost)
    assert time.monotonic() - began < 1


# What is taken from the surroundings


def test_a_loopback_address_is_reached_without_the_proxy(
    monkeypatch: pytest.MonkeyPatch, unused_address: str
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, unused_address)
    reply, _ = calling(http())
    assert reply.answer == Counted(1, 0)


def _behind(proxy: Callable[[Vendor], None], answer: bytes) -> tuple[Reply, Vendor]:
    async def run() -> tuple[Reply, Vendor]:
        async with vendor(answer) as seen:
            proxy(seen)
            async with QuestionProPanel("https://api.questionpro.invalid/a/api/v2", KEY, 5) as panel:
                return await panel.send(SAVE), seen

    return asyncio.run(run())


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "502 Bad Gateway"])
def test_a_proxy_that_opens_no_way_got_neither_batch_nor_key(
    monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    def name_it(seen: Vendor) -> None:
        monkeypatch.setenv("HTTPS_PROXY", seen.address.removesuffix("/a/api/v2"))

    reply, seen = _behind(name_it, http(b"", status))
    assert isinstance(reply.answer, Unreachable)
    assert f"the proxy of HTTPS_PROXY refused (HTTP {status[:3]})" in reply.answer.reason
    assert not reply.sent
    assert seen.heads[0].startswith("CONNECT api.questionpro.invalid:443")
    assert SECRET not in seen.heads[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/nowhere/at-all.pem"),
        ("ALL_PROXY", "gopher://127.0.0.1"),
        ("HTTPS_PROXY", "http://[::"),
    ],
)
def test_surroundings_that_cannot_be_used_are_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput, match=name):
        QuestionProPanel("https://api.questionpro.invalid", KEY, 5)


@pytest.fixture
def unused_address() -> str:
    """An address on this machine where nobody listens."""

    async def find() -> Any:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        async with server:
            return server.sockets[0].getsockname()[1]

    return f"http://127.0.0.1:{asyncio.run(find())}/a/api/v2"


@pytest.mark.parametrize(
    ("by", "line"),
    [
        (Removal.DELETE, "DELETE /a/api/v2/micropanel/members HTTP/1.1"),
        (Removal.UNSUBSCRIBE, "POST /a/api/v2/micropanel/members/unsubscribe HTTP/1.1"),
    ],
)
def test_a_removal_goes_by_the_vendors_call_with_the_addresses_and_the_key(by: Removal, line: str) -> None:
    reply, seen = calling(_removed(by), request=Withdraw(by, ["Ada@example.org", "bob@example.org"]))
    assert seen.heads[0].splitlines()[0] == line
    assert f"api-key: {KEY.reveal()}" in seen.heads[0]
    assert json.loads(seen.bodies[0]) == ["Ada@example.org", "bob@example.org"]
    assert (reply.answer, reply.sent) == (CountedAway(1, 1, 0, 0), True)
