"""A lockfile that was taken from a commit, rejoined with the one that stands at a later commit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.git.repository import Repository
from reconciler.lockfile.codec import decode, decode_any
from reconciler.lockfile.merge import Merged, merge, news, without_proof
from reconciler.lockfile.model import Lockfile
from reconciler.problems import Location, Problem


@dataclass(frozen=True, slots=True)
class Recorded:
    """One environment's lockfile as a repository has recorded it; `path` is its place from the root."""

    environment: Environment
    repository: Repository
    path: str

    @classmethod
    def of(cls, environment: Environment) -> "Recorded":
        """The lockfile beside `environment.yaml`, in whichever commit.

        Raises:
            InvalidInput: the environment lies in no git repository, or there is no git.
        """
        repository = Repository.around(environment.folder)
        return cls(environment, repository, repository.path_of(environment.lockfile_path))

    def read(self, commit: str) -> bytes | None:
        """The file's bytes in a commit, or None where it isn't in it."""
        return self.repository.read(commit, self.path)

    def at(self, commit: str, label: str) -> Lockfile | None:
        """The environment's lockfile in a commit, or None; `label` names the commit in problems.

        Raises:
            InvalidInput: it can't be read, or belongs to another environment or target.
        """
        data = self.read(commit)
        if data is None:
            return None
        environment = self.environment
        file = f"{label}:{self.path}"
        return decode(data, environment=environment.name, target=environment.target, file=file)

    def rejoin(
        self,
        ours: Lockfile,
        base: str | None,
        theirs: Lockfile | None,
        tips: Sequence[str],
        *,
        since: str | None = None,
        aside: str | None = None,
    ) -> Merged:
        """What both know together.

        A lockfile that was at the tip's place just as it is, at any time since its base, has nothing to add:
        it was published then, and what is different now, others have decided since. And a member of ours of
        whom the tip says nothing may have been recorded and removed by others since the base: then what we
        proved may be over, and they are `unconfirmed`. So they are where that history can't be read in full.

        Args:
            ours: the lockfile here.
            base: the commit that `ours` was taken from, None where nobody knows.
            theirs: the lockfile at the tips, None where there is none; then nothing counts as removed.
            tips: the commits whose history led to `theirs`; the first is that of the branch.
            since: the commit whose history `ours` takes into account, None where that is the base.
            aside: the commit last known of the branch where lockfiles are set aside.

        Raises:
            InvalidInput: the base isn't in this clone, or can't be read; or the two are of different panels.
        """
        if theirs is None or ours == theirs:
            return Merged(ours)
        if base is not None and self.repository.commit_of(base) is None:
            raise InvalidInput(self._lost(base))
        before = self._any_at(base)
        seen = since or base
        unknown = news(before, ours, theirs)
        is_whole = seen is None or self._is_continued(seen, tips[0], aside)
        versions = self.repository.versions(self.path, tips, [seen] if seen is not None else [])
        was_published, recorded = self._look_back(ours, unknown, versions)
        if was_published:
            return Merged(theirs)
        merged = merge(before, ours, theirs)
        return without_proof(merged, unknown if recorded is None or not is_whole else recorded)

    def _look_back(
        self, ours: Lockfile, unknown: frozenset[str], versions: Iterable[str] | None
    ) -> tuple[bool, frozenset[str] | None]:
        """Whether `ours` is one of these blobs, and which of the unknown they hold; None: can't be told."""
        recorded: frozenset[str] = frozenset()
        is_whole = versions is not None
        for blob in versions or ():
            if set(blob) == {"0"}:  # a deletion
                continue
            version = self._version(blob)
            if version == ours:
                return True, None
            if version is None:
                is_whole = False
            else:
                recorded |= {key for key in unknown if version.entry(key) is not None}
        return False, recorded if is_whole else None

    def _is_continued(self, since: str, tip: str, aside: str | None) -> bool:
        """Whether the branch goes on from this commit, so that its history wasn't rewritten since.

        What was set aside is made on top of the branch, as its last parent, and never becomes part of it.
        """
        git = self.repository
        if git.is_ancestor(since, tip) or aside is None or not git.is_ancestor(since, aside):
            return git.is_ancestor(since, tip)
        return any(git.is_ancestor(ground, tip) for ground in git.parents(since)[-1:])

    def _version(self, blob: str) -> Lockfile | None:
        """A lockfile of earlier, whatever it belongs to; None where it can't be read."""
        data = self.repository.content(blob)
        try:
            return None if data is None else decode_any(data, file=blob)
        except InvalidInput:
            return None

    def _any_at(self, commit: str | None) -> Lockfile | None:
        """The lockfile in a commit, whatever it belongs to."""
        data = self.read(commit) if commit is not None else None
        return None if data is None else decode_any(data, file=f"{commit}:{self.path}")

    def _lost(self, base: str) -> Problem:
        return Problem(
            (f"The lockfile here was taken from commit {base[:12]}, which this clone doesn't have.",),
            ("What changed since can't be told without it. Fetch it: `git fetch --unshallow`.",),
            Location(display_path(self.environment.lockfile_path)),
        )
