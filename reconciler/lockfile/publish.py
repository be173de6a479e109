"""Publishing a lockfile: a commit on top of a remote branch, with this one path replaced.

It goes to `main` or to a branch of the lockfile's own; nothing else differs but where the file here stays.
The push is a compare-and-swap. Where others were first, their lockfile is merged with this one, by member,
and the push tried again. Where the server declines, the commit goes to the fallback branch, and the next to
publish merges it from there. So it may be done at any time, as often and by as many as like to.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput, UsageError
from reconciler.files import display_path
from reconciler.git.process import run_git
from reconciler.git.remote import Committer, File, Pushed, PushEnd, Remote, commit_file, commit_nothing
from reconciler.lockfile.file import Base, Content, LockfileFile, in_bytes_of
from reconciler.lockfile.history import History
from reconciler.lockfile.lock import environment_lock
from reconciler.lockfile.merge import Conflict, Merged
from reconciler.lockfile.model import Lockfile
from reconciler.lockfile.state import REMOTE
from reconciler.problems import Location, Problem

_ATTEMPTS = 10
_CHECK = (
    "Check the network, and what the credentials that git has here may do (in a workflow: "
    "`permissions: contents: write`)."
)
_KEPT = "Nothing is lost: this file still holds everything. "


class PublicationEnd(Enum):
    """Nothing was to be done; the branch has it now; the server declined, and the fallback branch has it."""

    UP_TO_DATE = "up to date"
    PUBLISHED = "published"
    FALLBACK = "fallback"


class Publication(NamedTuple):
    """How publishing ended.

    `branch` and `remote` are where the lockfile belongs; `fallback` is the branch that has it for now, and
    `reason` the server's message, both empty unless it declined. `conflicts` are the members about whom
    the lockfiles contradicted each other. `doubted` are the identities that became `unconfirmed`, since
    others may have removed them meanwhile. `is_tracked` says that git tracks the file here although it is
    published on its own branch.
    """

    end: PublicationEnd
    branch: str
    remote: str
    commit: str
    fallback: str = ""
    reason: str = ""
    conflicts: tuple[Conflict, ...] = ()
    doubted: frozenset[str] = frozenset()
    is_tracked: bool = False


def publish(
    environment: Environment, remote: str, branch: str | None, committer: Committer | None = None
) -> Publication:
    """Bring the environment's lockfile and the remote's together. Not for an embedded environment.

    Args:
        environment: whose lockfile.
        remote: the remote's name.
        branch: the branch that the file is committed to; None for the one that is checked out or, where that
            is a commit alone, the remote's own. It means nothing where the lockfile has its own branch. That
            one is made where the remote doesn't have it: from what was last fetched, so that a branch deleted
            by mistake comes back whole.
        committer: makes the commits at the remote, in place of pushes.

    Raises:
        UsageError: the environment's settings say already where its lockfile goes.
        Refusal: another run holds the lock.
        InvalidInput: a lockfile can't be read, git is missing, there is no such branch, or the remote can't
            be reached or took nothing; then the file holds all still.
        DiskFailure: a file could not be written.
    """
    own = environment.lockfile_branch
    if own is not None and remote != REMOTE:
        raise UsageError(_decided(environment.name, own))
    with environment_lock(environment):
        history = History.of(environment)
        place = Remote.of(history.repository, remote, committer)
        name = own or branch or history.repository.current_branch() or place.default_branch()
        if name is None or run_git(history.repository.root, "check-ref-format", f"refs/heads/{name}").code:
            raise InvalidInput(_no_branch(name, remote))
        return _until_first(_Publishing(history, place, name, is_own=own is not None).attempt)


def publish_and_test(
    environment: Environment, remote: str, branch: str | None, committer: Committer | None = None
) -> Publication:
    """Publish as `publish` does; where there is nothing to publish, push an empty commit.

    So that an apply doesn't find out later. Only a push can tell: rules and hooks are the server's, and
    `git push --dry-run` does not ask them.

    Raises:
        InvalidInput: also where the server doesn't accept the empty commit. Else as for `publish`.
    """

    def attempt() -> Publication | None:
        published = publish(environment, remote, branch, committer)
        if published.end is not PublicationEnd.UP_TO_DATE:
            return published
        repository = History.of(environment).repository
        name = " ".join(environment.name.split())
        commit = commit_nothing(repository, published.commit, f"Test the push before apply of {name}\n")
        place = Remote.of(repository, remote, committer)
        pushed = place.push(commit, published.branch, before=published.commit)
        match pushed.end:
            case PushEnd.NON_FAST_FORWARD:
                return None
            case PushEnd.DONE:
                return published._replace(commit=pushed.commit or commit)
            case _:
                raise InvalidInput(_not_accepted(environment, published.branch, pushed))

    return _until_first(attempt)


def _until_first(attempt: Callable[[], Publication | None]) -> Publication:
    """Try until others were not first, which is what None means.

    Raises:
        InvalidInput: others were first each time.
    """
    for number in range(1, _ATTEMPTS + 1):
        ended = attempt()
        if ended is not None:
            return ended
        if number < _ATTEMPTS:
            time.sleep(random.uniform(0.05, 0.25) * number)  # noqa: S311 - so that two don't collide again
    message = f"Others were first {_ATTEMPTS} times in a row, so the lockfile could not be published."
    raise InvalidInput(Problem((message,), (_KEPT, "Run the command again.")))


class _Tips(NamedTuple):
    """What the branch and the fallback branch hold: commits, None for one that isn't known.

    `is_there` tells whether the remote has the branch; a branch of its own may be known here alone.
    """

    branch: str | None
    is_there: bool
    fallback: str | None


@dataclass(frozen=True, slots=True)
class _Publishing:
    """One environment's lockfile on its way to one branch; `is_own` is a branch of the lockfile's own."""

    history: History
    remote: Remote
    branch: str
    is_own: bool
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)

    @property
    def environment(self) -> Environment:
        return self.history.environment

    @property
    def file(self) -> LockfileFile:
        return LockfileFile(self.environment)

    def attempt(self) -> Publication | None:
        """Publish once; None where others were first."""
        tips = self._fetch()
        published = self.history.at(tips.branch, self.branch) if tips.branch is not None else None
        here = self.file.read()
        content = self._together(tips, published, here)
        if content is None and tips.branch is not None:
            return self._finish(PublicationEnd.UP_TO_DATE, tips.branch, None)
        if content is None:  # the branch begins with nobody
            content = Content.of(Lockfile(self.environment.name, self.environment.target))
        elif tips.branch is not None and (here is not None or not self.is_own):
            # From here on the file is the very content that is published. If this process dies before it is
            # done, the next one finds it in the branch's history, and knows that it was.
            self.file.replace(content, Base.on(tips.branch))
        return self._push(tips, published, content)

    def _push(self, tips: _Tips, published: Content | None, content: Content) -> Publication | None:
        is_news = published is None or published.lockfile != content.lockfile
        before = tips.branch if tips.is_there else None
        commit = self._commit([tips.branch], content) if is_news or tips.branch is None else tips.branch
        is_there = commit == before
        ended = Pushed(PushEnd.DONE) if is_there else self.remote.push(commit, self.branch, before=before)
        match ended.end:
            case PushEnd.NON_FAST_FORWARD:
                return None
            case PushEnd.FAILED:
                raise self._not_pushed(self.branch, ended)
            case PushEnd.DECLINED:
                return self._use_fallback(tips, content, ended)
        commit = ended.commit or commit
        if tips.fallback is not None:  # where that fails, the next to publish does it
            self.remote.delete(self.environment.fallback_branch, before=tips.fallback)
        end = PublicationEnd.UP_TO_DATE if is_there else PublicationEnd.PUBLISHED
        return self._finish(end, commit, content)

    def _use_fallback(self, tips: _Tips, content: Content, declined: Pushed) -> Publication | None:
        """Push it to the fallback branch, unless that has it already."""
        fallback = self.environment.fallback_branch
        before = self.history.at(tips.fallback, fallback) if tips.fallback is not None else None
        is_there = before is not None and before.lockfile == content.lockfile
        if tips.fallback is not None and is_there and self.history.ground_of(tips.fallback) == tips.branch:
            commit, ended = tips.fallback, Pushed(PushEnd.DONE)
        else:
            # With the tip as its last parent, the next who merges it sees what the tip knew already.
            commit = self._commit([tips.fallback, tips.branch], content)
            ended = self.remote.push(commit, fallback, before=tips.fallback)
        if ended.end is PushEnd.NON_FAST_FORWARD:
            return None
        if ended.end is not PushEnd.DONE:
            raise self._not_pushed(f"{self.branch} and to {fallback}", ended)
        commit = ended.commit or commit
        self.file.replace(content, Base(commit, tips.branch))
        return self._publication(PublicationEnd.FALLBACK, commit, fallback, declined.reason)

    def _fetch(self) -> _Tips:
        fallback = self.environment.fallback_branch
        found = self.remote.fetch(self.branch, fallback)
        if self.branch not in found and not self.is_own:
            raise InvalidInput(_no_branch(self.branch, self.remote.name))
        if fallback not in found:
            self.remote.forget(fallback)
        tip = found.get(self.branch) or self.remote.last_known(self.branch)
        return _Tips(tip, self.branch in found, found.get(fallback))

    def _together(self, tips: _Tips, published: Content | None, here: Content | None) -> Content | None:
        """What all sides know, in the white space of the one that knows it all; None where there is none."""
        if tips.fallback is not None and tips.branch is not None:
            self._ancestor(tips.fallback, tips.branch)  # fetches what a shallow clone lacks
        there, first = self.history.with_fallback(published, tips.branch, tips.fallback)
        if first is not None:
            self._noted(first)
        if here is None:
            return there
        known = [commit for commit in (tips.branch, tips.fallback) if commit is not None]
        theirs = there.lockfile if there is not None else None
        merged = self.history.merge(here.lockfile, self._base(here, tips.branch), theirs, known)
        return in_bytes_of(self._noted(merged), here, there)

    def _noted(self, merged: Merged) -> Lockfile:
        self.conflicts.update({conflict.key: conflict for conflict in merged.conflicts})
        self.doubted.update(merged.doubted)
        return merged.lockfile

    def _base(self, here: Content, tip: str | None) -> Base:
        """Where the file here was taken from.

        Where an earlier publishing or apply wrote it, that is known. Else git did, and apply may have changed
        it: it began where the history that is checked out left the branch's. What was committed after that is
        news.
        """
        known = self.file.base_of(here)
        if known is not None or self.is_own or tip is None:
            return known or Base.on(None)
        head = self.history.repository.commit_of("HEAD")
        fork = self._ancestor(head, tip) if head is not None else None
        return Base(fork, fork or head)

    def _ancestor(self, one: str, other: str) -> str | None:
        """The newest common ancestor; a clone that was fetched in part may need the rest to tell."""
        repository = self.history.repository
        found = repository.common_ancestor(one, other)
        if found is None and repository.is_shallow():
            names = (self.branch, self.environment.fallback_branch)
            self.remote.fetch_whole_history(*(name for name in names if self.remote.last_known(name)))
            found = repository.common_ancestor(one, other)
        return found

    def _commit(self, parents: list[str | None], content: Content) -> str:
        """A commit with this lockfile: all other files are as in the last parent."""
        name = " ".join(self.environment.name.split())
        known = [parent for parent in parents if parent is not None]
        file = File(self.history.path, content.data)
        return commit_file(self.history.repository, known, file, f"Record what apply pushed to {name}\n")

    def _finish(self, end: PublicationEnd, commit: str, content: Content | None) -> Publication:
        """Leave the file here as the branch has it; a branch of its own needs no copy here."""
        if self.is_own:
            self.file.drop()
        elif content is not None:
            self.file.replace(content, Base.on(commit))
        return self._publication(end, commit)

    def _publication(
        self, end: PublicationEnd, commit: str, fallback: str = "", reason: str = ""
    ) -> Publication:
        return Publication(
            end,
            self.branch,
            self.remote.name,
            commit,
            fallback,
            reason,
            conflicts=tuple(self.conflicts.values()),
            doubted=frozenset(self.doubted),
            is_tracked=self.is_own and self.history.repository.is_tracked(self.history.path),
        )

    def _not_pushed(self, branch: str, pushed: Pushed) -> InvalidInput:
        if pushed.end is PushEnd.DECLINED:
            message = f"The server declined the push to {branch}: {pushed.reason}"
            hint = (
                f"Let the rules that protect branches leave out {self.environment.fallback_branch}, "
                "or let who pushes bypass them. Then run the command again."
            )
        else:
            message = f"The push to {branch} failed. {pushed.reason}"
            hint = f"{_CHECK} Then run the command again."
        location = Location(display_path(self.environment.lockfile_path))
        return InvalidInput(Problem((message,), (_KEPT, hint), location))


def _not_accepted(environment: Environment, branch: str, pushed: Pushed) -> Problem:
    return Problem(
        (f"An apply could not publish its lockfile: a test push to {branch} failed. {pushed.reason}",),
        (
            "If a rule protects that branch, best give the lockfile its own branch, without protection: ",
            "write lockfile: {branch: reconciler-state} in environment.yaml. Otherwise: ",
            _CHECK,
        ),
        Location(display_path(environment.lockfile_path)),
    )


def _decided(name: str, branch: str) -> Problem:
    return Problem(
        (f"The lockfile of {name} is read from {branch} at {REMOTE}, so it is published there.",),
        ("Leave out --remote.",),
    )


def _no_branch(name: str | None, remote: str) -> Problem:
    if name is None:
        return Problem((f'No branch is checked out, and "{remote}" names none.',), ("Name it: --branch.",))
    return Problem(
        (f'There is no branch "{name}" at "{remote}".',), ("Push it first, or name another: --branch.",)
    )
