"""A remote of the repository: which branches it has, and what they hold now. Over the network."""

import random
import re
import time
from dataclasses import dataclass

from reconciler.errors import InvalidInput
from reconciler.git.command import NETWORK_SECONDS, Done, run_git
from reconciler.git.failure import failure
from reconciler.git.repository import Repository
from reconciler.problems import Problem

_ATTEMPTS = 5
_BUSY = re.compile(r"cannot lock ref|unable to create '[^']*\.lock'|shallow file has changed", re.IGNORECASE)
_QUIET = ("-c", "gc.auto=0", "-c", "maintenance.auto=false")
_REACH = "Is there a network, and do the credentials that git has here allow it?"


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
        commits = {branch: self.repository.commit_of(self.tracking(branch)) for branch in there}
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
