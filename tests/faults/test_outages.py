"""What a run does in the middle of trouble: what it keeps, where it stops, what it never does."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rehearsal import Rehearsal, api, people, prepared, rehearse
from socket_vendor import SocketVendor
from world import KEY

from reconciler.sandbox.app import BASE_PATH, SandboxAnswer
from reconciler.sandbox.faults import Fault, Wire

MEMBERS, SIZE = 8, 2
both = pytest.mark.parametrize("concurrency", [pytest.param(1, marks=pytest.mark.exhaustive), 4])


def _rehearse(folder: Path, vendor: SocketVendor, concurrency: int, *, then_again: bool = False) -> Rehearsal:
    world = prepared(
        folder, vendor.base_url, MEMBERS, api(batch_size=SIZE, concurrency=concurrency, timeout=5)
    )
    return rehearse(world, vendor, then_again=then_again)


@both
def test_a_server_that_is_not_there_costs_no_call_and_leaves_no_doubt(
    tmp_path: Path, concurrency: int
) -> None:
    with socket.socket() as bound:  # and not listening, so the port is nobody else's either
        bound.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{bound.getsockname()[1]}{BASE_PATH}"
        world = prepared(tmp_path, address, MEMBERS, api(batch_size=SIZE, concurrency=concurrency))
        found = rehearse(world, None)
    assert found.result.code == 3
    assert found.report["calls"] == 0
    assert found.report["summary"]["unsent"] == MEMBERS
    assert found.outcomes is None
    refused = f"no connection to {address.removesuffix(BASE_PATH)} (Connection refused)"
    assert f"got no usable answer: {refused}" in found.result.err


@both
def test_a_key_that_is_withdrawn_in_the_middle_of_a_run_costs_nobody_who_is_confirmed(
    tmp_path: Path, concurrency: int
) -> None:
    with SocketVendor("ok:2", "401:99") as vendor:
        found = _rehearse(tmp_path, vendor, concurrency, then_again=True)
    assert found.result.code == 3
    assert found.outcomes == Counter(added=4)
    assert found.report["calls"] == len(found.seen) <= 2 + concurrency
    assert "HTTP 401: Incorrect API Key" in found.result.err
    assert found.after == Counter(added=8)


@both
def test_an_allowance_that_is_used_up_after_a_batch_keeps_what_is_confirmed(
    tmp_path: Path, concurrency: int
) -> None:
    with SocketVendor(allowance=1) as vendor:
        found = _rehearse(tmp_path, vendor, concurrency)
    assert found.result.code == 3
    assert found.outcomes == Counter(added=2)
    assert found.report["summary"]["unsent"] == 6
    assert found.report["calls"] == len(found.seen) == 1 + concurrency - (concurrency > 1)
    assert "Waiting doesn't help: ask QuestionPro for more calls" in found.result.err
    assert found.report["allowance_left"] == 0
    assert "none left of the allowance" in found.result.out


async def _late(wire: Wire, answer: SandboxAnswer) -> None:
    await asyncio.sleep(0.4)  # so the first answer is read before this one
    await Fault("ok", acts=True, says="").deliver(wire, answer)


def test_a_wait_that_the_server_asks_for_is_kept_in_full_and_by_all(tmp_path: Path) -> None:
    late = Fault("late", acts=True, says="", deliver=_late)
    with SocketVendor("429-retry-after", late, late, late) as vendor:
        world = prepared(tmp_path, vendor.base_url, 16, api(batch_size=SIZE, concurrency=4))
        assert rehearse(world, vendor).outcomes == Counter(added=16)
    asked, *later = vendor.moments[0], *vendor.moments[4:]
    assert len(later) == 5  # the one that was turned away, and four that had not begun; the rest had
    assert min(later) - asked >= 2


@contextmanager
def elsewhere() -> Iterator[socket.socket]:
    """Another host, which would take the key and the members if it were given them."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield listener


@pytest.mark.parametrize(
    "status", [302, *(pytest.param(other, marks=pytest.mark.exhaustive) for other in (301, 303, 307, 308))]
)
def test_a_redirect_is_not_followed_not_even_by_a_connection(tmp_path: Path, status: int) -> None:
    with elsewhere() as listener:
        location = f"http://localhost:{listener.getsockname()[1]}{BASE_PATH}"
        moved = SandboxAnswer(status, b"", (("location", location),))
        fault = Fault("moved", acts=False, says="", alter=lambda _answer, _path: moved)
        with SocketVendor(*[fault] * MEMBERS) as vendor:
            found = _rehearse(tmp_path, vendor, concurrency=1)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert found.result.code == 1
    assert len(found.seen) == 1
    assert "the API redirects to localhost, and redirects are never followed" in found.result.err


@pytest.mark.parametrize("fault", ["400:99", pytest.param("500:9", marks=pytest.mark.exhaustive)])
def test_neither_the_report_nor_the_log_of_calls_ever_holds_the_key(tmp_path: Path, fault: str) -> None:
    with SocketVendor(fault) as vendor:
        settings = api(batch_size=MEMBERS, concurrency=4)
        world = prepared(tmp_path, vendor.base_url, MEMBERS, settings)
        rehearse(world, vendor, "--log", "calls.jsonl")
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"report.json", "calls.jsonl"} <= {path.name for path in left}
    assert not [path for path in left if KEY.encode() in path.read_bytes()]
    log = (tmp_path / "calls.jsonl").read_text()
    assert not [address for address in people(MEMBERS) if address in log]
