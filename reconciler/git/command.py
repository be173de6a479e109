"""Git itself, run as a process; nothing that it is told or says goes through a shell."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import InvalidInput
from reconciler.problems import Problem

# A hook, or `git rebase --exec`, runs its commands with these set, for the folder and the index that it is
# about. Here they would make another folder the top of the work tree.
_OF_A_HOOK = frozenset(
    {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_COMMON_DIR",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_NAMESPACE",
    }
)

# What git says is read here, so it must be said in one language; and nobody sits there to be asked.
_STEADY = {"LC_ALL": "C.UTF-8", "LANGUAGE": "", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


class Done(NamedTuple):
    """How a git command ended: its exit code, its standard output, its words on standard error."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text, without the line end behind it."""
        return self.out.decode(errors="surrogateescape").rstrip("\n")


def run_git(
    folder: Path, *arguments: str, stdin: bytes = b"", variables: Mapping[str, str] | None = None
) -> Done:
    """Run `git ARGUMENTS` in a folder and wait for its end; a failure is an answer like any other.

    Args:
        folder: where git works.
        arguments: the command's words.
        stdin: what it reads.
        variables: environment variables beside the process's own.

    Raises:
        InvalidInput: there is no git on this machine.
    """
    import subprocess  # noqa: PLC0415 - most plans never run git

    inherited = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    environ = {**inherited, **_STEADY, **(variables or {})}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, and words that never meet a shell
            ["git", *arguments],  # noqa: S607 - git is wherever PATH says
            cwd=folder,
            input=stdin,
            capture_output=True,
            env=environ,
            check=False,
        )
    except FileNotFoundError as error:
        raise InvalidInput(
            Problem(("This needs git, and there is none on this machine.",), ("Install git.",))
        ) from error
    return Done(done.returncode, done.stdout, done.stderr.decode(errors="replace").strip())
