"""An apply under strace, which counts its system calls, or makes one of them fail or be the last."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest
from world import PROGRAM, Sandbox, World

KILLED = ("write", "fsync", "rename", "unlink", "sendto")


class Mishap(NamedTuple):
    """The `number`th time of this system call, `what` happens: a signal or an error, as strace spells it."""

    call: str
    number: int
    what: str


class Deathbed:
    """One vendor for all mishaps; each has an environment and people of its own, which `prepare` makes."""

    def __init__(self, folder: Path, vendor: Sandbox, prepare: "Prepare", *options: str) -> None:
        """`options` are those that an apply needs."""
        self.world = World(folder)
        self.vendor = vendor
        self.apply = ("--yes", *options)
        self._prepare = prepare
        self._made = 0

    def environment(self) -> str:
        """The name of a new one."""
        self._made += 1
        name = f"e{self._made}"
        self._prepare(self, name)
        return name

    def traced(self, name: str, *options: str) -> "subprocess.CompletedProcess[str]":
        """An apply, with strace's options."""
        log = self.world.folder / f"{name}.strace"
        return subprocess.run(
            ["strace", "-f", "-o", str(log), *options, *PROGRAM, "apply", name, *self.apply],
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
        """An apply that this happens to."""
        name = self.environment()
        inject = f"inject={mishap.call}:{mishap.what}:when={mishap.number}"
        return name, self.traced(name, "-e", f"trace={mishap.call}", "-e", inject)

    def try_all(
        self, struck: Sequence[Mishap], recovers: "Callable[[Deathbed, str, Mishap], None]", *, dies: bool
    ) -> None:
        """Let each happen, see that it shows, and that all is well after the next apply."""
        for mishap in struck:
            name, done = self.struck(mishap)
            assert "Traceback" not in done.stderr, (mishap, done.stderr)
            if dies:
                assert done.returncode in (-9, 137), (mishap, done.returncode)
            else:
                assert done.returncode != 0, mishap
                assert done.stderr.strip(), mishap
            recovers(self, name, mishap)


Prepare: TypeAlias = Callable[[Deathbed, str], None]


def mishaps(counts: Counter[str], calls: tuple[str, ...], what: str) -> list[Mishap]:
    """Each of these calls, each time that it is made."""
    return [Mishap(call, number, what) for call in calls for number in range(1, counts[call] + 1)]


def _can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return tried.returncode == 0


needs_tracing = pytest.mark.skipif(
    not _can_trace(), reason="strace is missing, or this machine forbids tracing"
)
