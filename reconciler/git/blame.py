"""Who wrote a line of a file, and in which commit; from the history that is here, never over the network."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import InvalidInput
from reconciler.git.command import run_git
from reconciler.git.repository import Repository

# A partial clone would fetch what it lacks, and git before 2.45 has no other word against that.
_NO_NETWORK = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
# Git marks the commits at which its search ends: the first of all, and those at which a clone was cut off.
_MARKED_ENDS = ("-c", "blame.showRoot=false")
_BOUNDARY = "boundary"
# What blame says where a file is missing that blame.ignoreRevsFile names; no option takes the setting back.
_IGNORED_REVISIONS = "could not open object name list"


class Written(NamedTuple):
    """The commit that a line is from, its author's name, and the day in UTC; all None if not committed yet.

    `is_oldest` tells that the history here ends with that commit, so the line may be older.
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
        return None if repository.commit_of("HEAD") and _is_committed(repository, path) else NOT_COMMITTED
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


def _is_committed(repository: Repository, path: str) -> bool:
    found = run_git(repository.root, "rev-parse", "--verify", "--quiet", f"HEAD:{path}")
    return found.code == 0


def _written(text: str) -> Written:
    """What `git blame --porcelain` tells of one line: the commit, then a header a line, then the line."""
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
