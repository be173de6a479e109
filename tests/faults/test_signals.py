"""SIGINT, SIGTERM and SIGHUP, to a real apply, at the moments at which they hurt.

Sixteen members go out in eight batches, four at once. A case's signals are sent one after the other, each so
many seconds after the one before, the first when four calls are under way.
"""

import json
import os
import pty
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM
from typing import Any, NamedTuple

import pytest
from rehearsal import ahead, api, outcomes_of, prepared
from socket_vendor import SocketVendor
from world import PROGRAM, World

exhaustive = pytest.mark.exhaustive
MEMBERS, SIZE, AT_ONCE = 16, 2, 4
UNDER_WAY = SIZE * AT_ONCE
GRACE = 5.0  # as reconciler.apply.sender promises it


class Case(NamedTuple):
    """What the vendor does, and what is sent to the program."""

    name: str
    signals: tuple[tuple[float, signal.Signals], ...]
    fault: str = "ok"
    delay: float = 0.0

    def __str__(self) -> str:
        return self.name


class Interrupted(NamedTuple):
    """How the apply ended, and the next one after it. `seconds` are those from the first signal on."""

    code: int
    err: str
    seconds: float
    report: dict[str, Any]
    outcomes: Counter[str] | None
    seen: int
    left_over: set[str]
    next_code: int
    after: Counter[str] | None


def _rehearse(folder: Path, case: Case) -> Interrupted:
    with SocketVendor(f"{case.fault}:99", delay=case.delay) as vendor:
        settings = api(batch_size=SIZE, concurrency=AT_ONCE, timeout=30)
        world = prepared(folder, vendor.base_url, MEMBERS, settings)
        process = world.start("apply", "p", "--yes", "--report", "report.json")
        vendor.wait_for(AT_ONCE // 2 if case.delay else AT_ONCE)
        began = time.monotonic()
        _send(process, case)
        _, err = process.communicate(timeout=30)
        seconds = time.monotonic() - began
        report = json.loads((folder / "report.json").read_text())
        outcomes, left_over, seen = outcomes_of(world), world.left_over(), len(vendor.calls)
        vendor.heal()
        after = world.run("apply", "p", "--yes")
        return Interrupted(
            process.returncode,
            err,
            seconds,
            report,
            outcomes,
            seen,
            left_over,
            after.code,
            outcomes_of(world),
        )


def _send(process: "subprocess.Popen[str]", case: Case) -> None:
    for wait, number in case.signals:
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.send_signal(number)


SOON = 0.05
ANSWERED = [
    Case("SIGINT", ((SOON, SIGINT),), delay=1),
    Case("SIGTERM", ((SOON, SIGTERM),), delay=1),
    Case("SIGHUP", ((SOON, SIGHUP),), delay=1),
]
HANGING = [
    Case("SIGINT-while-silent", ((SOON, SIGINT),), "silence"),
    pytest.param(Case("SIGTERM-while-trickling", ((SOON, SIGTERM),), "trickle"), marks=exhaustive),
    pytest.param(
        Case("as-CI-cancels", ((SOON, SIGINT), (7.5, SIGTERM), (2.5, SIGKILL)), "silence"),
        marks=exhaustive,
    ),
]
TWICE = [
    pytest.param(Case("SIGINT-twice", ((SOON, SIGINT), (0.3, SIGINT)), "silence"), marks=exhaustive),
    Case("SIGINT-then-SIGTERM", ((SOON, SIGINT), (0.3, SIGTERM)), "silence"),
]


@pytest.fixture(scope="module")
def ended(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Case], Interrupted]]:
    with ahead(request, tmp_path_factory, _rehearse, at_once=8) as find:
        yield find


def check(found: Interrupted, settled: Counter[str]) -> None:
    """What holds after every interrupt."""
    assert found.code == found.report["exit_code"] == 3
    assert found.outcomes == settled
    assert found.report["calls"] == found.seen == AT_ONCE
    assert found.report["summary"]["unsent"] == MEMBERS - UNDER_WAY
    line = f"Interrupted: {settled['added']} of {MEMBERS} members are settled, after {AT_ONCE} calls."
    assert found.err.count(line) == 1
    assert found.left_over == set()
    assert found.next_code == 0
    assert found.after is not None
    assert sum(found.after.values()) == MEMBERS
    assert set(found.after) <= {"added", "unattributed"}


@pytest.mark.parametrize("case", ANSWERED, ids=str)
def test_calls_under_way_are_waited_for_and_no_new_one_begins(
    ended: Callable[[Case], Interrupted], case: Case
) -> None:
    found = ended(case)
    check(found, Counter(added=UNDER_WAY))
    assert found.after == Counter(added=MEMBERS)
    assert found.seconds < GRACE


@pytest.mark.parametrize("case", HANGING, ids=str)
def test_calls_that_hang_are_given_up_after_a_few_seconds_and_remembered_as_unconfirmed(
    ended: Callable[[Case], Interrupted], case: Case
) -> None:
    found = ended(case)
    check(found, Counter(unconfirmed=UNDER_WAY))
    assert GRACE - 1 < found.seconds < GRACE + 2.5  # before the next signal of a CI that cancels


@pytest.mark.parametrize("case", TWICE, ids=str)
def test_a_second_signal_ends_the_run_at_once_and_loses_nothing(
    ended: Callable[[Case], Interrupted], case: Case
) -> None:
    found = ended(case)
    check(found, Counter(unconfirmed=UNDER_WAY))
    assert found.seconds < GRACE - 1


@pytest.mark.parametrize("number", [SIGINT, pytest.param(SIGTERM, marks=exhaustive)])
def test_a_signal_while_it_waits_for_a_server_that_was_never_reached_is_130(
    tmp_path: Path, number: signal.Signals
) -> None:
    settings = "api: {retry: {initial_wait: 20, max_wait: 20}}\n"
    world = prepared(tmp_path, "http://127.0.0.1:9/a/api/v2", MEMBERS, settings)
    code, err, report = _interrupted_while_waiting(world, number)
    assert code == report["exit_code"] == 130
    assert "Interrupted before anything was sent" in err
    assert report["calls"] == 0
    assert report["summary"]["unsent"] == MEMBERS
    assert outcomes_of(world) is None
    assert world.left_over() == set()


def test_a_signal_while_it_waits_to_send_again_is_3(tmp_path: Path) -> None:
    with SocketVendor("429") as vendor:
        settings = "api: {retry: {initial_wait: 20, max_wait: 20}}\n"
        world = prepared(tmp_path, vendor.base_url, MEMBERS, settings)
        code, err, report = _interrupted_while_waiting(world, SIGINT)
        assert code == report["exit_code"] == 3
        assert f"Interrupted: 0 of {MEMBERS} members are settled, after 1 calls" in err
        assert report["summary"]["unsent"] == MEMBERS
        assert outcomes_of(world) is None
        assert world.run("apply", "p", "--yes").code == 0


def _interrupted_while_waiting(world: World, number: signal.Signals) -> tuple[int, str, dict[str, Any]]:
    process = world.start("apply", "p", "--yes", "--report", "report.json")
    assert process.stderr is not None
    assert any("before the next attempt" in line for line in process.stderr)
    process.send_signal(number)
    _, err = process.communicate(timeout=10)
    return process.returncode, err, json.loads((world.folder / "report.json").read_text())


@pytest.mark.parametrize("number", [SIGTERM, pytest.param(SIGINT, marks=exhaustive)])
def test_a_signal_instead_of_an_answer_to_the_question_is_130_and_reported(
    tmp_path: Path, number: signal.Signals
) -> None:
    world = prepared(tmp_path, "http://127.0.0.1:9/a/api/v2", MEMBERS, "")
    ours, terminal = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, "apply", "p", "--report", "report.json"],
        cwd=world.folder,
        env=world.environ(),
        stdin=terminal,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(terminal)
        assert process.stderr is not None
        asked = b""
        while b"[y/N] " not in asked:
            more = os.read(process.stderr.fileno(), 4096)
            assert more, asked
            asked += more
        time.sleep(0.3)  # until it waits for the answer
        process.send_signal(number)
        try:
            assert process.wait(10) == 130
        finally:
            process.kill()
    os.close(ours)
    report = json.loads((world.folder / "report.json").read_text())
    assert report["exit_code"] == 130
    assert report["calls"] == 0
    assert outcomes_of(world) is None
