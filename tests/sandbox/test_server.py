"""The sandbox on a real socket in a real process: how it begins, answers, ends, and is killed."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, MutableMapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from people import members_of, person
from socket_vendor import SocketVendor
from world import KEY

from reconciler.credential import Credential
from reconciler.questionpro.client import QuestionProPanel
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    Denied,
    Refused,
    Save,
    Throttled,
    TooLarge,
)
from reconciler.sandbox.app import PATH, Application, Rules, SandboxAnswer
from reconciler.sandbox.faults import NO_FAULT, Fault, Wire
from reconciler.sandbox.server import ServedSandbox, address_of, listen
from reconciler.sandbox.store import Store

Process = subprocess.Popen[str]
_PATIENCE = 60  # seconds after which a test gives up; no test takes longer on a slow machine


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[Process, str]]:
    """The process, and the address that it says."""
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", "sandbox", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def _call(address: str, *names: str, key: str = KEY, seconds: float = _PATIENCE) -> Answer:
    async def run() -> Answer:
        async with QuestionProPanel(address, Credential(key, "the variable KEY"), seconds) as panel:
            return (await panel.send(Save([person(name) for name in names]))).answer

    return asyncio.run(run())


def _counts(address: str, method: str, path: str, *members: object) -> list[int]:
    """The counts of one call, in their order, as any client may make it."""
    url = f"{address}/micropanel/members{path}"
    answer = httpx.request(method, url, json=members, headers={"api-key": KEY}, trust_env=False)
    return list(answer.raise_for_status().json()["response"].values())


def test_it_ends_cleanly_on_an_interrupt_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with serving() as (process, address):
        assert _call(address, "ada") == Counted(1, 0)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 0
    assert out == ""
    assert err.endswith(" 200 added=1 failed=0\n")
    assert len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_it_ends_at_once_on_a_termination_though_a_caller_still_waits() -> None:
    with serving("--fault", "silence") as (process, address), socket.socket() as waiting:
        waiting.connect((httpx.URL(address).host, httpx.URL(address).port))
        waiting.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
        assert process.stderr is not None
        process.stderr.readline()
        process.terminate()
        assert process.wait(timeout=_PATIENCE) == 0
        assert "Traceback" not in process.stderr.read()


def test_what_was_answered_survives_a_kill_right_after_the_answer(tmp_path: Path) -> None:
    data = tmp_path / "panel.sqlite3"
    with serving("--data", str(data)) as (process, address):
        assert _call(address, "ada", "bob") == Counted(2, 0)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=_PATIENCE)
    with closing(Store.opened(data)) as store:
        assert list(members_of(store)) == ["ada@example.org", "bob@example.org"]
        assert store.calls == 1


def test_a_port_that_is_taken_is_said_without_a_traceback() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "sandbox", "serve", "--port", port],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"can't listen on 127.0.0.1, port {port}: Address already in use" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_address_can_be_put_into_base_url(host: str) -> None:
    with listen(host, 0) as listener:
        address = httpx.URL(address_of(listener))
        assert address.host == host
        assert address.port == listener.getsockname()[1]
        assert address.path == "/a/api/v2"


@pytest.mark.parametrize(
    ("headers", "query"),
    [({}, ""), ({"apiKey": KEY}, ""), ({}, f"?api-key={KEY}&apiKey={KEY}"), ({"api-key": ""}, "")],
)
def test_a_key_counts_in_its_one_header_alone(address: str, headers: dict[str, str], query: str) -> None:
    url = f"{address}/micropanel/members{query}"
    assert httpx.post(url, json=[person("ada")], headers=headers, trust_env=False).status_code == 401


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server without faults, small in everything."""
    with serving("--max-body", "2000") as (_process, found):
        yield found


def test_a_body_over_the_limit_is_too_large_however_long(address: str) -> None:
    assert isinstance(_call(address, *(f"member{n}" for n in range(200))), TooLarge)
    assert isinstance(_call(address, *(f"member{n}" for n in range(20_000))), TooLarge)


def test_a_caller_who_leaves_in_the_middle_of_a_call_disturbs_nobody(address: str) -> None:
    with socket.create_connection((httpx.URL(address).host, httpx.URL(address).port or 0)) as leaving:
        leaving.sendall(
            b"POST /a/api/v2/micropanel/members HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n["
        )
    assert isinstance(_call(address, "someone"), Counted)


def test_small_answers_are_not_held_back() -> None:
    """A socket that waits for more before it sends, against one that waits to acknowledge, takes 0.04 s."""
    options = []

    async def look(wire: Wire, answer: SandboxAnswer) -> None:
        connection = wire.transport.get_extra_info("socket")
        options.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        await NO_FAULT.deliver(wire, answer)

    with SocketVendor(Fault("look", acts=True, says="", deliver=look)) as vendor:
        _call(vendor.base_url, "ada")
    assert options == [1]


def test_slow_answers_act_before_the_wait_on_one_call_and_behind_it_on_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events: list[str] = []

    async def sleep(seconds: float) -> None:
        events.append(f"wait {seconds}")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b'[{"emailAddress": "ada@example.org"}]'}

    async def send(message: MutableMapping[str, Any]) -> None:
        events.append(message["type"])

    async def call_twice() -> None:
        scope = {"method": "POST", "path": PATH, "query_string": b"", "headers": [(b"api-key", b"k")]}
        for _ in range(2):
            await sandbox({**scope, "state": {"transport": None}}, receive, send)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with closing(Store.opened(None)) as store:
        sandbox = ServedSandbox(Application(store, Rules(bool)), (), lambda _: events.append("act"), 9.0)
        asyncio.run(call_twice())
    answer = ["http.response.start", "http.response.body"]
    assert events == ["wait 0.0", "act", "wait 9.0", *answer, "wait 9.0", "act", "wait 0.0", *answer]


def test_the_delay_of_the_command_line_holds() -> None:
    with serving("--delay", "0.3") as (_process, address):
        began = time.monotonic()
        assert isinstance(_call(address, "bob", seconds=_PATIENCE), Counted)
        assert time.monotonic() - began >= 0.3


def test_the_options_of_the_command_line_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_KEY", KEY)
    seed = tmp_path / "seed.csv"
    seed.write_text("emailAddress,firstName\nada@example.org,Ada\n", encoding="utf-8")
    options = [
        *("--key-env", "PANEL_KEY", "--seed", str(seed), "--rate", "4/60", "--update-known"),
        *("--refuse", "Eve@Example.org", "--block", "Bob@Example.org", "--block", "dan@example.org"),
    ]
    with serving(*options) as (process, address):
        assert isinstance(_call(address, "ada", key="another"), Denied)
        assert isinstance(_call(address, "ada", "EVE"), Refused)
        assert _counts(address, "POST", "", *map(person, ("ada", "bob"))) == [2, 0]
        three = ("ada@example.org", "BOB@example.org", "nobody@example.org")
        assert _counts(address, "POST", "/unsubscribe", *three) == [1, 1, 0, 1]
        assert _counts(address, "DELETE", "", *three) == [1, 1, 0, 1]
        assert isinstance(_call(address, "ada"), Throttled)
        process.terminate()
        log = process.communicate(timeout=_PATIENCE)[1]
    assert " 200 unsubscribed=1 unavailable=1 already-unsubscribed=0 blocked=1\n" in log
    assert " 200 deleted=1 unavailable=1 already-deleted=0 blocked=1\n" in log
    assert KEY not in log
    assert "example.org" not in log


def test_the_allowance_and_who_was_deleted_outlive_the_process(tmp_path: Path) -> None:
    options = ("--data", str(tmp_path / "panel.sqlite3"), "--allowance", "3")
    with serving(*options) as (process, address):
        _call(address, "ada")
        assert _counts(address, "DELETE", "", "ada@example.org") == [1, 0, 0, 0]
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=_PATIENCE)
    with serving(*options) as (_process, address):
        assert _counts(address, "DELETE", "", "ada@example.org") == [0, 0, 1, 0]
        assert isinstance(_call(address, "ada"), AllowanceUsedUp)
