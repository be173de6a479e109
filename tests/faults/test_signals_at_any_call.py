"""SIGINT at a system call of apply: the exit code and the report tell the truth, wherever it strikes.

strace counts the calls that an undisturbed apply makes, and delivers the signal at each of them in turn. A
few are tried here always; `pytest -m exhaustive` tries them all.
"""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from deathbed import needs_tracing
from rehearsal import api
from socket_vendor import SocketVendor
from world import PROGRAM, World

from reconciler.environment.model import RateLimit

MEMBERS, SIZE = 6, 2
CALLS = ("write", "fsync", "rename", "unlink", "sendto", "recvfrom", "flock", "epoll_wait")


pytestmark = needs_tracing


class Moment(NamedTuple):
    """The `number`th time of this system call."""

    call: str
    number: int


class Stage:
    """One vendor for all moments; each has an environment and people of its own."""

    def __init__(self, folder: Path, vendor: SocketVendor) -> None:
        self.world = World(folder)
        self.vendor = vendor
        self.made = 0

    def traced(self, *options: str) -> "tuple[str, subprocess.CompletedProcess[str]]":
        """The environment's name, and how its apply ended."""
        self.made += 1
        name = f"e{self.made}"
        self.world.environment(name, api(batch_size=SIZE, concurrency=2), base_url=self.vendor.base_url)
        self.world.members(*(f"{name}.p{number}@example.org" for number in range(MEMBERS)), name=name)
        apply = [*PROGRAM, "apply", name, "--yes", "--report", f"{name}.json"]
        return name, subprocess.run(
            ["strace", "-f", "-o", f"{name}.strace", *options, *apply],
            cwd=self.world.folder,
            env=self.world.environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def moments(self) -> Sequence[Moment]:
        """All that an undisturbed apply passes through."""
        name, done = self.traced("-e", f"trace={','.join(CALLS)}")
        assert done.returncode == 0, done.stderr
        log = (self.world.folder / f"{name}.strace").read_text()
        made = Counter(re.findall(rf"^\d+ +({'|'.join(CALLS)})\(", log, re.MULTILINE))
        assert set(made) == set(CALLS)
        return [Moment(call, number) for call in CALLS for number in range(1, made[call] + 1)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with SocketVendor(rate=RateLimit(100_000, 1)) as vendor:
        yield Stage(tmp_path_factory.mktemp("stage"), vendor)


def tells_the_truth(stage: Stage, moment: Moment) -> None:
    """What has to hold wherever the signal strikes."""
    before = len(stage.vendor.calls)
    inject = f"inject={moment.call}:signal=SIGINT:when={moment.number}"
    name, done = stage.traced("-e", f"trace={moment.call}", "-e", inject)
    calls = len(stage.vendor.calls) - before
    assert "Traceback" not in done.stderr, (moment, done.stderr)
    assert done.returncode in {0, 3, 130}, (moment, done.returncode, done.stderr)
    report = json.loads((stage.world.folder / f"{name}.json").read_text())
    assert report["exit_code"] == done.returncode, moment
    assert report["calls"] == calls, moment
    assert (done.returncode == 130) == (calls == 0), (moment, done.returncode)
    assert stage.world.left_over(name) == set(), moment
    again = stage.world.run("apply", name, "--yes")
    assert again.code == 0, (moment, again.err)
    outcomes = stage.world.outcomes(name)
    assert len(outcomes) == MEMBERS, moment
    assert set(outcomes.values()) == {"added"}, (moment, outcomes)  # what was under way was waited for


def test_a_signal_at_some_call_is_reported_as_what_it_was(stage: Stage) -> None:
    for moment in stage.moments()[11::40]:
        tells_the_truth(stage, moment)


@pytest.mark.exhaustive
def test_a_signal_at_every_other_call_is_reported_as_what_it_was(stage: Stage) -> None:
    for moment in stage.moments()[::2]:
        tells_the_truth(stage, moment)
