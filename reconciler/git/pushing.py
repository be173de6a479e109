"""One push of one commit to one branch, never forced, and how it ended."""

import re
from enum import Enum
from typing import NamedTuple

from reconciler.git.command import NETWORK_SECONDS, Done, run_git
from reconciler.git.failure import said, said_by_server
from reconciler.git.remote import Remote

# Git's word behind "!" in the output for programs: git-push(1), "--porcelain". `[rejected]` is said on this
# side, of a branch that isn't what it was thought to be; `[remote rejected]` there, for any reason.
_REJECTION = re.compile(
    r"^!\t[^\t]*\t\[(?P<by>rejected|remote rejected)\](?: \((?P<why>.*)\))?", re.MULTILINE
)
_LOST_RACE = re.compile(r"cannot lock ref|failed to (?:lock|update ref)|incorrect old value|already exists")


class PushEnd(Enum):
    """How a push ended: done; others were first; the server declined; nobody could be asked."""

    DONE = "done"
    OUTRUN = "outrun"
    DECLINED = "declined"
    FAILED = "failed"


class Pushed(NamedTuple):
    """How a push ended, and why, in one line."""

    end: PushEnd
    reason: str = ""


def push(remote: Remote, commit: str, branch: str) -> Pushed:
    """Let a branch that exists go on to this commit, if its tip is still an ancestor of it."""
    return _push(remote, f"{commit}:refs/heads/{branch}")


def create(remote: Remote, commit: str, branch: str) -> Pushed:
    """Make a branch that begins at this commit, if there is still none of its name."""
    return _push(remote, f"{commit}:refs/heads/{branch}", f"--force-with-lease=refs/heads/{branch}:")


def delete(remote: Remote, commit: str, branch: str) -> Pushed:
    """Delete a branch, if its tip is still this commit; what was fetched of it is forgotten too."""
    ended = _push(remote, f":refs/heads/{branch}", f"--force-with-lease=refs/heads/{branch}:{commit}")
    if ended.end is PushEnd.DONE:
        run_git(remote.repository.root, "update-ref", "-d", remote.tracking(branch))
    return ended


def remember(remote: Remote, commit: str, branch: str, before: str | None) -> None:
    """Note here what was pushed, as a fetch would: also where the clone is set up to follow other branches.

    Whoever fetched something newer meanwhile is left alone; that is what `before` is for.
    """
    expected = before or "0" * len(commit)
    run_git(remote.repository.root, "update-ref", remote.tracking(branch), commit, expected)


def _push(remote: Remote, spec: str, *lease: str) -> Pushed:
    # Hooks of this clone are made for what its user commits, and this isn't.
    # Nor are they signed by hand, so a push isn't either, whatever push.gpgSign says.
    options = (
        "--porcelain",
        "--no-verify",
        "--no-signed",
        "--no-follow-tags",
        "--recurse-submodules=no",
        *lease,
    )
    root = remote.repository.root
    done = run_git(root, "push", *options, remote.name, spec, seconds=NETWORK_SECONDS)
    return Pushed(PushEnd.DONE) if done.code == 0 else _not_done(done)


def _not_done(done: Done) -> Pushed:
    found = _REJECTION.search(done.text)
    if found is None:
        return Pushed(PushEnd.FAILED, said(done))
    why = found["why"] or "no reason is given"
    if found["by"] == "rejected" or _LOST_RACE.search(why):
        return Pushed(PushEnd.OUTRUN, why)
    return Pushed(PushEnd.DECLINED, said_by_server(done) or why)
