"""Git itself, run as a process: what it inherits, how long it may take, and what it says when it fails.

No argument goes through a shell. What is shown of its messages never holds a password or token from an
address.
"""

import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconciler.errors import InvalidInput
from reconciler.problems import Problem

if TYPE_CHECKING:
    import subprocess

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

# Git's messages are read here, so they must be in one language; and nothing can answer a prompt.
_STEADY = {"LC_ALL": "C.UTF-8", "LANGUAGE": "", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}

WITHHELD: ContextVar[Callable[[], frozenset[str]]] = ContextVar("WITHHELD", default=frozenset)
"""Gives the names of the variables that git, and with it hooks and filters, must not inherit: the secrets."""

NETWORK_SECONDS = 300.0
"""How long a command may take that talks to a remote."""

_KEYS = "QUESTIONPRO_"  # as keys' variables are usually named, also those of other panels


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
    folder: Path,
    *arguments: str,
    stdin: bytes = b"",
    variables: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> Done:
    """Run `git ARGUMENTS` in a folder and wait for its end; a failure is an answer like any other.

    Args:
        folder: where git works.
        arguments: the command's words.
        stdin: what it reads.
        variables: environment variables beside those that are inherited.
        seconds: how long it may take, None for no limit. After that it is stopped, and has failed.

    Raises:
        InvalidInput: there is no git on this machine.
    """
    import subprocess  # noqa: PLC0415 - most plans never run git

    # Its helpers hold on to connections, so git is stopped with all of its group. On a terminal it stays in
    # ours: ssh may ask there for a passphrase.
    is_group = seconds is not None and not (sys.stdin and sys.stdin.isatty())
    try:
        process = subprocess.Popen(  # noqa: S603 - a fixed program, and words that never meet a shell
            ["git", *arguments],  # noqa: S607 - git is wherever PATH says
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**_inherited(), **_STEADY, **(variables or {})},
            start_new_session=is_group,
        )
    except FileNotFoundError as error:
        raise InvalidInput(
            Problem(("This needs git, and there is none on this machine.",), ("Install git.",))
        ) from error
    with process:
        try:
            out, err = process.communicate(stdin, seconds)
        except subprocess.TimeoutExpired:
            _kill(process, is_group=is_group)
            return Done(1, b"", f"no answer within {seconds:g} s, so the command was stopped")
        except BaseException:
            _kill(process, is_group=is_group)
            raise
    return Done(process.returncode, out, err.decode(errors="replace").strip())


def _kill(process: "subprocess.Popen[bytes]", *, is_group: bool) -> None:
    if is_group:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _inherited() -> dict[str, str]:
    """The environment of this process without secrets, and without what hooks set."""
    left_out = _OF_A_HOOK | WITHHELD.get()()
    return {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith(_KEYS)
    }


# What git says when it fails, made fit to be shown.


_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
_REMOTE = re.compile(r"^remote: ?", re.MULTILINE)
_MOST_LINES = 6
_MOST_CHARACTERS = 300


def failure(what: str, done: Done, *hint: str) -> InvalidInput:
    """The error for a git command that must succeed; `what` is the sentence before git's own message."""
    return InvalidInput(Problem((what, " ", said(done)), (" ".join(hint),) if hint else ()))


def said(done: Done) -> str:
    """Git's own words on standard error, on one line."""
    text = " ".join(_shown(done.err.splitlines()))
    return f"Git says: {text}" if text else f"Git ended with code {done.code}."


def said_by_server(done: Done) -> str:
    """The message of the remote's server, on one line; empty if there is none.

    Source: git prints what comes from there behind `remote: `; GitHub numbers its reasons, GH006, GH013.
    """
    lines = [line for line in done.err.splitlines() if line.startswith("remote:")]
    return " ".join(_shown(lines))


def _shown(lines: list[str]) -> list[str]:
    """The first lines with text; a server may send pages, with the reason at the top."""
    bare = (_CREDENTIALS.sub("", _REMOTE.sub("", line)).strip(" -*=#") for line in lines)
    return [line[:_MOST_CHARACTERS] for line in bare if line][:_MOST_LINES]
