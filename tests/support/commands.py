"""Panels to run commands in, and the two ways to run them: in this process, and as a real one."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile

TARGET = "https://api.questionpro.eu/a/api/v2"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run: TypeAlias = Callable[..., Ended]
"""Runs a command line in this process."""


class Panels:
    """The folder `panels` in the working directory, with an environment `production`."""

    def __init__(self, folder: Path) -> None:
        """Make it, with two members."""
        self.folder = folder
        self.environment("production")
        self.declare("ada", "grace")

    @property
    def lockfile(self) -> Path:
        """Production's."""
        return self.folder / "production" / "state.lock.json"

    def environment(self, name: str, settings: str | None = None) -> None:
        """Add an environment, with a variable of its own for the key unless `settings` say otherwise."""
        key = "KEY" if name == "production" else "OTHER_KEY"
        # The people here are made up.
        accepted = "warnings: {ignore: [test-domain]}\n"
        settings = settings or f"datacenter: eu\napi_key: {{env: {key}}}\n{accepted}"
        (self.folder / name / "members").mkdir(parents=True, exist_ok=True)
        (self.folder / name / "environment.yaml").write_text(settings, encoding="utf-8")

    def declare(self, *names: str, to: str = "production") -> None:
        """Let an environment declare just these people at example.org."""
        self.write("members:\n" + "".join(f"  - emailAddress: {name}@example.org\n" for name in names), to=to)

    def write(self, text: str, to: str = "production") -> None:
        """Write an environment's member file."""
        (self.folder / to / "members" / "team.yaml").write_text(text, encoding="utf-8")

    def lock(self, lockfile: Lockfile) -> None:
        """Write production's lockfile."""
        self.lockfile.write_bytes(encode(lockfile))


def start(*arguments: str, then: str = "", environ: Mapping[str, str] | None = None) -> Ended:
    """Run a command line as a process of its own.

    `then` is what follows on a shell's line, such as `| head`; `environ` is added to ours.
    """
    line = f'exec "{sys.executable}" -m reconciler {" ".join(arguments)} {then}'
    done = subprocess.run(
        ["sh", "-c", line],
        capture_output=True,
        timeout=30,
        check=False,
        env={**os.environ, **(environ or {})},
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
