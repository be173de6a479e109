"""The lockfile in the work tree, and the commit that it was taken from: its *base*.

What is new in a lockfile is only known over its base. A wrong one would turn what others added into
removals, or bring back whom they removed. So it is written down, in `.reconciler/lockfile-base`, beside the
digest of the lockfile that it is the base of:

    branch reconciler-state
    sha256:… COMMIT

Somebody else may replace the lockfile, git above all; its digest is another one then, and nothing is known
of its base. And two files can't be replaced at once: so a second line announces the new lockfile before it
is there, and the first line goes once it is. Whenever the machine dies, the digest tells which base it has.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import delete_file, display_path, prepare_working_folder, replace_file
from reconciler.lockfile.on_disk import read_bytes, write_bytes
from reconciler.problems import Location, Problem

_BRANCH = "branch "
_LINE = re.compile(r"sha256:[0-9a-f]{64} [0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True)
class LocalCopy:
    """One environment's. To change anything takes the environment's lock."""

    environment: Environment

    def read(self) -> bytes | None:
        """The lockfile's bytes, or None where there is none.

        Raises:
            InvalidInput: it can't be read.
        """
        return read_bytes(self.environment)

    def base_of(self, data: bytes) -> str | None:
        """The commit that these bytes, the lockfile's, were taken from; None where nobody knows.

        Raises:
            InvalidInput: what was written down can't be read.
        """
        return self._bases().get(_digest(data))

    def noted_bases(self) -> tuple[str, ...]:
        """All commits that are written down, of this lockfile or of an earlier one.

        Raises:
            InvalidInput: what was written down can't be read.
        """
        return tuple(self._bases().values())

    def write(self, data: bytes) -> None:
        """Let the lockfile be these bytes, what it was made into; its base stays.

        Raises:
            InvalidInput: what was written down can't be read.
            DiskFailure: it was not replaced.
        """
        before = self.read() if self._path.exists() else None
        base = self.base_of(before) if before is not None else None
        if base is None:
            write_bytes(self.environment, data)
        else:
            self.replace(data, base)

    def replace(self, data: bytes, base: str) -> None:
        """Let the lockfile be these bytes, taken from this commit.

        Raises:
            InvalidInput: what was written down can't be read.
            DiskFailure: it was not replaced.
        """
        before = self.read()
        if before != data:
            known = self.base_of(before) if before is not None else None
            old = {_digest(before): known} if before is not None and known is not None else {}
            self._note({**old, _digest(data): base})
            write_bytes(self.environment, data)
        self._note({_digest(data): base})

    def drop(self) -> None:
        """Delete it, once all of it is published. First the lockfile: a base alone says nothing.

        Raises:
            DiskFailure: it could not be deleted.
        """
        for path in (self.environment.lockfile_path, self._path):
            if path.exists():
                delete_file(path)

    @property
    def _path(self) -> Path:
        return self.environment.working_folder / "lockfile-base"

    @property
    def _head(self) -> str:
        """The line of the branch that the bases are on; what was noted for another one says nothing here."""
        branch = self.environment.lockfile_branch
        return f"{_BRANCH}{branch}\n" if branch is not None else ""

    def _bases(self) -> Mapping[str, str]:
        """The commits that lockfiles were taken from, by their digests."""
        try:
            text = self._path.read_text(encoding="ascii")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise InvalidInput(self._unreadable()) from None
        lines = text.splitlines()
        bases = [line for line in lines if not line.startswith(_BRANCH)]
        if not all(_LINE.fullmatch(line) for line in bases):
            raise InvalidInput(self._unreadable())
        is_ours = text == self._head + "".join(f"{line}\n" for line in bases)
        return dict(line.split() for line in bases) if is_ours else {}

    def _note(self, bases: Mapping[str, str]) -> None:
        text = self._head + "".join(f"{digest} {base}\n" for digest, base in bases.items())
        if self._path.is_file() and self._path.read_bytes() == text.encode():
            return
        prepare_working_folder(self.environment.working_folder)
        replace_file(self._path, text.encode())

    def _unreadable(self) -> Problem:
        return Problem(
            ("This file can't be read; it names the commit that the lockfile beside it was taken from.",),
            (
                "Move it away: then nobody whom this lockfile or the published one names counts as removed, ",
                "and `reconciler state rm` drops whoever should be gone.",
            ),
            Location(display_path(self._path)),
        )


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
