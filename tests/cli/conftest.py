"""A folder with panels to run commands in, and the two ways to run them: in this process, and as a real one."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

from reconciler.cli.border import main
from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile

TARGET = "https://api.questionpro.eu/a/api/v2"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run: TypeAlias = Callable[..., Ended]


class Panels:
    """The folder `panels` in the working directory, with an environment `production`."""

    def __init__(self, folder: Path) -> None:
        """Make it, with two members."""
        self.folder = folder
        self.environment("production")
        self.declare("ada", "grace")

    def environment(self, name: str, settings: str = "datacenter: eu\napi_key: {env: KEY}\n") -> None:
        """Add an environment; its members stand in `members/team.yaml`."""
        members = self.folder / name / "members"
        members.mkdir(parents=True, exist_ok=True)
        (self.folder / name / "environment.yaml").write_text(settings, encoding="utf-8")

    def declare(self, *names: str, to: str = "production", last_name: str | None = None) -> None:
        """Let an environment declare just these people at example.org."""
        lines = []
        for name in names:
            lines.append(f"  - emailAddress: {name}@example.org\n")
            lines += [f"    lastName: {last_name}\n"] if last_name else []
        self.write("members:\n" + "".join(lines), to=to)

    def write(self, text: str, to: str = "production") -> None:
        """Write an environment's member file."""
        (self.folder / to / "members" / "team.yaml").write_text(text, encoding="utf-8")

    def lock(self, lockfile: Lockfile) -> None:
        """Write the lockfile of production."""
        (self.folder / "production" / "state.lock.json").write_bytes(encode(lockfile))


@pytest.fixture
def panels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Panels:
    """Panels below an otherwise empty working directory."""
    monkeypatch.chdir(tmp_path)
    return Panels(tmp_path / "panels")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def run_here(*arguments: str) -> Ended:
        code = main(arguments)
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return run_here


@pytest.fixture
def start() -> Run:
    """Run a command line as a process of its own; `shell` is what follows it on a shell's line."""

    def start_one(*arguments: str, shell: str = "", environ: Mapping[str, str] | None = None) -> Ended:
        line = f'exec "{sys.executable}" -m reconciler {" ".join(arguments)} {shell}'
        done = subprocess.run(
            ["sh", "-c", line],
            capture_output=True,
            timeout=30,
            check=False,
            env={**os.environ, **(environ or {})},
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    return start_one
