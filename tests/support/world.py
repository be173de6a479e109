"""A folder with environments, the real program run in it, and the real sandbox behind a socket."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from forked import Forked, run_forked
from people import members_of

from reconciler.sandbox.store import Store

KEY = "test-key-4711"
_SECONDS = 60


class Result(NamedTuple):
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output, which is exactly one object."""
        found: dict[str, Any] = json.loads(self.out)
        return found


class World:
    """A working directory with a `panels` folder in it."""

    def __init__(self, folder: Path) -> None:
        """Start with nothing."""
        self.folder = folder
        self.panels = folder / "panels"
        self.panels.mkdir(exist_ok=True)

    @classmethod
    def applied(cls, folder: Path, *people: str | Mapping[str, Any]) -> "World":
        """These people were applied to the embedded panel of `p`."""
        world = cls(folder)
        world.environment()
        world.members(*people)
        assert world.run("apply", "p", "--yes").code == 0
        return world

    def write(self, path: str, text: str | bytes) -> Path:
        """Put a file below `panels/`."""
        file = self.panels / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def environment(self, name: str = "p", settings: str = "", *, base_url: str | None = None) -> None:
        """An environment: embedded, or talking to `base_url` with a key from the variable KEY."""
        address = f"base_url: {base_url}\napi_key: {{env: KEY}}\n" if base_url else "embedded: true\n"
        self.write(f"{name}/environment.yaml", address + settings)
        (self.panels / name / "members").mkdir(exist_ok=True)

    def members(self, *people: str | Mapping[str, Any], name: str = "p", file: str = "team.yaml") -> None:
        """Declare people in one file, by address or by fields (JSON is YAML)."""
        entries = [{"emailAddress": p} if isinstance(p, str) else dict(p) for p in people]
        lines = [f"- {json.dumps(entry)}" for entry in entries]
        self.write(
            f"{name}/members/{file}", "members:\n" + "\n".join(lines) + "\n" if lines else "members: []\n"
        )

    def run(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        stdin: str = "",
        timeout: float = _SECONDS,
    ) -> Result:
        """Run the program to its end."""
        done = run_forked(arguments, self.folder, self.environ(env), stdin, timeout)
        assert "Traceback (most recent call last)" not in done.stderr
        assert KEY not in done.stdout + done.stderr
        return Result(done.returncode, done.stdout, done.stderr)

    def start(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        program: Sequence[str] = (sys.executable, "-m", "reconciler"),
    ) -> "subprocess.Popen[str]":
        """Start the program, and let it run."""
        return subprocess.Popen(
            [*program, *arguments],
            cwd=self.folder,
            env=self.environ(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The program's environment variables."""
        return {**_inherited(), "KEY": KEY, **(more or {})}

    def lockfile(self, name: str = "p") -> dict[str, Any]:
        """The lockfile's content."""
        found: dict[str, Any] = json.loads((self.panels / name / "state.lock.json").read_text())
        return found

    def outcomes(self, name: str = "p") -> dict[str, str]:
        """What the lockfile says of each member: an outcome, `rejected` or `unconfirmed`."""
        lockfile = self.lockfile(name)
        return {
            **{key: entry["outcome"] for key, entry in lockfile["members"].items()},
            **{key: section for section in ("rejected", "unconfirmed") for key in lockfile.get(section, {})},
        }

    def departed(self, name: str = "p") -> dict[str, str]:
        """What the lockfile records of the removal of each, by identity or hash."""
        return {key: record["outcome"] for key, record in self.lockfile(name).get("departed", {}).items()}

    def left_over(self, name: str = "p") -> set[str]:
        """The files in the working folder that a whole apply should not leave behind."""
        folder = self.panels / name / ".reconciler"
        kept = {".gitignore", "lock", "sandbox.sqlite3"}
        return {path.name for path in folder.iterdir()} - kept if folder.exists() else set()


def _inherited() -> dict[str, str]:
    """Our own variables. Worlds run in threads, while pytest sets and drops a variable for each test."""
    found = {name: os.environ.get(name) for name in list(os.environ)}
    return {name: value for name, value in found.items() if value is not None}


PROGRAM = (sys.executable, "-m", "reconciler")


class Sandbox(AbstractContextManager["Sandbox"]):
    """`reconciler sandbox serve` in a process of its own, on a free port, with data that outlives it."""

    def __init__(self, folder: Path, *arguments: str, port: int = 0) -> None:
        """Start it with these arguments; port 0 takes a free one."""
        self._log = (folder / "sandbox.log").open("a+")
        self._data = data = folder / "vendor.sqlite3"
        serve = ["sandbox", "serve", "--port", str(port), "--data", str(data), *arguments]
        reading, writing = os.pipe()
        with Path(os.devnull).open() as nothing, os.fdopen(reading) as out:
            streams = [nothing.fileno(), writing, self._log.fileno()]
            self._process = Forked(serve, folder, _inherited() | {"KEY": KEY}, streams)
            os.close(writing)
            line = out.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the sandbox didn't start: {line!r} {self.log()}"
        self.base_url = found.group()
        self.port = int(found.group().split(":")[2].split("/")[0])

    def log(self) -> str:
        """What it wrote about its calls."""
        self._log.seek(0)
        return self._log.read()

    def calls(self) -> Sequence[str]:
        """The lines of the log that tell of calls."""
        return [line for line in self.log().splitlines() if re.search(r"\b\d{3}\b", line)]

    def members(self) -> dict[str, dict[str, Any]]:
        """All members' fields, by identity."""
        with closing(Store.opened(self._data)) as store:
            return members_of(store)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(_SECONDS)
        self._log.close()

    def __enter__(self) -> Self:
        """It has been running since it was made."""
        return self
