"""Commits made from content alone: objects are added to the repository, and nothing else is touched.

No checkout: neither the work tree, nor the index, nor HEAD is read or written.
"""

import os
from collections.abc import Sequence
from typing import NamedTuple

from reconciler.files import temporary_folder
from reconciler.git.command import Done, run_git
from reconciler.git.failure import failure
from reconciler.git.repository import Repository

_NOBODY = {"NAME": "Reconciler", "EMAIL": "reconciler@localhost"}


class File(NamedTuple):
    """A file's place from the repository's root, with forward slashes, and what it holds."""

    path: str
    content: bytes


def commit_file(repository: Repository, parents: Sequence[str], file: File, message: str) -> str:
    """Make a commit that changes one file, on no branch yet; returns its name.

    Args:
        repository: where it is made.
        parents: its parents; all other files are as in the last of them. Without parents there are none.
        file: the one that it changes.
        message: what the commit says.

    Raises:
        InvalidInput: git could not.
    """
    blob = blob_of(repository, file.content, keep=True)
    tree = _tree(repository, parents, f"100644,{blob},{file.path}")
    named = [word for parent in parents for word in ("-p", parent)]
    words = ("commit-tree", tree, *named, "-F", "-")
    return _sure(repository, *words, stdin=message.encode(), variables=_identity(repository)).text


def blob_of(repository: Repository, content: bytes, *, keep: bool = False) -> str:
    """The name that git has for this content; `keep` puts it into the repository."""
    return _sure(repository, "hash-object", *(["-w"] if keep else []), "--stdin", stdin=content).text


def _tree(repository: Repository, parents: Sequence[str], entry: str) -> str:
    """The tree of the last parent with one entry changed, made in an index of its own."""
    with temporary_folder() as folder:
        variables = {"GIT_INDEX_FILE": str(folder / "index")}
        _sure(repository, "read-tree", *(parents[-1:] or ["--empty"]), variables=variables)
        _sure(repository, "update-index", "--add", "--cacheinfo", entry, variables=variables)
        # In a partial clone the other files need not be here: they are in the parent, which is at the remote.
        return _sure(repository, "write-tree", "--missing-ok", variables=variables).text


def _identity(repository: Repository) -> dict[str, str]:
    """Who commits, where git's settings don't say: the tool, and nothing guessed of the machine."""
    known = run_git(repository.root, "config", "--get-regexp", r"^(user|author|committer)\.(name|email)$")
    settings = {line.partition(" ")[0] for line in known.text.splitlines()}
    return {
        f"GIT_{role}_{part}": default
        for role in ("AUTHOR", "COMMITTER")
        for part, default in _NOBODY.items()
        if f"GIT_{role}_{part}" not in os.environ
        and not settings & {f"user.{part.lower()}", f"{role.lower()}.{part.lower()}"}
    }


def _sure(
    repository: Repository, *arguments: str, stdin: bytes = b"", variables: dict[str, str] | None = None
) -> Done:
    done = run_git(repository.root, *arguments, stdin=stdin, variables=variables)
    if done.code:
        raise failure(f"No commit could be made: `git {arguments[0]}` failed.", done)
    return done
