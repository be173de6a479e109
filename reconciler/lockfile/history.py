"""What git recorded of a lockfile, and what that says about the one here. No clock decides anything.

*Absent in both* doesn't mean *never there*: a member may have been added and removed in between, which
leaves no trace in the files. So a merge looks at the versions in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.git.repository import Repository
from reconciler.lockfile.codec import decode_any
from reconciler.lockfile.file import Base, Content, in_bytes_of
from reconciler.lockfile.merge import Merged, merge, news, without_proof
from reconciler.lockfile.model import Lockfile
from reconciler.problems import Location, Problem


@dataclass(frozen=True, slots=True)
class History:
    """One environment's lockfile as a repository has recorded it; `path` is its place from the root."""

    environment: Environment
    repository: Repository
    path: str

    @classmethod
    def of(cls, environment: Environment) -> "History":
        """The lockfile beside `environment.yaml`, in whichever commit.

        Raises:
            InvalidInput: the environment is in no git repository, or there is no git.
        """
        repository = Repository.around(environment.folder)
        return cls(environment, repository, repository.path_of(environment.lockfile_path))

    def at(self, commit: str, label: str) -> Content | None:
        """The lockfile in a commit, or None; `label` names the commit in problems.

        Raises:
            InvalidInput: it can't be read, or belongs to another environment or target.
        """
        data = self.repository.read(commit, self.path)
        return None if data is None else Content.read(data, self.environment, f"{label}:{self.path}")

    def merge(self, ours: Lockfile, base: Base, theirs: Lockfile | None, tips: Sequence[str]) -> Merged:
        """A three-way merge, with a look at the history between base and tips.

        A lockfile that was recorded just as it is since its base has nothing to add: it was published then,
        and what is different now, others have decided since. And if a member is new in ours and absent in
        theirs, others may have recorded and removed them since the base; then what we proved may be over, and
        they become `unconfirmed`. So they do where that history can't be read in full.

        Args:
            ours: the lockfile here.
            base: where `ours` comes from.
            theirs: the lockfile at the tips, None where there is none.
            tips: the commits whose history led to `theirs`; the first is that of the branch.

        Raises:
            InvalidInput: the base isn't in this clone, or can't be read; or the two are of different panels.
        """
        if theirs is None or ours == theirs:
            return Merged(ours)
        if base.commit is not None and self.repository.commit_of(base.commit) is None:
            raise InvalidInput(self._lost(base.commit))
        before = self._any_at(base.commit)
        unknown = news(before, ours, theirs)
        recorded: frozenset[str] = frozenset()
        since = [commit for commit in base if commit is not None]
        versions = self.repository.versions(self.path, tips, since)
        # A branch that doesn't go on from its former commit was rewritten.
        is_whole = base.ground is None or self.repository.is_ancestor(base.ground, tips[0])
        for version in map(self._version, versions or ()):
            if version == ours:
                return Merged(theirs)
            is_whole = is_whole and version is not None
            recorded |= {key for key in unknown if version is not None and version.section(key) is not None}
        is_whole = is_whole and versions is not None
        return without_proof(merge(before, ours, theirs), recorded if is_whole else unknown)

    def with_fallback(
        self, published: Content | None, tip: str | None, fallback: str | None
    ) -> tuple[Content | None, Merged | None]:
        """What the branch and the fallback branch say together, and how they were merged; None: they weren't.

        Args:
            published: the lockfile at the branch's tip.
            tip: that tip; None where there is no branch yet.
            fallback: the fallback branch's tip; None where there is none.
        """
        found = self.at(fallback, self.environment.fallback_branch) if fallback is not None else None
        if fallback is None or found is None:
            return published, None
        fork = self.repository.common_ancestor(fallback, tip) if tip is not None else None
        theirs = published.lockfile if published is not None else None
        base = Base(fork, self.ground_of(fallback))
        merged = self.merge(found.lockfile, base, theirs, [tip] if tip is not None else [])
        return in_bytes_of(merged.lockfile, found, published), merged

    def ground_of(self, fallback: str) -> str | None:
        """The commit of the branch that one of the fallback branch was made on: its last parent."""
        parents = self.repository.parents(fallback)
        return parents[-1] if parents else None

    def _any_at(self, commit: str | None) -> Lockfile | None:
        """The lockfile in a commit, even of another panel."""
        data = self.repository.read(commit, self.path) if commit is not None else None
        return None if data is None else decode_any(data, file=f"{commit}:{self.path}")

    def _version(self, blob: str) -> Lockfile | None:
        """An earlier lockfile, even of another panel, or an empty one if it was deleted; None: unreadable."""
        if set(blob) == {"0"}:
            return Lockfile("", "")
        data = self.repository.content(blob)
        try:
            return None if data is None else decode_any(data, file=blob)
        except InvalidInput:
            return None

    def _lost(self, base: str) -> Problem:
        return Problem(
            (f"The lockfile here was taken from commit {base[:12]}, which this clone doesn't have.",),
            ("Without it, later changes can't be found. Fetch it: `git fetch --unshallow`.",),
            Location(display_path(self.environment.lockfile_path)),
        )
