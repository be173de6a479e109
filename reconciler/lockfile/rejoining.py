"""A lockfile that was taken from a commit, rejoined with the one that stands at a later commit."""

from dataclasses import dataclass

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.git.repository import Repository
from reconciler.lockfile.codec import decode, decode_any
from reconciler.lockfile.merge import Merged, merge
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
        self, data: bytes, base: str | None, ours: Lockfile, tip: str, theirs: Lockfile | None
    ) -> Merged:
        """What both know together.

        A lockfile that stood at the tip's place just as it is, at any time since its base, has nothing to
        add: it was published then, and what is different now, others have decided since.

        Args:
            data: the bytes of `ours`.
            base: the commit that `ours` was taken from, None where nobody knows.
            ours: the lockfile here.
            tip: the commit in whose history `theirs` stands.
            theirs: the lockfile there, None where there is none; then nothing counts as removed.

        Raises:
            InvalidInput: the base isn't in this clone, or can't be read; or the two are of different panels.
        """
        if theirs is None:
            return Merged(ours, ())
        if base is not None and self.repository.commit_of(base) is None:
            raise InvalidInput(self._lost(base))
        if self.repository.has_held(self.path, data, base, tip):
            return Merged(theirs, ())
        return merge(self._any_at(base), ours, theirs)

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
