"""Publishing a lockfile on a branch of its own."""

from dataclasses import dataclass, field

from reconciler.git.commits import File, commit_file
from reconciler.git.pushing import PushEnd, create, push, remember
from reconciler.git.remote import Remote
from reconciler.lockfile.branch import LockfileBranch
from reconciler.lockfile.codec import encode
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


def publish_on_branch(line: LockfileBranch, remote: Remote) -> Publication:
    """Publish what the file here adds to the branch, and delete the file. Only under the lock.

    A branch that the remote doesn't have is made: from what was last fetched of it, so that a branch deleted
    by mistake comes back whole, or with this lockfile alone, and an empty one where there is none.

    Raises:
        InvalidInput: a lockfile can't be read, or the remote can't be reached or took nothing.
        DiskFailure: a file could not be written.
    """
    return until_first(_Publishing(line, remote).attempt)


@dataclass(frozen=True, slots=True)
class _Publishing:
    line: LockfileBranch
    remote: Remote
    notes: Notes = field(default_factory=Notes)

    def attempt(self) -> Publication | None:
        is_there = self.line.name in self.remote.fetch(self.line.name)
        tip = self.line.tip
        if tip is not None:
            # From here on the file is the very content that is published. If this process dies before the
            # file is deleted, the next one finds it in the branch's history, and knows that it is done.
            self.notes.take(self.line.check_out())
        commit = self._commit(tip)
        if is_there and commit == tip:
            return self._finished(PublicationEnd.UP_TO_DATE, commit)
        ended = (push if is_there else create)(self.remote, commit, self.line.name)
        if ended.end is PushEnd.OUTRUN:
            return None
        if ended.end is not PushEnd.DONE:
            error = not_taken if ended.end is PushEnd.DECLINED else not_pushed
            raise error(self.line.recorded.environment, self.line.name, ended)
        remember(self.remote, commit, self.line.name, before=tip)
        return self._finished(PublicationEnd.PUBLISHED, commit)

    def _commit(self, tip: str | None) -> str:
        """The commit that the branch should be at: its tip, where the file here adds nothing to it."""
        recorded = self.line.recorded
        data = self.line.copy.read()
        if tip is not None and (data is None or self._is_published(data, tip)):
            return tip
        environment = recorded.environment
        if data is None:
            data = encode(Lockfile(environment.name, environment.target))
        else:
            decode_file(environment, data)  # what can't be read must not be published
        parents = [] if tip is None else [tip]
        return commit_file(recorded.repository, parents, File(recorded.path, data), message_of(environment))

    def _is_published(self, data: bytes, tip: str) -> bool:
        recorded = self.line.recorded
        return decode_file(recorded.environment, data) == recorded.at(tip, self.line.name)

    def _finished(self, end: PublicationEnd, commit: str) -> Publication:
        self.line.copy.drop()
        recorded = self.line.recorded
        return Publication(
            end,
            self.line.name,
            self.remote.name,
            commit,
            conflicts=self.notes.conflicts,
            doubted=self.notes.doubted,
            is_tracked=recorded.repository.is_tracked(recorded.path),
        )
