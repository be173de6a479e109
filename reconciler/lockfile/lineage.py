"""Whether the lockfile here is still the one that something began from. No clock decides that.

Equal content is no proof: somebody may have been added and removed in between, which leaves no trace in the
file. So where git keeps the lockfile, its history since must not have touched the file.
"""

from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.git.repository import Repository
from reconciler.lockfile.codec import digest
from reconciler.lockfile.local_copy import LocalCopy
from reconciler.lockfile.model import Lockfile
from reconciler.lockfile.reading import tracking_ref


class Lineage(NamedTuple):
    """One state of a lockfile.

    `digest` names its content. `commits` are those whose history it comes from, none where git doesn't keep
    it; None where git does and can't tell.
    """

    digest: str
    commits: tuple[str, ...] | None


def commits_of(environment: Environment) -> tuple[str, ...] | None:
    """The commits whose history the lockfile here comes from, as `Lineage` has them.

    The tip of its branch as last fetched; without one, HEAD and the commits of an earlier publishing, which
    moves no HEAD. Ask *before* the lockfile is read: what git brings in between then counts as newer.
    """
    try:
        repository = Repository.find(environment.folder)
        if repository is None:
            return ()
        branch = environment.lockfile_branch
        names = (
            [tracking_ref(branch)] if branch is not None else ["HEAD", *LocalCopy(environment).noted_bases()]
        )
        found = (repository.commit_of(name) for name in names)
        return tuple(dict.fromkeys(commit for commit in found if commit is not None))
    except InvalidInput:
        return None


def is_unchanged(environment: Environment, since: Lineage, lockfile: Lockfile | None) -> bool:
    """Whether the lockfile here, which was just read, is still the one that it was `since`.

    False also where git can't tell: the clone is shallow, or history was rewritten.
    """
    if since.digest != digest(lockfile) or since.commits is None:
        return False
    now = commits_of(environment)
    if now is None or now == since.commits:
        return now is not None
    try:
        return _is_untouched(environment, since.commits, now)
    except InvalidInput:
        return False


def _is_untouched(environment: Environment, before: tuple[str, ...], now: tuple[str, ...]) -> bool:
    repository = Repository.around(environment.folder)
    path = repository.path_of(environment.lockfile_path)
    is_continued = all(any(repository.is_ancestor(commit, later) for later in now) for commit in before)
    return is_continued and repository.versions(path, now, before) == []
