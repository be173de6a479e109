"""Apply killed at a system call, or failed by the disk at one: nothing lost, nothing claimed too much.

strace counts the calls that an undisturbed apply makes, and then makes each of them, in turn, the last
thing that the process does, or one that fails. A few of them are tried here always; `pytest -m exhaustive`
tries them all.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tracing import needs_tracing
from world import PROGRAM, Sandbox, World

MEMBERS, SIZE = 6, 2
KILLED = ("write", "fsync", "rename", "unlink", "sendto")
BATCHES = MEMBERS // SIZE


pytestmark = needs_tracing


class Mishap(NamedTuple):
    """The `number`th time of this system call, `what` happens: a signal or an error, as strace spells it."""

    call: str
    number: int
    what: str


class Deathbed:
    """One vendor for all mishaps; each has an environment and people of its own."""

    def __init__(self, folder: Path, vendor: Sandbox) -> None:
        self.world = World(folder)
        self.vendor = vendor
        self.made = 0

    def environment(self) -> str:
        self.made += 1
        name = f"e{self.made}"
        settings = f"api: {{batch_size: {SIZE}, concurrency: 1, timeout: 5}}\n"
        self.world.environment(name, settings, base_url=self.vendor.base_url)
        self.world.members(*(f"{name}.p{number}@example.org" for number in range(MEMBERS)), name=name)
        return name

    def traced(self, name: str, *options: str) -> "subprocess.CompletedProcess[str]":
        log = self.world.folder / f"{name}.strace"
        return subprocess.run(
            ["strace", "-f", "-o", str(log), *options, *PROGRAM, "apply", name, "--yes"],
            cwd=self.world.folder,
            env=self.world.environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def counted(self) -> Counter[str]:
        """How often an undisturbed apply makes each call."""
        name = self.environment()
        done = self.traced(name, "-e", f"trace={','.join(KILLED)}")
        assert done.returncode == 0, done.stderr
        log = (self.world.folder / f"{name}.strace").read_text()
        return Counter(re.findall(rf"^\d+ +({'|'.join(KILLED)})\(", log, re.MULTILINE))

    def struck(self, mishap: Mishap) -> "tuple[str, subprocess.CompletedProcess[str]]":
        name = self.environment()
        inject = f"inject={mishap.call}:{mishap.what}:when={mishap.number}"
        return name, self.traced(name, "-e", f"trace={mishap.call}", "-e", inject)


@pytest.fixture(scope="module")
def deathbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deathbed]:
    folder = tmp_path_factory.mktemp("deaths")
    with Sandbox(folder, "--key-env", "KEY", "--rate", "100000/1") as vendor:
        yield Deathbed(folder, vendor)


def recovers(deathbed: Deathbed, name: str, mishap: Mishap) -> None:
    """What has to hold after any mishap."""
    world = deathbed.world
    before = len(deathbed.vendor.calls())
    assert world.run("plan", name).code == 0, mishap
    applied = world.run("apply", name, "--yes", "--format", "json")
    assert applied.code == 0, (mishap, applied.err)
    outcomes = world.outcomes(name)
    assert len(outcomes) == MEMBERS, mishap
    assert set(outcomes.values()) <= {"added", "unattributed"}, (mishap, outcomes)
    assert [*outcomes.values()].count("unattributed") <= SIZE, mishap  # at most the batch under way
    assert world.left_over(name) == set(), mishap
    assert world.run("plan", name, "--detailed-exitcode").code == 0, mishap
    assert applied.json["calls"] == len(deathbed.vendor.calls()) - before <= BATCHES


def mishaps(counts: Counter[str], calls: tuple[str, ...], what: str) -> list[Mishap]:
    return [Mishap(call, number, what) for call in calls for number in range(1, counts[call] + 1)]


def _try_all(deathbed: Deathbed, struck: list[Mishap], *, dies: bool) -> None:
    for mishap in struck:
        name, done = deathbed.struck(mishap)
        assert "Traceback" not in done.stderr, (mishap, done.stderr)
        if dies:
            assert done.returncode in (-9, 137), (mishap, done.returncode)
        else:
            assert done.returncode != 0, mishap
            assert done.stderr.strip(), mishap
        recovers(deathbed, name, mishap)


def test_after_a_death_at_some_system_call_the_next_apply_ends_whole(deathbed: Deathbed) -> None:
    _try_all(deathbed, mishaps(deathbed.counted(), KILLED, "signal=SIGKILL")[::13], dies=True)


def test_a_full_disk_is_a_clear_error_and_loses_nothing(deathbed: Deathbed) -> None:
    _try_all(deathbed, mishaps(deathbed.counted(), ("write",), "error=ENOSPC")[3:12:4], dies=False)


@pytest.mark.exhaustive
def test_after_a_death_at_any_system_call_the_next_apply_ends_whole(deathbed: Deathbed) -> None:
    counts = deathbed.counted()
    assert set(counts) == set(KILLED)
    _try_all(deathbed, mishaps(counts, KILLED, "signal=SIGKILL"), dies=True)


@pytest.mark.exhaustive
def test_a_disk_that_fails_at_any_write_or_sync_is_a_clear_error_and_loses_nothing(
    deathbed: Deathbed,
) -> None:
    counts = deathbed.counted()
    _try_all(deathbed, mishaps(counts, ("write",), "error=ENOSPC"), dies=False)
    _try_all(deathbed, mishaps(counts, ("fsync",), "error=EIO"), dies=False)
