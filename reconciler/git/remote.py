"""A remote of the repository: what its branches hold, and pushes to them by compare-and-swap.

Over the network, so each command has a time limit.
"""

import random
import re
import time
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from reconciler.errors import InvalidInput
from reconciler.git.command import NETWORK_SECONDS, Done, run_git
from reconciler.git.failure import failure, said, said_by_server
from reconciler.git.repository import Repository
from reconciler.problems import Problem

_ATTEMPTS = 5
_BUSY = re.compile(r"cannot lock ref|unable to create '[^']*\.lock'|shallow file has changed", re.IGNORECASE)
_QUIET = ("-c", "gc.auto=0", "-c", "maintenance.auto=false")
_REACH = "Is there a network, and do the credentials that git has here allow it?"

# Git's word behind "!" in the output for programs: git-push(1), "--porcelain". `[rejected]` is said on this
# side, of a branch that isn't what it was thought to be; `[remote rejected]` there, for any reason.
_REJECTION = re.compile(
    r"^!\t[^\t]*\t\[(?P<by>rejected|remote rejected)\](?: \((?P<why>.*)\))?", re.MULTILINE
)
_LOST_RACE = re.compile(r"cannot lock ref|failed to (?:lock|update ref)|incorrect old value|already exists")

# Hooks of this clone are made for what its user commits, and this isn't. Nor are commits of the tool signed
# by hand, so a push isn't either, whatever push.gpgSign says.
_PUSH = ("--porcelain", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no")


class PushEnd(Enum):
    """How a push ended: done; others were first; the server declined; the server could not be asked."""

    DONE = "done"
    NON_FAST_FORWARD = "non-fast-forward"
    DECLINED = "declined"
    FAILED = "failed"


class Pushed(NamedTuple):
    """How a push ended, and why, in one line."""

    end: PushEnd
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Remote:
    """One of the remotes that the repository knows by name."""

    repository: Repository
    name: str

    @classmethod
    def of(cls, repository: Repository, name: str) -> "Remote":
        """The remote of this name.

        Raises:
            InvalidInput: the repository has none of this name.
        """
        names = run_git(repository.root, "remote").text.split()
        if name not in names:
            hint = f"The remotes are {', '.join(names)}." if names else "`git remote add` makes one."
            raise InvalidInput(Problem((f'There is no remote "{name}".',), (hint,)))
        return cls(repository, name)

    def tracking(self, branch: str) -> str:
        """The ref that holds here what was last fetched of a branch."""
        return f"refs/remotes/{self.name}/{branch}"

    def last_known(self, branch: str) -> str | None:
        """The commit that a branch had when it was last fetched or pushed, or None."""
        return self.repository.commit_of(self.tracking(branch))

    def fetch(self, *branches: str) -> dict[str, str]:
        """Fetch these branches; returns the commit of each that the remote has.

        Raises:
            InvalidInput: the remote could not be reached.
        """
        there = [branch for branch in branches if branch in self._branches(branches)]
        if not there:
            return {}
        specs = [f"+refs/heads/{branch}:{self.tracking(branch)}" for branch in there]
        options = ("--no-tags", "--no-prune", "--recurse-submodules=no", "--no-write-fetch-head", "--quiet")
        self._reach("fetch", *options, self.name, *specs)
        commits = {branch: self.last_known(branch) for branch in there}
        return {branch: commit for branch, commit in commits.items() if commit is not None}

    def fetch_whole_history(self, *branches: str) -> None:
        """Fetch all that a shallow clone left out of these branches.

        Raises:
            InvalidInput: the remote could not be reached.
        """
        specs = [f"+refs/heads/{branch}:{self.tracking(branch)}" for branch in branches]
        self._reach(
            "fetch", "--unshallow", "--no-tags", "--no-write-fetch-head", "--quiet", self.name, *specs
        )

    def default_branch(self) -> str | None:
        """The branch that the remote's HEAD names, or None where it names none."""
        prefix = f"refs/remotes/{self.name}/"
        here = run_git(self.repository.root, "symbolic-ref", "--quiet", f"{prefix}HEAD")
        if here.code == 0:
            return here.text.removeprefix(prefix)
        told = self._reach("ls-remote", "--symref", self.name, "HEAD").text
        found = re.search(r"^ref: refs/heads/(.*)\tHEAD$", told, re.MULTILINE)
        return found[1] if found else None

    def push(self, commit: str, branch: str, *, before: str | None) -> Pushed:
        """Let a branch be at this commit if it still is at `before`; None is a branch that doesn't exist yet.

        Where it is done, it is noted here as a fetch would, also where the clone is set up to follow other
        branches; what somebody fetched meanwhile is left alone.
        """
        known = self.last_known(branch)
        pushed = self._push(f"{commit}:refs/heads/{branch}", branch, before)
        if pushed.end is PushEnd.DONE:
            expected = known or "0" * len(commit)
            run_git(self.repository.root, "update-ref", self.tracking(branch), commit, expected)
        return pushed

    def delete(self, branch: str, *, before: str) -> Pushed:
        """Delete a branch if it still is at `before`; what was fetched of it is forgotten too."""
        pushed = self._push(f":refs/heads/{branch}", branch, before)
        if pushed.end is PushEnd.DONE:
            self.forget(branch)
        return pushed

    def forget(self, branch: str) -> None:
        """Forget here what was fetched of a branch."""
        run_git(self.repository.root, "update-ref", "-d", self.tracking(branch))

    def _push(self, spec: str, branch: str, before: str | None) -> Pushed:
        lease = f"--force-with-lease=refs/heads/{branch}:{before or ''}"
        words = ("push", *_PUSH, lease, self.name, spec)
        done = run_git(self.repository.root, *words, seconds=NETWORK_SECONDS)
        return Pushed(PushEnd.DONE) if done.code == 0 else _not_done(done)

    def _branches(self, branches: tuple[str, ...]) -> frozenset[str]:
        """Those of these branches that the remote has."""
        asked = [f"refs/heads/{branch}" for branch in branches]
        lines = self._reach("ls-remote", self.name, *asked).text.splitlines()
        return frozenset(line.partition("\trefs/heads/")[2] for line in lines)

    def _reach(self, *arguments: str) -> Done:
        """Run a command that talks to the remote; one that another git in this folder disturbed, again."""
        for attempt in range(1, _ATTEMPTS + 1):
            done = run_git(self.repository.root, *_QUIET, *arguments, seconds=NETWORK_SECONDS)
            if done.code == 0:
                return done
            if attempt == _ATTEMPTS or not _BUSY.search(done.err):
                break
            time.sleep(random.uniform(0.05, 0.2) * attempt)  # noqa: S311 - it only keeps two from colliding again
        raise failure(f'The remote "{self.name}" could not be read.', done, _REACH, "Nothing was changed.")


def _not_done(done: Done) -> Pushed:
    found = _REJECTION.search(done.text)
    if found is None:
        return Pushed(PushEnd.FAILED, said(done))
    why = found["why"] or "no reason is given"
    if found["by"] == "rejected" or _LOST_RACE.search(why):
        return Pushed(PushEnd.NON_FAST_FORWARD, why)
    return Pushed(PushEnd.DECLINED, said_by_server(done) or why)
