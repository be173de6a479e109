"""A remote of the repository: what its branches hold, and commits pushed to them by compare-and-swap.

Over the network, so each command has a time limit. Nothing is checked out: the work tree, the index and HEAD
are not read or written.
"""

import os
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from reconciler.errors import InvalidInput
from reconciler.files import temporary_folder
from reconciler.git.process import NETWORK_SECONDS, Done, failure, run_git, said, said_by_server
from reconciler.git.repository import Repository
from reconciler.problems import Problem

_ATTEMPTS = 5
_BUSY = re.compile(r"cannot lock ref|unable to create '[^']*\.lock'|shallow file has changed", re.IGNORECASE)
_QUIET = ("-c", "gc.auto=0", "-c", "maintenance.auto=false")
_FETCH = ("--no-tags", "--no-prune", "--recurse-submodules=no", "--no-write-fetch-head", "--quiet")
_REACH = "Is there a network, and do the credentials that git has here allow it?"

# Git's word after "!" in the output for programs: git-push(1), "--porcelain". `[rejected]` comes from this
# side, for a branch that isn't in the expected state; `[remote rejected]` from the server, for any reason.
_REJECTION = re.compile(
    r"^!\t[^\t]*\t\[(?P<by>rejected|remote rejected)\](?: \((?P<why>.*)\))?", re.MULTILINE
)
_LOST_RACE = re.compile(r"cannot lock ref|failed to (?:lock|update ref)|incorrect old value|already exists")

# Hooks of this clone are made for the user's own commits, and this isn't one. No person signs the tool's
# commits, so pushes aren't signed either, even with push.gpgSign.
_PUSH = ("--porcelain", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no")


class PushEnd(Enum):
    """How a push ended: done; others were first; the server declined; the server could not be asked."""

    DONE = "done"
    NON_FAST_FORWARD = "non-fast-forward"
    DECLINED = "declined"
    FAILED = "failed"


class Pushed(NamedTuple):
    """How a push ended, and why, in one line.

    `commit` is what the branch has now, where a committer made another commit of the one that was pushed.
    """

    end: PushEnd
    reason: str = ""
    commit: str = ""


class File(NamedTuple):
    """A file's place from the repository's root, with forward slashes, and what it holds."""

    path: str
    content: bytes


class Change(NamedTuple):
    """A commit that a committer is to make: on a branch that is at `head`, with these files replaced."""

    branch: str
    head: str
    message: str
    files: tuple[File, ...]


Committer = Callable[[Change], Pushed]
"""Makes a commit at the remote itself, so that the platform signs it; by compare-and-swap, as a push."""


@dataclass(frozen=True, slots=True)
class Remote:
    """One of the remotes that the repository knows by name.

    With a committer, git pushes only what the remote has already; new commits are made there.
    """

    repository: Repository
    name: str
    committer: Committer | None = None

    @classmethod
    def of(cls, repository: Repository, name: str, committer: Committer | None = None) -> "Remote":
        """The remote of this name.

        Raises:
            InvalidInput: the repository has none of this name.
        """
        names = run_git(repository.root, "remote").text.split()
        if name not in names:
            hint = f"The remotes are {', '.join(names)}." if names else "`git remote add` makes one."
            raise InvalidInput(Problem((f'There is no remote "{name}".',), (hint,)))
        return cls(repository, name, committer)

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
        at_remote = self.branches(branches)
        there = [branch for branch in branches if branch in at_remote]
        if not there:
            return {}
        self._fetch(there)
        commits = {branch: self.last_known(branch) for branch in there}
        return {branch: commit for branch, commit in commits.items() if commit is not None}

    def fetch_whole_history(self, *branches: str) -> None:
        """Fetch all that a shallow clone left out of these branches.

        Raises:
            InvalidInput: the remote could not be reached.
        """
        self._fetch(branches, "--unshallow")

    def default_branch(self) -> str | None:
        """The branch that the remote's HEAD names, or None where it names none."""
        prefix = f"refs/remotes/{self.name}/"
        here = run_git(self.repository.root, "symbolic-ref", "--quiet", f"{prefix}HEAD")
        if here.code == 0:
            return here.text.removeprefix(prefix)
        answer = self._reach("ls-remote", "--symref", self.name, "HEAD").text
        found = re.search(r"^ref: refs/heads/(.*)\tHEAD$", answer, re.MULTILINE)
        return found[1] if found else None

    def push(self, commit: str, branch: str, *, before: str | None) -> Pushed:
        """Let a branch be at this commit if it still is at `before`; None is a branch that doesn't exist yet.

        Where it is done, it is noted here as a fetch would, also where the clone is set up to follow other
        branches; what another process fetched meanwhile is left alone.
        """
        known = self.last_known(branch)
        if self.committer is not None and commit != known:
            return self._have_made(self.committer, commit, branch, before)
        pushed = self._push(f"{commit}:refs/heads/{branch}", branch, before)
        if pushed.end is PushEnd.DONE:
            expected = known or "0" * len(commit)
            run_git(self.repository.root, "update-ref", self.tracking(branch), commit, expected)
        return pushed

    def dry_run(self, branch: str) -> Done:
        """Ask whether HEAD could be pushed to a branch, and push nothing.

        The server checks who pushes; rules and hooks it does not ask (git-push(1), `--dry-run`).
        """
        words = ("push", *_PUSH, "--dry-run", "--force", self.name, f"HEAD:refs/heads/{branch}")
        return run_git(self.repository.root, *words, seconds=NETWORK_SECONDS)

    def delete(self, branch: str, *, before: str) -> Pushed:
        """Delete a branch if it still is at `before`; what was fetched of it is forgotten too."""
        pushed = self._push(f":refs/heads/{branch}", branch, before)
        if pushed.end is PushEnd.DONE:
            self.forget(branch)
        return pushed

    def forget(self, branch: str) -> None:
        """Forget here what was fetched of a branch."""
        run_git(self.repository.root, "update-ref", "-d", self.tracking(branch))

    def _have_made(self, committer: Committer, commit: str, branch: str, before: str | None) -> Pushed:
        """Let the committer make this commit on the branch's tip, and fetch what it made.

        It has that tip as its only parent, so its history lacks what was merged into it, and that counts as
        doubt in the next merge. A new branch begins at the commit's last parent, or else at a commit of the
        remote's own branch, with all files of that.

        Raises:
            InvalidInput: the remote could not be reached, or has no commit at which the branch can begin.
        """
        parents = self.repository.parents(commit)
        head = before or (parents[-1] if parents else self._beginning(commit))
        if before is None:
            begun = self._push(f"{head}:refs/heads/{branch}", branch, None)
            if begun.end is not PushEnd.DONE:
                return begun
        paths = self.repository.changed_by(commit)
        files = tuple(File(path, self.repository.read(commit, path) or b"") for path in paths)
        made = committer(Change(branch, head, self.repository.subject(commit), files))
        if made.end is PushEnd.DONE:
            self.fetch(branch)
        return made

    def _beginning(self, commit: str) -> str:
        """A commit of the remote's own branch that has none of the files which this commit brings.

        If no commit follows on the new branch, nobody may take old files there for what was published.
        """
        branch = self.default_branch()
        tip = self.fetch(branch).get(branch) if branch is not None else None
        paths = self.repository.changed_by(commit)
        for begin in (tip, *self.repository.roots(tip)) if tip is not None else ():
            if all(self.repository.read(begin, path) is None for path in paths):
                return begin
        message = f'"{self.name}" has no commit to begin a branch at that is without {", ".join(paths)}.'
        hint = "Push a first commit to its main branch. If it has one, begin the new branch by hand."
        raise InvalidInput(Problem((message,), (hint,)))

    def _push(self, spec: str, branch: str, before: str | None) -> Pushed:
        lease = f"--force-with-lease=refs/heads/{branch}:{before or ''}"
        words = ("push", *_PUSH, lease, self.name, spec)
        done = run_git(self.repository.root, *words, seconds=NETWORK_SECONDS)
        return Pushed(PushEnd.DONE) if done.code == 0 else _not_done(done)

    def _fetch(self, branches: Sequence[str], *options: str) -> None:
        specs = [f"+refs/heads/{branch}:{self.tracking(branch)}" for branch in branches]
        self._reach("fetch", *_FETCH, *options, self.name, *specs)

    def branches(self, branches: Sequence[str]) -> frozenset[str]:
        """Those of these branches that the remote has.

        Raises:
            InvalidInput: the remote could not be reached.
        """
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


# Commits made from content alone: objects are added to the repository, and nothing else is touched.


_NOBODY = {"NAME": "Reconciler", "EMAIL": "reconciler@localhost"}


def commit_file(repository: Repository, parents: Sequence[str], file: File, message: str) -> str:
    """Make a commit that changes one file, on no branch yet; returns its name.

    Args:
        repository: where it is made.
        parents: its parents; all other files are as in the last of them. Without parents there are none.
        file: the one that it changes.
        message: what the commit says.

    Raises:
        InvalidInput: git could not.
    """
    blob = blob_of(repository, file.content, keep=True)
    tree = _tree(repository, parents, f"100644,{blob},{file.path}")
    return _commit_tree(repository, tree, parents, message)


def commit_nothing(repository: Repository, parent: str, message: str) -> str:
    """Make a commit in which all files are as in its parent, on no branch yet; returns its name.

    Raises:
        InvalidInput: git could not.
    """
    return _commit_tree(repository, f"{parent}^{{tree}}", [parent], message)


def _commit_tree(repository: Repository, tree: str, parents: Sequence[str], message: str) -> str:
    named = [word for parent in parents for word in ("-p", parent)]
    # commit-tree itself ignores commit.gpgsign (git-commit-tree(1)).
    setting = run_git(repository.root, "config", "--type=bool", "--get", "commit.gpgsign").text
    signed = ["-S"] if setting == "true" else []
    words = ("commit-tree", *signed, tree, *named, "-F", "-")
    return repository.must(*words, stdin=message.encode(), variables=_identity(repository)).text


def blob_of(repository: Repository, content: bytes, *, keep: bool = False) -> str:
    """The name that git has for this content; `keep` puts it into the repository."""
    return repository.must("hash-object", *(["-w"] if keep else []), "--stdin", stdin=content).text


def _tree(repository: Repository, parents: Sequence[str], entry: str) -> str:
    """The tree of the last parent with one entry changed, made in an index of its own."""
    with temporary_folder() as folder:
        variables = {"GIT_INDEX_FILE": str(folder / "index")}
        repository.must("read-tree", *(parents[-1:] or ["--empty"]), variables=variables)
        repository.must("update-index", "--add", "--cacheinfo", entry, variables=variables)
        # In a partial clone the other files need not be here: they are in the parent, which is at the remote.
        return repository.must("write-tree", "--missing-ok", variables=variables).text


def _identity(repository: Repository) -> dict[str, str]:
    """Who commits, where git's settings don't say: the tool, and nothing guessed of the machine."""
    known = run_git(repository.root, "config", "--get-regexp", r"^(user|author|committer)\.(name|email)$")
    settings = {line.partition(" ")[0] for line in known.text.splitlines()}
    return {
        f"GIT_{role}_{part}": default
        for role in ("AUTHOR", "COMMITTER")
        for part, default in _NOBODY.items()
        if f"GIT_{role}_{part}" not in os.environ
        and not settings & {f"user.{part.lower()}", f"{role.lower()}.{part.lower()}"}
    }
