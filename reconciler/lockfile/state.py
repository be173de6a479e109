"""What is known of an environment's panel: its lockfile, from its file or from a branch of its own.

A lockfile with `lockfile: {branch: NAME}` is read from what was last fetched, without network. The file then
exists only from an apply to its publishing, and counts as what it changed since it was taken from the branch.
"""

from typing import NamedTuple, Self

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.git.repository import Repository
from reconciler.lockfile.codec import digest
from reconciler.lockfile.file import Base, Content, LockfileFile, in_bytes_of
from reconciler.lockfile.history import History
from reconciler.lockfile.merge import Merged
from reconciler.lockfile.model import Lockfile
from reconciler.problems import Problem

REMOTE = "origin"
"""The remote whose branch is read; as last fetched, so without network."""


class KnownState(NamedTuple):
    """What is known about an environment before planning, and how well.

    `lockfile` includes the journal of an interrupted run, `on_disk` doesn't; either is None if there is
    nothing. `unfetched` is the branch of the lockfile if this clone has not fetched it; `conflicts` counts
    the members about whom branch and file disagree. `is_recovered` says that there was a journal;
    `recovered` counts the members that it settled and that the lockfile on disk doesn't know yet, `doubted`
    the ones who are unconfirmed, since the lockfile isn't the one that the interrupted run began from.
    """

    lockfile: Lockfile | None
    on_disk: Lockfile | None
    unfetched: str | None = None
    conflicts: int = 0
    is_recovered: bool = False
    recovered: int = 0
    doubted: int = 0


def tracking_ref(branch: str) -> str:
    """The ref that holds what was last fetched of a branch."""
    return f"refs/remotes/{REMOTE}/{branch}"


def fetch_command(branch: str) -> str:
    """What brings a lockfile's branch into any clone, also one that is set up to follow others only."""
    return f"git fetch {REMOTE} {branch}:{tracking_ref(branch)}"


def read_state(environment: Environment) -> KnownState:
    """The environment's lockfile, from its file, or as published on its branch with what the file adds.

    Raises:
        InvalidInput: it is there, and can't be read or belongs elsewhere.
    """
    content = LockfileFile(environment).read()
    ours = content.lockfile if content is not None else None
    branch = environment.lockfile_branch
    if branch is None:
        return KnownState(ours, ours)
    history = History.of(environment)
    tip = history.repository.commit_of(tracking_ref(branch))
    if tip is None:
        return KnownState(ours, ours, unfetched=branch)
    known = _OnBranch.at(history, branch, tip)
    if content is None:
        found = known.published.lockfile if known.published is not None else None
        return KnownState(found, found)
    merged = known.merged(content)
    return KnownState(merged.lockfile, merged.lockfile, conflicts=len(merged.conflicts))


def read_published(environment: Environment, branch: str) -> tuple[str, Lockfile | None]:
    """The lockfile on its branch, as last fetched, without what the file adds; and its place, to be shown.

    Raises:
        InvalidInput: the branch was not fetched, or the lockfile can't be read or belongs elsewhere.
    """
    history = History.of(environment)
    content = history.at(_fetched_tip(history, branch), branch)
    return f"{REMOTE}/{branch}:{history.path}", content.lockfile if content is not None else None


def check_known(environment: Environment) -> None:
    """Make sure, before the user is asked about writing, that the lockfile is known here.

    Raises:
        InvalidInput: nothing is known here of the branch that it is published on.
    """
    if environment.lockfile_branch is not None:
        _fetched_tip(History.of(environment), environment.lockfile_branch)


def check_out(environment: Environment) -> None:
    """Let the file hold all that is known, before it is written. Only under the environment's lock.

    Without a branch of its own, the lockfile is its file, and nothing is left to do.

    Raises:
        InvalidInput: as `read_state`; or nothing is known here of the branch that it is published on.
        DiskFailure: the file could not be written.
    """
    if environment.lockfile_branch is None:
        return
    history, file = History.of(environment), LockfileFile(environment)
    tip = _fetched_tip(history, environment.lockfile_branch)
    known, content = _OnBranch.at(history, environment.lockfile_branch, tip), file.read()
    if content is not None:
        file.replace(in_bytes_of(known.merged(content).lockfile, content), known.base)
    elif known.published is not None:
        file.replace(known.published, known.base)


class Lineage(NamedTuple):
    """One state of the lockfile here, as a journal names the one that its run began from.

    `digest` names its content. `commits` are those whose history it comes from, none where git doesn't keep
    it; None where git does and can't tell.
    """

    digest: str
    commits: tuple[str, ...] | None


def commits_of(environment: Environment) -> tuple[str, ...] | None:
    """The commits whose history the lockfile here comes from, as `Lineage` has them.

    The tips of its branch and of the fallback branch as last fetched; without a branch of its own, HEAD and
    the commits of an earlier publishing, which moves no HEAD. Ask *before* the lockfile is read: what git
    brings in between then counts as newer.
    """
    try:
        if Repository.find(environment.folder) is None:
            return ()
        history, branch = History.of(environment), environment.lockfile_branch
        if branch is not None:
            names = [tracking_ref(branch), tracking_ref(history.environment.fallback_branch)]
        else:
            names = ["HEAD", *LockfileFile(environment).noted_bases()]
        found = (history.repository.commit_of(name) for name in names)
        return tuple(dict.fromkeys(commit for commit in found if commit is not None))
    except InvalidInput:
        return None


def is_unchanged(environment: Environment, since: Lineage, lockfile: Lockfile | None) -> bool:
    """Whether the lockfile here, which was just read, is still the one that it was `since`.

    False also where git can't tell: the clone is shallow, or history was rewritten.
    """
    if since.digest != digest(lockfile) or since.commits is None:
        return False
    now = commits_of(environment)
    if now is None or now == since.commits:
        return now is not None
    try:
        history = History.of(environment)
        git = history.repository
        is_continued = all(any(git.is_ancestor(old, new) for new in now) for old in since.commits)
        return is_continued and git.versions(history.path, now, since.commits) == []
    except InvalidInput:
        return False


class _OnBranch(NamedTuple):
    """What the lockfile's own branch says as last fetched, with what the fallback branch adds to it."""

    history: History
    tip: str
    fallback: str | None
    published: Content | None

    @classmethod
    def at(cls, history: History, branch: str, tip: str) -> Self:
        """What the branch says at this tip, which was last fetched."""
        fallback = history.repository.commit_of(tracking_ref(history.environment.fallback_branch))
        published, _ = history.with_fallback(history.at(tip, branch), tip, fallback)
        return cls(history, tip, fallback, published)

    @property
    def base(self) -> Base:
        """Where a file with all of it comes from; what the fallback branch adds is no news of ours."""
        if self.fallback is None:
            return Base.on(self.tip)
        return Base(self.fallback, self.history.ground_of(self.fallback))

    def merged(self, content: Content) -> Merged:
        """The file in the environment's folder over the branch."""
        base = LockfileFile(self.history.environment).base_of(content) or Base.on(None)
        if base == self.base and self.fallback is None:
            return Merged(content.lockfile)
        theirs = self.published.lockfile if self.published is not None else None
        tips = [self.tip, *([self.fallback] if self.fallback is not None else [])]
        return self.history.merge(content.lockfile, base, theirs, tips)


def _fetched_tip(history: History, branch: str) -> str:
    """The commit that was last fetched of the branch.

    Raises:
        InvalidInput: nothing was fetched of it; says how to.
    """
    tip = history.repository.commit_of(tracking_ref(branch))
    if tip is not None:
        return tip
    environment = history.environment.name
    raise InvalidInput(
        Problem(
            (f"The lockfile of {environment} is on the branch {branch}, which is not fetched here.",),
            (
                f"Fetch it: `{fetch_command(branch)}`. If it doesn't exist yet: ",
                f"`reconciler state publish {environment}` makes it. Nothing was changed.",
            ),
        )
    )
