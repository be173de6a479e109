"""A lockfile that is published on a branch of its own, as `lockfile: {branch: NAME}` asks for.

It is read from what was last fetched, without network. A file in the work tree exists only from an apply to
its publishing, and counts as what it changed since it was taken from the branch.
"""

from dataclasses import dataclass

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.lockfile.codec import encode
from reconciler.lockfile.local_copy import LocalCopy
from reconciler.lockfile.merge import Merged
from reconciler.lockfile.model import Lockfile
from reconciler.lockfile.on_disk import decode_file
from reconciler.lockfile.reading import Reading, fetch_command, tracking_ref
from reconciler.lockfile.rejoining import Recorded
from reconciler.problems import Problem


@dataclass(frozen=True, slots=True)
class LockfileBranch:
    """One environment's lockfile on the branch `name`; several environments may share the branch."""

    recorded: Recorded
    name: str

    @classmethod
    def of(cls, environment: Environment, name: str) -> "LockfileBranch":
        """The branch, whether or not it was fetched.

        Raises:
            InvalidInput: the environment lies in no git repository, or there is no git.
        """
        return cls(Recorded.of(environment), name)

    @property
    def copy(self) -> LocalCopy:
        """The file in the work tree."""
        return LocalCopy(self.recorded.environment)

    @property
    def tip(self) -> str | None:
        """The commit that was last fetched, or None."""
        return self.recorded.repository.commit_of(tracking_ref(self.name))

    def fetched_tip(self) -> str:
        """The commit that was last fetched.

        Raises:
            InvalidInput: nothing was fetched of the branch; says how to.
        """
        tip = self.tip
        if tip is None:
            raise InvalidInput(self._not_fetched())
        return tip

    def read(self) -> Reading:
        """The published lockfile, with what the file here adds to it.

        Raises:
            InvalidInput: either can't be read or belongs elsewhere.
        """
        data = self.copy.read()
        tip = self.tip
        if tip is None:
            return Reading(None if data is None else self._decoded(data), unfetched=self.name)
        if data is None:
            return Reading(self.recorded.at(tip, self.name))
        merged = self._rejoined(data, tip)
        return Reading(merged.lockfile, conflicts=len(merged.conflicts))

    def check_out(self) -> Merged | None:
        """Bring the file here up to the branch, so that it can be written.

        Returns how file and branch were merged, None where there was no file.

        Raises:
            InvalidInput: as `read`; or nothing was fetched of the branch.
            DiskFailure: the file could not be written.
        """
        tip = self.fetched_tip()
        data = self.copy.read()
        if data is None:
            published = self.recorded.read(tip)
            if published is not None:
                self.recorded.at(tip, self.name)  # what can't be read must not be taken for a lockfile
                self.copy.replace(published, tip)
            return None
        merged = self._rejoined(data, tip)
        # An equal lockfile keeps its bytes.
        news = data if merged.lockfile == self._decoded(data) else encode(merged.lockfile)
        self.copy.replace(news, tip)
        return merged

    def _rejoined(self, data: bytes, tip: str) -> Merged:
        ours, theirs = self._decoded(data), self.recorded.at(tip, self.name)
        base = self.copy.base_of(data)
        return Merged(ours) if base == tip else self.recorded.rejoin(ours, base, theirs, [tip])

    def _decoded(self, data: bytes) -> Lockfile:
        return decode_file(self.recorded.environment, data)

    def _not_fetched(self) -> Problem:
        environment = self.recorded.environment.name
        return Problem(
            (f"The lockfile of {environment} is on the branch {self.name}, which is not fetched here.",),
            (
                f"Fetch it: `{fetch_command(self.name)}`. If it doesn't exist yet: ",
                f"`reconciler state publish {environment}` makes it. Nothing was changed.",
            ),
        )
