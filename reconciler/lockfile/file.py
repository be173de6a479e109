"""The lockfile's file in an environment's folder, and the commit that it comes from: its *base*.

Only the base shows what is new in a lockfile. A wrong base would turn members added by others into
removals, or bring back people that others removed. So it is recorded in `.reconciler/lockfile-base`, beside
the digest of its lockfile:

    branch reconciler-state
    sha256:… COMMIT

A commit on the fallback branch is followed by the one of the branch that it was made on.

Git, or a person, may replace the lockfile; its digest is another one then, and nothing is known of its
base. And two files can't be replaced at once: so a second line announces the new lockfile before it is
there, and the first line goes once it is. Whenever the machine stops, the digest tells which base it has.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import delete_file, display_path, prepare_working_folder, replace_file
from reconciler.lockfile.codec import decode, digest, encode
from reconciler.lockfile.model import Lockfile
from reconciler.problems import Location, Problem

_BRANCH = "branch "
_LINE = re.compile(r"sha256:[0-9a-f]{64}( [0-9a-f]{40,64}){1,2}")


class Base(NamedTuple):
    """Where a lockfile comes from.

    `commit` is the one that it was taken from, None if that isn't known: then nobody counts as removed.
    `ground` is the commit of the branch whose history it takes into account: the same one, or the one beneath
    a commit on the fallback branch. None if nothing is known of that history.
    """

    commit: str | None
    ground: str | None

    @classmethod
    def on(cls, commit: str | None) -> "Base":
        """A commit of the branch itself."""
        return cls(commit, commit)


class Content(NamedTuple):
    """What a file holds, in its own white space, and the lockfile that it says."""

    data: bytes
    lockfile: Lockfile

    @classmethod
    def of(cls, lockfile: Lockfile) -> "Content":
        """A lockfile as we write it."""
        return cls(encode(lockfile), lockfile)

    @classmethod
    def read(cls, data: bytes, environment: Environment, file: str) -> "Content":
        """What these bytes say; `file` is their path in problems.

        Raises:
            InvalidInput: they can't be read, or belong to another environment or target.
        """
        return cls(data, decode(data, environment=environment.name, target=environment.target, file=file))


def in_bytes_of(lockfile: Lockfile, *sides: Content | None) -> Content:
    """A lockfile in the bytes of the first side that says the same, else as we write it."""
    same = (side for side in sides if side is not None and side.lockfile == lockfile)
    return next(same, None) or Content.of(lockfile)


@dataclass(frozen=True, slots=True)
class LockfileFile:
    """One environment's. To change anything takes the environment's lock."""

    environment: Environment

    def read(self) -> Content | None:
        """What the file holds, or None where there is none.

        Raises:
            InvalidInput: it can't be read, or belongs to another environment or target.
        """
        path = self.environment.lockfile_path
        file = display_path(path)
        try:
            return Content.read(path.read_bytes(), self.environment, file)
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"The lockfile can't be read: {error.strerror}."
            raise InvalidInput(Problem((message,), location=Location(file))) from error

    def base_of(self, content: Content) -> Base | None:
        """Where this content, the file's, was taken from; None if it isn't known.

        Raises:
            InvalidInput: what was written down can't be read.
        """
        bases = self._bases()
        # An older version recorded the digest of the bytes, including their white space.
        as_bytes = f"sha256:{hashlib.sha256(content.data).hexdigest()}"
        return bases.get(digest(content.lockfile)) or bases.get(as_bytes)

    def noted_bases(self) -> tuple[str, ...]:
        """All commits that are written down, of this lockfile or of an earlier one.

        Raises:
            InvalidInput: what was written down can't be read.
        """
        return tuple(commit for base in self._bases().values() for commit in base if commit is not None)

    def write(self, lockfile: Lockfile) -> None:
        """Let the file hold this lockfile, which it was made into; its base stays.

        Raises:
            InvalidInput: the file, or what was written down, can't be read.
            DiskFailure: it was not replaced.
        """
        before = self.read()
        base = self.base_of(before) if before is not None else None
        if base is None:
            self._put(Content.of(lockfile), before)
        else:
            self.replace(Content.of(lockfile), base)

    def replace(self, content: Content, base: Base) -> None:
        """Let the file hold this, taken from there.

        Raises:
            InvalidInput: the file, or what was written down, can't be read.
            DiskFailure: it was not replaced.
        """
        before = self.read()
        if before is None or before.lockfile != content.lockfile:
            known = self.base_of(before) if before is not None else None
            old = {digest(before.lockfile): known} if before is not None and known is not None else {}
            self._note({**old, digest(content.lockfile): base})
        self._put(content, before)
        self._note({digest(content.lockfile): base})

    def drop(self) -> None:
        """Delete it, once all of it is published. First the lockfile: a base alone says nothing.

        Raises:
            DiskFailure: it could not be deleted.
        """
        for path in (self.environment.lockfile_path, self._path):
            if path.exists():
                delete_file(path)

    def _put(self, content: Content, before: Content | None) -> None:
        """Replace the file, unless it says the same: white space alone is no reason to write."""
        if before is not None and before.lockfile == content.lockfile:
            return
        folder = self.environment.working_folder
        prepare_working_folder(folder)
        replace_file(self.environment.lockfile_path, content.data, temporary_folder=folder)

    @property
    def _path(self) -> Path:
        return self.environment.working_folder / "lockfile-base"

    @property
    def _head(self) -> str:
        """The line of the branch that the bases are on; what was noted for another one says nothing here."""
        branch = self.environment.lockfile_branch
        return f"{_BRANCH}{branch}\n" if branch is not None else ""

    def _bases(self) -> Mapping[str, Base]:
        """Where lockfiles were taken from, by their digests."""
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
        if not is_ours:
            return {}
        noted = [line.split() for line in bases]
        return {state: Base(commits[0], commits[-1]) for state, *commits in noted}

    def _note(self, bases: Mapping[str, Base]) -> None:
        lines = ((state, *dict.fromkeys(base)) for state, base in bases.items())
        text = self._head + "".join(" ".join(filter(None, line)) + "\n" for line in lines)
        if self._path.is_file() and self._path.read_bytes() == text.encode():
            return
        prepare_working_folder(self.environment.working_folder)
        replace_file(self._path, text.encode())

    def _unreadable(self) -> Problem:
        return Problem(
            ("This file can't be read; it names the commit that the lockfile beside it was taken from.",),
            (
                "Move it away: then nobody in this lockfile or the published one counts as removed, ",
                "and `reconciler state rm` drops those who should be gone.",
            ),
            Location(display_path(self._path)),
        )
