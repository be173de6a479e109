"""Signals before a command begins, after its last word, between two applies, and signals that are ignored."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM

import pytest
from rehearsal import api, outcomes_of, prepared
from socket_vendor import SocketVendor
from world import PROGRAM, World

pytestmark = pytest.mark.exhaustive

ALL = pytest.mark.parametrize("number", [SIGINT, SIGTERM, SIGHUP])
_SECONDS = 30

# Each says "here" on standard error and goes on when it can read a line, so no test depends on time.
_HALT = "import sys; print('here', file=sys.stderr, flush=True); sys.stdin.readline()"
_HALT_AT_THE_END = (
    "import atexit, sys\n"
    "def halt():\n"
    "    print('here', file=sys.stderr, flush=True); sys.stdin.readline()\n"
    "atexit.register(halt)\n"
)


def signalled(world: World, number: signal.Signals, *arguments: str, shim: str, code: str) -> int:
    """The exit code of a command that gets the signal where a module of this name halts it."""
    folder = world.folder / "shims"
    folder.mkdir()
    (folder / f"{shim}.py").write_text(code)
    with subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=world.folder,
        env=world.environ({"PYTHONPATH": str(folder)}),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        assert any(line == "here\n" for line in process.stderr)
        process.send_signal(number)
        with suppress(BrokenPipeError):  # the signal may have ended it already
            process.stdin.write("\n")
            process.stdin.close()
        rest = process.stderr.read()
    assert "Traceback" not in rest
    return process.returncode


@ALL
def test_a_signal_while_the_program_starts_is_130(tmp_path: Path, number: signal.Signals) -> None:
    world = prepared(tmp_path, "http://127.0.0.1:9/a/api/v2", 1, "")
    assert signalled(world, number, "validate", shim="click", code=_HALT) == 130


@ALL
def test_a_signal_after_the_last_word_leaves_the_exit_code_as_it_is(
    tmp_path: Path, number: signal.Signals
) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    arguments = ("apply", "p", "--yes", "--report", "report.json")
    assert signalled(world, number, *arguments, shim="sitecustomize", code=_HALT_AT_THE_END) == 0
    assert world.outcomes() == {"ada@example.org": "added"}


@pytest.mark.parametrize("number", [SIGINT, SIGHUP])
def test_a_signal_that_was_ignored_at_the_start_stays_ignored(tmp_path: Path, number: signal.Signals) -> None:
    with SocketVendor(delay=0.5) as vendor:
        world = prepared(tmp_path, vendor.base_url, 2, api(batch_size=1, concurrency=1))
        signal.signal(number, signal.SIG_IGN)  # the child inherits that, as from nohup or a shell's `&`
        try:
            process = world.start("apply", "p", "--yes")
        finally:
            signal.signal(number, signal.SIG_DFL)
        vendor.wait_for(1)
        process.send_signal(number)
        _, err = process.communicate(timeout=_SECONDS)
    assert process.returncode == 0, err
    outcomes = outcomes_of(world)
    assert outcomes is not None
    assert outcomes["added"] == 2


def test_tests_heed_signals_though_they_were_started_without(repo: Path) -> None:
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); import conftest; "
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler"
    )
    subprocess.run([sys.executable, "-c", code], cwd=repo / "tests", check=True)


@ALL
def test_a_signal_between_two_applies_keeps_the_second_from_beginning(
    tmp_path: Path, number: signal.Signals
) -> None:
    world = World(tmp_path)
    for name in ("one", "two"):
        world.environment(name)
        world.members("ada@example.org", name=name)
    ours, theirs = os.pipe()
    _fill(theirs)  # the report of the first apply can't be written, and the process waits
    process = subprocess.Popen(
        [*PROGRAM, "apply", "--all", "--yes", "--format", "markdown", "--report", "report.json"],
        cwd=tmp_path,
        env=world.environ(),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    lockfile = world.panels / "one" / "state.lock.json"
    journal = world.panels / "one" / ".reconciler" / "journal.jsonl"
    _until(lambda: lockfile.exists() and not journal.exists())
    process.send_signal(number)
    with os.fdopen(ours, "rb") as pipe:
        out = pipe.read().decode()
    _, err = process.communicate(timeout=_SECONDS)
    assert process.returncode == 3, err
    assert "Traceback" not in err
    assert world.outcomes("one") == {"ada@example.org": "added"}
    assert "two" in out
    assert not (world.panels / "two" / "state.lock.json").exists()


def _fill(pipe: int) -> None:
    os.set_blocking(pipe, False)
    try:
        while True:
            os.write(pipe, b" " * 4096)
    except BlockingIOError:
        os.set_blocking(pipe, True)


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
