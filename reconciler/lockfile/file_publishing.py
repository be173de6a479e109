"""Publishing a lockfile that is committed beside its `environment.yaml`.

Where the server declines, what apply learnt is set aside on a branch of the tool's own, and taken in from
there by the next who publishes.
"""

import re
from dataclasses import dataclass, field

from reconciler.environment.model import ASIDE
from reconciler.errors import InvalidInput
from reconciler.git.command import run_git
from reconciler.git.commits import File, commit_file
from reconciler.git.pushing import Pushed, PushEnd, create, delete, push, remember
from reconciler.git.remote import Remote
from reconciler.lockfile.codec import encode
from reconciler.lockfile.local_copy import LocalCopy
from reconciler.lockfile.merge import Merged
from reconciler.lockfile.model import Lockfile
from reconciler.lockfile.on_disk import decode_file
from reconciler.lockfile.publication import (
    Notes,
    Publication,
    PublicationEnd,
    message_of,
    not_pushed,
    not_taken,
    until_first,
)
from reconciler.lockfile.rejoining import Recorded
from reconciler.problems import Problem

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]|\.(?=\.|lock\Z|\Z)")


def aside_branch(environment: str) -> str:
    """The branch that takes an environment's lockfile where the server lets it go nowhere else.

    What git allows in no branch's name stands in it as its code.
    """
    return ASIDE + _NOT_IN_A_NAME.sub(lambda found: f"%{ord(found[0]):02X}", environment)


def publish_file(recorded: Recorded, remote: Remote, branch: str | None) -> Publication:
    """Bring the file here and the one at the branch's tip together, in both places. Only under the lock.

    Args:
        recorded: the lockfile, as the repository knows it.
        remote: where the branch is.
        branch: its name; None for the one checked out or, where that is a commit alone, the remote's own.

    Raises:
        InvalidInput: a lockfile can't be read, there is no such branch, or the remote can't be reached or
            took nothing.
        DiskFailure: a file could not be written.
    """
    name = branch or recorded.repository.current_branch() or remote.default_branch()
    if name is None or run_git(recorded.repository.root, "check-ref-format", f"refs/heads/{name}").code:
        raise InvalidInput(_no_branch(name, remote.name))
    return until_first(_Publishing(recorded, remote, name).attempt)


@dataclass(frozen=True, slots=True)
class _Tips:
    """What the remote has: the branch's tip, and that of the branch where something was set aside."""

    branch: str
    aside: str | None


@dataclass(frozen=True, slots=True)
class _Publishing:
    recorded: Recorded
    remote: Remote
    branch: str
    notes: Notes = field(default_factory=Notes)

    @property
    def aside(self) -> str:
        return aside_branch(self.recorded.environment.name)

    @property
    def copy(self) -> LocalCopy:
        return LocalCopy(self.recorded.environment)

    def attempt(self) -> Publication | None:
        tips = self._fetched()
        published = self.recorded.at(tips.branch, self.branch)
        data = self._together(tips, published)
        if data is None:
            return self._done(PublicationEnd.UP_TO_DATE, tips.branch)
        # What the file holds beyond the tip is ours to bring. If this process dies behind the push, the next
        # finds these very bytes in the branch's history, and knows that they are done.
        self.copy.replace(data, tips.branch)
        if decode_file(self.recorded.environment, data) == published:
            self._tidy(tips)
            return self._done(PublicationEnd.UP_TO_DATE, tips.branch)
        return self._push(tips, data)

    def _push(self, tips: _Tips, data: bytes) -> Publication | None:
        commit = self._commit([tips.branch], data)
        ended = push(self.remote, commit, self.branch)
        match ended.end:
            case PushEnd.OUTRUN:
                return None
            case PushEnd.FAILED:
                raise not_pushed(self.recorded.environment, self.branch, ended)
            case PushEnd.DECLINED:
                return self._set_aside(tips, data, commit, ended)
            case PushEnd.DONE:
                remember(self.remote, commit, self.branch, before=tips.branch)
                self.copy.replace(data, commit)
                self._tidy(tips)
                return self._done(PublicationEnd.PUBLISHED, commit)

    def _set_aside(self, tips: _Tips, data: bytes, commit: str, declined: Pushed) -> Publication | None:
        """Put it on the branch of the tool's own, where it is not there already."""
        if tips.aside is None:
            ended = create(self.remote, commit, self.aside)
        elif self.recorded.read(tips.aside) == data and self._fork(tips) == tips.branch:
            commit, ended = tips.aside, Pushed(PushEnd.DONE)
        else:
            # With the tip as its second parent, the next who takes it in sees what the tip knew already.
            commit = self._commit([tips.aside, tips.branch], data)
            ended = push(self.remote, commit, self.aside)
        if ended.end is PushEnd.OUTRUN:
            return None
        if ended.end is not PushEnd.DONE:
            error = not_taken if ended.end is PushEnd.DECLINED else not_pushed
            raise error(self.recorded.environment, f"{self.branch} and to {self.aside}", ended)
        remember(self.remote, commit, self.aside, before=tips.aside)
        self.copy.replace(data, commit)
        return self._done(PublicationEnd.SET_ASIDE, commit, declined.reason)

    def _fetched(self) -> _Tips:
        found = self.remote.fetch(self.branch, self.aside)
        if self.branch not in found:
            raise InvalidInput(_no_branch(self.branch, self.remote.name))
        return _Tips(found[self.branch], found.get(self.aside))

    def _together(self, tips: _Tips, published: Lockfile | None) -> bytes | None:
        """What all sides know, in the very bytes of the file here where that knows all; or None."""
        there = self._with_aside(tips, published)
        data = self.copy.read()
        if data is None:
            return None if there is None else encode(there)
        ours = decode_file(self.recorded.environment, data)
        base = self._base(data, tips.branch)
        merged = self.recorded.rejoin(
            ours,
            base,
            there,
            [tips.branch, *([tips.aside] if tips.aside else [])],
            since=base or self.recorded.repository.commit_of("HEAD"),
            aside=self.recorded.repository.commit_of(self.remote.tracking(self.aside)),
        )
        return data if self._noted(merged) == ours else encode(merged.lockfile)

    def _with_aside(self, tips: _Tips, published: Lockfile | None) -> Lockfile | None:
        found = self.recorded.at(tips.aside, self.aside) if tips.aside else None
        if tips.aside is None or found is None:
            return published
        merged = self.recorded.rejoin(
            found, self._fork(tips), published, [tips.branch], since=tips.aside, aside=tips.aside
        )
        return self._noted(merged)

    def _noted(self, merged: Merged) -> Lockfile:
        self.notes.take(merged)
        return merged.lockfile

    def _base(self, data: bytes, tip: str) -> str | None:
        """The commit that the file here was taken from.

        Where an earlier publishing wrote it, that is known. Else git did, and apply may have changed it: it
        began where the history that is checked out left the branch's. What was committed after that is news.
        """
        known = self.copy.base_of(data)
        if known is not None:
            return known
        head = self.recorded.repository.commit_of("HEAD")
        return self._ancestor(head, tip, self.branch) if head is not None else None

    def _fork(self, tips: _Tips) -> str | None:
        return self._ancestor(tips.aside, tips.branch, self.branch, self.aside) if tips.aside else None

    def _ancestor(self, one: str, other: str, *branches: str) -> str | None:
        """The newest common ancestor; a clone that was fetched in part may need the rest to tell."""
        repository = self.recorded.repository
        found = repository.common_ancestor(one, other)
        if found is None and repository.is_shallow():
            self.remote.fetch_whole_history(*branches)
            found = repository.common_ancestor(one, other)
        return found

    def _commit(self, parents: list[str], data: bytes) -> str:
        file = File(self.recorded.path, data)
        return commit_file(self.recorded.repository, parents, file, message_of(self.recorded.environment))

    def _tidy(self, tips: _Tips) -> None:
        """Delete the branch of what was set aside; where that fails, the next to publish does it."""
        if tips.aside is not None:
            delete(self.remote, tips.aside, self.aside)

    def _done(self, end: PublicationEnd, commit: str, reason: str = "") -> Publication:
        aside = self.aside if end is PublicationEnd.SET_ASIDE else ""
        return Publication(
            end,
            self.branch,
            self.remote.name,
            commit,
            aside,
            reason,
            conflicts=self.notes.conflicts,
            doubted=self.notes.doubted,
        )


def _no_branch(name: str | None, remote: str) -> Problem:
    if name is None:
        return Problem((f'No branch is checked out, and "{remote}" names none.',), ("Name it: --branch.",))
    return Problem(
        (f'There is no branch "{name}" at "{remote}".',), ("Push it first, or name another: --branch.",)
    )
