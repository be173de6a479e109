"""Two commands that write for one environment: the second says who is first; a dead one is no obstacle."""

import json
import os
import re
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rehearsal import api, outcomes_of, people, prepared
from socket_vendor import SocketVendor
from world import Result, World

pytestmark = pytest.mark.exhaustive

if TYPE_CHECKING:
    from subprocess import Popen

MEMBERS, SIZE = 4, 2


class Busy:
    """An environment whose apply hangs in its second call; the first is answered."""

    def __init__(self, folder: Path, vendor: SocketVendor) -> None:
        self.vendor = vendor
        settings = api(batch_size=SIZE, concurrency=1, timeout=60)
        self.world: World = prepared(folder, vendor.base_url, MEMBERS, settings)
        self.first = self.world.start("apply", "p", "--yes")
        vendor.wait_for(2)

    def kill(self) -> None:
        self.first.kill()
        self.first.communicate(timeout=10)

    @property
    def lock(self) -> Path:
        return self.world.panels / "p" / ".reconciler" / "lock"


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Busy]:
    """It is made anew for each test, since some kill it."""
    with SocketVendor("ok", "silence") as vendor:
        busy = Busy(tmp_path, vendor)
        yield busy
        busy.kill()


def refuses(refused: Result, holder: "Popen[str]") -> None:
    """It names the process that holds the lock, its host, and since when."""
    assert refused.code == 4
    found = re.search(r"process (\d+) on (\S+), since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)", refused.err)
    assert found, refused.err
    assert int(found[1]) == holder.pid
    assert found[2] == socket.gethostname()
    assert holder.poll() is None, "the one who waited was answered only when the other was gone"


def test_a_second_writer_is_refused_and_sees_who_holds_the_lock(busy: Busy) -> None:
    before = len(busy.vendor.calls)
    for command in (
        ("apply", "p", "--yes", "--report", "report.json"),
        ("state", "recover", "p"),
        ("state", "rm", "p", people(1)[0], "--yes"),
    ):
        refuses(busy.world.run(*command), busy.first)
    assert json.loads((busy.world.folder / "report.json").read_text())["exit_code"] == 4
    assert len(busy.vendor.calls) == before
    assert outcomes_of(busy.world) is None


def test_with_wait_it_goes_on_when_the_lock_is_free(busy: Busy) -> None:
    second = busy.world.start("apply", "p", "--yes", "--wait", "60", "--format", "json")
    assert second.stderr is not None
    line = next(line for line in second.stderr if "Waiting" in line)
    assert f"process {busy.first.pid} on {socket.gethostname()}" in line
    assert busy.first.poll() is None
    busy.kill()
    out, err = second.communicate(timeout=30)
    assert second.returncode == 0, err
    assert json.loads(out)["recovered"] == 2
    assert outcomes_of(busy.world) == Counter(added=2, unattributed=2)


def test_with_wait_it_is_refused_when_the_time_is_over(busy: Busy) -> None:
    refuses(busy.world.run("apply", "p", "--yes", "--wait", "0.3"), busy.first)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_waiting(busy: Busy, number: signal.Signals) -> None:
    second = busy.world.start("apply", "p", "--yes", "--wait", "600", "--report", "report.json")
    assert second.stderr is not None
    assert any("Waiting" in line for line in second.stderr)
    second.send_signal(number)
    second.communicate(timeout=30)
    assert second.returncode == 130
    assert json.loads((busy.world.folder / "report.json").read_text())["exit_code"] == 130
    assert busy.first.poll() is None


def test_a_reader_does_not_wait_and_writes_nothing(busy: Busy) -> None:
    def written() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in busy.world.folder.rglob("*")}

    before = written()
    for command in (
        ("plan", "p"),
        ("plan", "--all"),
        ("validate",),
        ("state", "list", "p"),
        ("why", "p", "x@y.org"),
    ):
        assert busy.world.run(*command).code == 0
    assert written() == before
    assert busy.first.poll() is None


def test_after_a_kill_the_next_takes_over_at_once_and_ends_whole(busy: Busy) -> None:
    busy.kill()
    assert str(busy.first.pid) in busy.lock.read_text()  # nobody tidied up
    applied = busy.world.run("apply", "p", "--yes", "--format", "json")
    assert applied.code == 0
    assert outcomes_of(busy.world) == Counter(added=2, unattributed=2)
    assert applied.json["recovered"] == 2
    assert applied.json["calls"] == 1


def test_after_a_kill_what_was_proved_can_be_recovered_at_once_without_network(busy: Busy) -> None:
    busy.kill()
    assert busy.world.run("state", "recover", "p", env={"KEY": ""}).code == 0
    assert outcomes_of(busy.world) == Counter(added=2, unconfirmed=2)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"pid": 1, "host": "before-the-reboot", "since": "2020-01-01T00:00:00Z"}),
        json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": "2020-01-01T00:00:00Z"}),
        "",
        "{",
        "\x00" * 64,
    ],
    ids=["of-a-dead-process", "of-a-living-process-that-has-its-number-now", "empty", "torn", "zeroes"],
)
def test_a_lock_file_that_was_left_over_is_no_obstacle(tmp_path: Path, content: str) -> None:
    world = prepared(tmp_path, "http://127.0.0.1:9/a/api/v2", MEMBERS, "")
    world.write("p/.reconciler/lock", content)
    assert world.run("state", "recover", "p").code == 0
