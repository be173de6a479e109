"""A repository as it is read: other commits' files, what differs from them here, who wrote a line.

Never the network.
"""

import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import InvalidInput
from reconciler.files import display_path, temporary_folder
from reconciler.git.process import Done, failure, run_git, said
from reconciler.problems import Location, Problem

# Part of a split index would be written into the repository itself.
_WHOLE_INDEX = ("-c", "core.splitIndex=false")
_SHALLOW_HINT = "In a workflow, let actions/checkout fetch all of it: fetch-depth: 0."


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository around some folder; `root` is the top of its work tree."""

    root: Path

    @classmethod
    def around(cls, folder: Path) -> "Repository":
        """The repository that holds this folder.

        Raises:
            InvalidInput: there is none, or no git.
        """
        done = run_git(folder, "rev-parse", "--show-toplevel")
        if done.code:
            raise InvalidInput(_no_repository(folder, done))
        return cls(Path(done.text))

    @classmethod
    def find(cls, folder: Path) -> "Repository | None":
        """The repository that holds this folder; None where no folder above it is one.

        Raises:
            InvalidInput: there is one, and git is missing or refuses to read it.
        """
        whole = folder.resolve()
        is_in_one = any((above / ".git").exists() for above in (whole, *whole.parents))
        return cls.around(folder) if is_in_one else None

    def path_of(self, path: Path) -> str:
        """A file's path as git names it: from the root, with forward slashes.

        Raises:
            InvalidInput: it lies outside of the repository.
        """
        # A link is a file of its own to git, so the last part stays; but ".." is no name of anything.
        whole = path.resolve() if path.name in {"", ".."} else path.parent.resolve() / path.name
        root = self.root.resolve()
        if not whole.is_relative_to(root):
            outside = ("This lies outside of the git repository.",)
            raise InvalidInput(Problem(outside, location=Location(display_path(path))))
        return whole.relative_to(root).as_posix()

    def commit_of(self, ref: str) -> str | None:
        """The name of a ref's commit, or None."""
        done = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        return done.text if done.code == 0 else None

    def merge_base(self, ref: str) -> str:
        """The commit at which HEAD left the history of `ref`.

        Raises:
            InvalidInput: there is no such ref, or no common history here.
        """
        commit = self.commit_of(ref)
        if commit is None:
            unknown = (f'git knows no "{ref}" here.',)
            raise InvalidInput(Problem(unknown, (f"Fetch it first. {_SHALLOW_HINT}",)))
        base = self.common_ancestor(commit, "HEAD")
        if base is None:
            apart = (f'"{ref}" and what is checked out have no common history here.',)
            raise InvalidInput(Problem(apart, (_SHALLOW_HINT,)))
        return base

    def read(self, commit: str, path: str) -> bytes | None:
        """A file's content in a commit, or None where it isn't in it."""
        return self.content(f"{commit}:{path}")

    def common_ancestor(self, one: str, other: str) -> str | None:
        """The newest commit in the history of both, or None where none is here."""
        done = self._git("merge-base", one, other)
        return done.text if done.code == 0 else None

    def is_shallow(self) -> bool:
        """Whether only the newest commits were fetched."""
        return self.must("rev-parse", "--is-shallow-repository").text == "true"

    def current_branch(self) -> str | None:
        """The branch that is checked out, or None where it is a commit alone."""
        done = self._git("symbolic-ref", "--quiet", "HEAD")
        return done.text.removeprefix("refs/heads/") if done.code == 0 else None

    def is_tracked(self, path: str) -> bool:
        """Whether a file is in the index, and so in what is committed next."""
        return bool(self.must("ls-files", "-z", "--full-name", "--", f":(top,literal){path}").out)

    def roots(self, commit: str) -> list[str]:
        """The commits in the history of this one that have no parent, as far as it is here."""
        return self._git("rev-list", "--max-parents=0", commit).text.split()

    def is_ancestor(self, one: str, other: str) -> bool:
        """Whether a commit is in the history of another one, or is that one; False where git can't tell."""
        return self._git("merge-base", "--is-ancestor", one, other).code == 0

    def versions(self, path: str, tips: Iterable[str], since: Iterable[str] = ()) -> list[str] | None:
        """What a file came to hold in the history of `tips`, without what was in that of `since`.

        Returns blobs by their names, each once, the newest first; a deletion is a name of zeros alone. None
        where this clone lacks a part of that history.
        """
        span = [*tips, "--not", *since]
        # All sides of each merge, since one that the merge passed over counts too.
        listed = self._git("--literal-pathspecs", "rev-list", "--full-history", *span, "--", path)
        if listed.code or self._lacks_part_of(span):
            return None
        options = ("--stdin", "-m", "--root", "-r", "--raw", "--no-abbrev", "--no-renames", "--no-commit-id")
        changed = self.must("--literal-pathspecs", "diff-tree", *options, "--", path, stdin=listed.out)
        return list(dict.fromkeys(line.split()[3] for line in changed.text.split("\n") if line[:1] == ":"))

    def content(self, blob: str) -> bytes | None:
        """What a blob holds, by its name or by a file's place in a commit; None where it isn't here."""
        done = self._git("cat-file", "blob", blob)
        return done.out if done.code == 0 else None

    def parents(self, commit: str) -> list[str]:
        """The parents of a commit, in order; none where git can't tell."""
        return self._git("rev-list", "--no-walk", "--parents", commit, "--").text.split()[1:]

    def changed_by(self, commit: str) -> list[str]:
        """The paths of all files that a commit has otherwise than its last parent, or at all without one."""
        parents = self.parents(commit)
        if parents:
            return sorted(self.changed_between(parents[-1], commit))
        return _names(self.must("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit))

    def subject(self, commit: str) -> str:
        """The first line of a commit's message."""
        return self.must("log", "--max-count=1", "--format=%s", commit, "--").text

    def _lacks_part_of(self, span: list[str]) -> bool:
        """Whether a shallow clone was cut within these commits."""
        if not self.is_shallow():
            return False
        file = self.root / self.must("rev-parse", "--git-path", "shallow").text
        cut = file.read_text(encoding="ascii").split()
        listed = self._git("rev-list", *span)
        return listed.code != 0 or not set(cut).isdisjoint(listed.text.split())

    def changed_since(self, commit: str) -> frozenset[str]:
        """The paths of all files that differ between a commit and the work tree, new ones among them."""
        words = ("diff", "--name-only", "--no-renames", "-z", "--no-ext-diff", commit, "--")
        with self._index_apart() as variables:
            changed = self.must(*_WHOLE_INDEX, *words, variables=variables)
        new = self.must("ls-files", "--others", "--exclude-standard", "-z", "--full-name")
        return frozenset(_names(changed) + _names(new))

    def changed_between(self, commit: str, later: str) -> frozenset[str]:
        """The paths of all files that differ between two commits."""
        done = self.must("diff", "--name-only", "--no-renames", "-z", "--no-ext-diff", commit, later, "--")
        return frozenset(_names(done))

    def export(self, commit: str, folder: str, into: Path) -> None:
        """Write the files below a folder as they were in a commit: as a checkout of it would have them.

        Also by the attributes of that commit (encodings, line ends, filters), not by those of the work tree.

        Raises:
            InvalidInput: git could not.
        """
        listed = _names(self.must("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit))
        names = [name for name in listed if folder == "." or name.startswith(f"{folder}/")]
        git_folder = self.must("rev-parse", "--absolute-git-dir").text
        with temporary_folder() as beside:
            # A work tree with no files in it, so that attributes can only come from the commit.
            variables = {
                "GIT_INDEX_FILE": str(beside / "index"),
                "GIT_DIR": git_folder,
                "GIT_WORK_TREE": str(into.resolve()),
            }
            self.must(*_WHOLE_INDEX, "read-tree", "--no-sparse-checkout", commit, variables=variables)
            self.must("checkout-index", "-z", "--stdin", stdin=_listed(names), variables=variables)

    @contextmanager
    def _index_apart(self) -> Iterator[dict[str, str]]:
        """The variables for a copy of the index: git may note there which files it looked at."""
        import shutil  # noqa: PLC0415 - only where a plan is compared with another commit

        index = self.root / self.must("rev-parse", "--git-path", "index").text
        with temporary_folder() as beside:
            copy = beside / "index"
            if index.exists():
                # With its time: git looks into a file that is as new as the index before it calls it clean.
                shutil.copy2(index, copy)
            yield {"GIT_INDEX_FILE": str(copy)}

    def _git(self, *arguments: str, stdin: bytes = b"", variables: dict[str, str] | None = None) -> Done:
        return run_git(self.root, *arguments, stdin=stdin, variables=variables)

    def must(self, *arguments: str, stdin: bytes = b"", variables: dict[str, str] | None = None) -> Done:
        """What git answers.

        Raises:
            InvalidInput: it failed.
        """
        done = self._git(*arguments, stdin=stdin, variables=variables)
        if done.code:
            raise failure("git could not do what was needed.", done)
        return done


def _no_repository(folder: Path, done: Done) -> Problem:
    """Why git has no repository to show; it says in a few words which of many reasons it is."""
    if "not a git repository" in done.err:
        message, hint = "This folder is in no git repository.", "`git init` makes one."
    elif "dubious ownership" in done.err:
        message = "git does not read this repository, since it belongs to another user."
        trusted = shlex.quote(str(folder.resolve()))
        hint = f"If you trust it: `git config --global --add safe.directory {trusted}`."
    else:
        message, hint = "git can't read the repository of this folder.", ""
    return Problem((message,), (" ".join(filter(None, (hint, said(done)))),), Location(display_path(folder)))


def _names(done: Done) -> list[str]:
    return [name.decode(errors="surrogateescape") for name in done.out.split(b"\0") if name]


def _listed(names: Iterable[str]) -> bytes:
    return b"".join(name.encode(errors="surrogateescape") + b"\0" for name in names)


# Who wrote a line of a file, and in which commit, from the history that is here.


# A partial clone would fetch what it lacks, and git before 2.45 has no other word against that.
_NO_NETWORK = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
# Git marks the commits at which its search ends: the first of all, and those at which a clone was cut off.
_MARKED_ENDS = ("-c", "blame.showRoot=false")
_BOUNDARY = "boundary"
# What blame says where a file is missing that blame.ignoreRevsFile names; no option takes the setting back.
_IGNORED_REVISIONS = "could not open object name list"


class Written(NamedTuple):
    """The commit that a line is from, its author's name, and the day in UTC; all None if not committed yet.

    `is_oldest` says that the history here ends with that commit, so the line may be older.
    """

    commit: str | None = None
    author: str | None = None
    date: str | None = None
    is_oldest: bool = False


NOT_COMMITTED = Written()


def blame(file: Path, line: int) -> Written | None:
    """Who wrote a line, which counts from 1; None where there is no git, no repository, or no telling."""
    real = file.resolve()
    try:
        repository = Repository.around(real.parent)
        path = repository.path_of(real)
    except (InvalidInput, OSError):
        return None
    span = ("--porcelain", "--no-textconv", "-L", f"{line},{line}")
    done = run_git(repository.root, *_MARKED_ENDS, "blame", *span, "--", path, variables=_NO_NETWORK)
    if _IGNORED_REVISIONS in done.err:
        return _from_history(repository, path, line)
    if done.code:
        is_committed = run_git(repository.root, "cat-file", "-e", f"HEAD:{path}").code == 0
        return None if is_committed else NOT_COMMITTED
    written = _written(done.text)
    return written._replace(is_oldest=written.is_oldest and repository.is_shallow())


def _from_history(repository: Repository, path: str, line: int) -> Written | None:
    """The last commit that changed a line, as `git log` has it; None where the file has changed since."""
    if run_git(repository.root, "diff", "--quiet", "HEAD", "--", f":(top,literal){path}").code:
        return None
    words = ("--max-count=1", "--no-patch", f"-L{line},{line}:{path}", "--format=%H%n%an%n%at%n%P", "HEAD")
    done = run_git(repository.root, "log", *words, variables=_NO_NETWORK)
    if done.code or not done.text:
        return None
    commit, author, seconds, *parents = done.text.split("\n")
    is_oldest = not any(parents) and repository.is_shallow()
    return Written(commit, _printable(author), _day(seconds), is_oldest)


def _printable(name: str) -> str:
    return name.encode(errors="surrogateescape").decode(errors="replace")


def _written(text: str) -> Written:
    """What `git blame --porcelain` prints for one line: the commit, then a header a line, then the line."""
    headers = {}
    first, *rest = text.split("\n")
    for header in rest:
        if header.startswith("\t"):
            break
        name, _, value = header.partition(" ")
        headers[name] = value
    commit = first.partition(" ")[0]
    if not commit.strip("0"):
        return NOT_COMMITTED
    return Written(
        commit,
        _printable(headers.get("author", "")),
        _day(headers.get("author-time", "")),
        _BOUNDARY in headers,
    )


def _day(seconds: str) -> str | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # git takes any number for a time
        return None
