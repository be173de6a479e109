"""A team that has adopted Reconciler: repository, remote, panel, and the shipped workflows, run by act.

What is real: git and the remote (a bare repository), the workflows to the letter, the runner's expressions,
outputs, matrices and conditions (act, without containers), the vendor (`sandbox serve` in a process), the
program. What is replaced: GitHub's API (`github_stand_in`), and three actions that would be downloaded
(tests/workflows/actions). act knows neither concurrency groups nor approvals, and refuses the line that
`as_act_reads` leaves out.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from clones import SIGNED_ONLY
from github_stand_in import TOKEN, GitHubStandIn
from plain_git import BY_ADA, git
from world import KEY, Sandbox

_REPOSITORY = Path(__file__).resolve().parent.parent.parent
_ACTIONS = _REPOSITORY / "tests" / "workflows" / "actions"
_USED = re.compile(r"uses: actions/([\w-]+)@([0-9a-f]{40})")
_SECONDS = 120
_PROTECTED = """#!/bin/sh
while read -r old new ref; do
  if test "$ref" = refs/heads/main; then
    left=$(cat accepts)
    if test "$left" -gt 0; then echo $((left - 1)) > accepts; continue; fi
    echo "error: GH006: Protected branch update failed for refs/heads/main." >&2
    echo "error: Changes must be made through a pull request." >&2
    exit 1
  fi
done
"""
NAME = "team/panels"


class Job(NamedTuple):
    """How a run of a workflow ended: act's exit code, and all that the jobs printed."""

    code: int
    log: str

    @property
    def summary(self) -> str:
        """What the jobs wrote into their summaries."""
        return "\n".join(re.findall(r"⚙  Summary - (.*?)(?=^\[)", self.log, re.DOTALL | re.MULTILINE))

    def annotations(self, kind: str) -> list[str]:
        """The messages of annotations of one kind: `error`, `warning` or `notice`."""
        return re.findall(rf"::{kind}(?: [^:]*)?::(.*)", self.log)


class PullRequest(NamedTuple):
    """A pull request: its number, its branch, the commit that merging it would make."""

    number: int
    branch: str
    merge: str


def as_act_reads(workflow: str) -> str:
    """A workflow without the one line that act can't read: act 0.2.89 refuses `queue` in `concurrency`."""
    return re.sub(r"(?m)^  queue: max.*\n", "", workflow)


def addresses(*names: str) -> list[str]:
    """The addresses of these people, sorted."""
    return sorted(f"{name}@example.org" for name in names)


def ended(process: "subprocess.Popen[str]", *secrets: str) -> Job:
    """A run that came to its end, whose log shows no secret and no traceback."""
    log, _ = process.communicate(timeout=_SECONDS)
    assert not [secret for secret in secrets if secret in log]
    assert "Traceback (most recent call last)" not in log
    return Job(process.returncode, log)


class Team:
    """One repository of a team; pull requests and pushes go to the bare `origin`."""

    def __init__(self, folder: Path, vendor: Sandbox, github: GitHubStandIn) -> None:
        """Begin with one environment, `production`, nobody declared, and the workflows on main."""
        self.folder, self.vendor, self.github = folder, vendor, github
        self.origin = folder / "team" / "panels.git"
        self.desk = folder / "desk"
        self.artifacts = folder / "artifacts"
        self.events = folder / "events"
        self._numbers: dict[str, int] = {}
        self._runs = 0
        self.server = "https://github.com"
        github.origin = self.origin
        self.origin.parent.mkdir()
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        git(folder, "clone", "--quiet", str(self.origin), str(self.desk))
        self._adopt()

    def write(self, path: str, text: str) -> None:
        """Put a file into the desk's work tree."""
        file = self.desk / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def declare(self, *names: str, to: str = "production", file: str = "team.yaml") -> None:
        """Let one member file declare just these people at example.org."""
        people = "".join(f"  - emailAddress: {name}@example.org\n" for name in names)
        self.write(f"panels/{to}/members/{file}", f"members:\n{people}" if people else "members: []\n")

    def settings(self, name: str, more: str = "") -> None:
        """Write an environment's settings."""
        address = f"base_url: {self.vendor.base_url}\napi_key: {{env: QUESTIONPRO_API_KEY}}\n"
        self.write(f"panels/{name}/environment.yaml", address + more)

    def push(self, message: str = "Change the panel", *, to: str = "main") -> str:
        """Commit all that is in the work tree and push it; returns the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{to}")
        return self.git("rev-parse", "HEAD")

    def begin(self, branch: str) -> None:
        """Begin a branch at the remote's main."""
        self.git("fetch", "--quiet", "origin")
        self.git("checkout", "--quiet", "-B", branch, "origin/main")

    def propose(self, branch: str) -> PullRequest:
        """Open a pull request of what the work tree holds, or push more to it, as GitHub would merge it."""
        self.push(f"Propose {branch}", to=branch)
        if branch not in self._numbers:
            self._numbers[branch] = len(self._numbers) + 7
        number = self._numbers[branch]
        self.git("fetch", "--quiet", "origin")
        self.git("checkout", "--quiet", "--detach", "origin/main")
        self.git("merge", "--quiet", "--no-ff", "--message", f"Merge {branch}", f"origin/{branch}")
        merge = self.git("rev-parse", "HEAD")
        self.git("push", "--quiet", "--force", "origin", f"HEAD:refs/pull/{number}/merge")
        self.git("checkout", "--quiet", branch)
        return PullRequest(number, branch, merge)

    def merge(self, pull: PullRequest) -> str:
        """Merge a pull request into main; returns the commit."""
        self.git("fetch", "--quiet", "origin")
        self.git("checkout", "--quiet", "--detach", "origin/main")
        self.git("merge", "--quiet", "--no-ff", "--message", f"Merge #{pull.number}", f"origin/{pull.branch}")
        commit = self.git("rev-parse", "HEAD")
        self.git("push", "--quiet", "origin", "HEAD:refs/heads/main")
        self.github.repository.set_pulls(commit, {"number": pull.number})
        return commit

    def merged(self, branch: str, *names: str, planned: bool = False) -> int:
        """Merge a pull request that declares just these people in production; returns its number."""
        self.begin(branch)
        self.declare(*names)
        pull = self.propose(branch)
        if planned:
            assert self.plan(pull).code == 0
        self.merge(pull)
        return pull.number

    def plan(self, pull: PullRequest, *, action: str = "opened", fork: bool = False, **more: Any) -> Job:
        """Run the plan workflow for a pull request."""
        head = "stranger/panels" if fork else NAME
        event = {
            "action": action,
            "number": pull.number,
            "pull_request": {
                "number": pull.number,
                "head": {"ref": pull.branch, "repo": {"full_name": head}},
                "base": {"ref": "main", "repo": {"full_name": NAME}},
            },
        }
        secrets: Mapping[str, str] | None = {} if fork else None
        ref = f"refs/pull/{pull.number}/merge"
        return self.run("plan", "pull_request", event, ref, secrets=secrets, **more)

    def apply(self, *, before: str = "", variables: Mapping[str, str] | None = None, **more: Any) -> Job:
        """Run the apply workflow as a push to main does; `before` is where main was."""
        event = {"ref": "refs/heads/main", "before": before}
        return self.run("apply", "push", event, "refs/heads/main", variables=variables, **more)

    def dispatch(self, workflow: str, **inputs: str) -> Job:
        """Run a workflow by hand."""
        event = {"ref": "refs/heads/main", "inputs": inputs}
        return self.run(workflow, "workflow_dispatch", event, "refs/heads/main")

    def run(self, workflow: str, event_name: str, event: dict[str, Any], ref: str, **more: Any) -> Job:
        """Run a workflow to its end."""
        process = self.start(workflow, event_name, event, ref, **more)
        return ended(process, KEY)

    def start(
        self,
        workflow: str,
        event_name: str,
        event: dict[str, Any],
        ref: str,
        *,
        variables: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        private: bool = True,
    ) -> "subprocess.Popen[str]":
        """Start a workflow in a clone of its own, as the platform does for the commit of an event."""
        self._runs += 1
        home = self.folder / f"run-{self._runs}"
        clone = home / "clone"
        home.mkdir()
        git(home, "clone", "--quiet", "--no-checkout", str(self.origin), "clone")
        git(clone, "fetch", "--quiet", "origin", ref)
        git(clone, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        file = clone / ".github" / "workflows" / f"{workflow}.yml"
        file.write_text(as_act_reads(file.read_text(encoding="utf-8")), encoding="utf-8")
        git(clone, "remote", "add", "github", f"https://github.com/{NAME}.git")
        event_file = home / "event.json"
        repository = {"full_name": NAME, "default_branch": "main", "private": private}
        event_file.write_text(json.dumps({**event, "repository": repository}), encoding="utf-8")
        variables = {"RECONCILER_APPLY": "on"} if variables is None else variables
        secrets = {"QUESTIONPRO_API_KEY": KEY} if secrets is None else secrets
        options = [
            *("--workflows", f".github/workflows/{workflow}.yml"),
            *("--platform", "ubuntu-24.04=-self-hosted"),
            *("--eventpath", str(event_file)),
            *("--remote-name", "github"),
            *("--cache-server-path", str(home / "cache")),
            "--no-cache-server",
            *(word for name, value in variables.items() for word in ("--var", f"{name}={value}")),
            *(word for name, value in secrets.items() for word in ("--secret", f"{name}={value}")),
            *("--secret", f"GITHUB_TOKEN={TOKEN}"),
            *self._actions(clone, workflow),
            *(word for name, value in self._environ().items() for word in ("--env", f"{name}={value}")),
        ]
        return subprocess.Popen(
            [Path(sys.executable).with_name("act"), event_name, *options],
            cwd=clone,
            env={**os.environ, **BY_ADA, "HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def before_job(self, job: str, script: str) -> None:
        """Let a shell script run at the desk when this job begins to check out, once."""
        self.events.mkdir(exist_ok=True)
        (self.events / job).write_text(f"cd {self.desk}\n{script}", encoding="utf-8")

    def vendor_with(self, *arguments: str) -> None:
        """Let the vendor go on, with the same panel at the same address, in another way."""
        self.vendor.__exit__(None, None, None)
        self.vendor = Sandbox(self.folder, *arguments, port=self.vendor.port)

    def close(self) -> None:
        """Stop the vendor."""
        self.vendor.__exit__(None, None, None)

    def protect_main(self, *, after: int = 0) -> None:
        """Let the remote decline pushes to main, as GitHub does for a protected branch, after so many."""
        (self.origin / "accepts").write_text(f"{after}\n", encoding="utf-8")
        hook = self._hook
        hook.write_text(_PROTECTED, encoding="utf-8")
        hook.chmod(0o755)

    def require_signatures(self) -> None:
        """Let the remote take only commits that GitHub signed, on whichever branch."""
        self._hook.write_text(SIGNED_ONLY, encoding="utf-8")
        self._hook.chmod(0o755)

    def unprotect_main(self) -> None:
        """Let the remote take pushes to main again."""
        self._hook.unlink()

    @property
    def _hook(self) -> Path:
        return self.origin / "hooks" / "pre-receive"

    def lockfile(self, ref: str = "main", name: str = "production") -> dict[str, Any] | None:
        """The lockfile as the remote has it on a branch; None where it has none."""
        self.git("fetch", "--quiet", "--prune", "origin")
        path = f"origin/{ref}:panels/{name}/state.lock.json"
        done = subprocess.run(["git", "show", path], cwd=self.desk, capture_output=True, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def members(self, ref: str = "main", name: str = "production") -> list[str]:
        """All members in that lockfile, by address."""
        lockfile = self.lockfile(ref, name)
        return sorted(lockfile["members"]) if lockfile else []

    def panel(self) -> list[str]:
        """Everyone in the vendor's panel, by address."""
        with closing(sqlite3.connect(f"file:{self.folder / 'vendor.sqlite3'}?mode=ro", uri=True)) as vendor:
            return sorted(address for (address,) in vendor.execute("SELECT identity FROM member"))

    def git(self, *arguments: str) -> str:
        """Run git at the desk."""
        return git(self.desk, *arguments)

    def _adopt(self) -> None:
        self._write_jobs()
        self.settings("production")
        self.declare()
        self.push("Adopt Reconciler")

    def _write_jobs(self) -> None:
        workflows = self.desk / ".github" / "workflows"
        workflows.mkdir(parents=True)
        for name in ("plan", "apply", "drift", "panel-drift", "doctor"):
            shutil.copy(_REPOSITORY / ".github" / "workflows" / f"{name}.yml", workflows)
        self.write(".github/reconciler.txt", "panel-reconciler\n")
        self.write(".gitignore", ".reconciler/\n")

    def _actions(self, clone: Path, workflow: str) -> list[str]:
        text = (clone / ".github" / "workflows" / f"{workflow}.yml").read_text(encoding="utf-8")
        pinned = sorted(set(_USED.findall(text)))
        return [
            word
            for name, commit in pinned
            for word in ("--local-repository", f"actions/{name}@{commit}={_ACTIONS / name}")
        ]

    def _environ(self) -> dict[str, str]:
        return {
            "GITHUB_API_URL": self.github.address,
            "GITHUB_SERVER_URL": self.server,
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
            "TEST_ORIGIN": f"file://{self.origin}",
            "TEST_PYTHON_BIN": str(Path(sys.executable).parent),
            "TEST_ARTIFACTS": str(self.artifacts),
            "TEST_EVENTS": str(self.events),
            **BY_ADA,
        }
