"""Publishing an environment's lockfile: it and the remote's are brought together, member by member.

May be run at any time, as often as one likes, by as many as like to: what is published already stays as it
is, and of two who publish at once, the second takes in what the first brought.
"""

from reconciler.environment.model import Environment
from reconciler.errors import UsageError
from reconciler.git.remote import Remote
from reconciler.lockfile.branch import LockfileBranch
from reconciler.lockfile.branch_publishing import publish_on_branch
from reconciler.lockfile.file_publishing import publish_file
from reconciler.lockfile.lock import environment_lock
from reconciler.lockfile.publication import Publication
from reconciler.lockfile.reading import REMOTE
from reconciler.lockfile.rejoining import Recorded
from reconciler.problems import Problem


def publish(environment: Environment, remote: str, branch: str | None) -> Publication:
    """Bring the environment's lockfile and the remote's together. Not for an embedded environment.

    Args:
        environment: whose lockfile.
        remote: the remote's name.
        branch: the branch that the file is committed to, None for the one that is checked out; of no
            meaning where the lockfile has a branch of its own.

    Raises:
        UsageError: the environment's settings say already where its lockfile goes.
        Refusal: another run holds the lock.
        InvalidInput: a lockfile can't be read, git is missing, or the remote can't be reached or took
            nothing; then the file holds all still.
        DiskFailure: a file could not be written.
    """
    own = environment.lockfile_branch
    if own is not None and remote != REMOTE:
        raise UsageError(_decided(environment.name, own))
    with environment_lock(environment):
        if own is not None:
            line = LockfileBranch.of(environment, own)
            return publish_on_branch(line, Remote.of(line.recorded.repository, REMOTE))
        recorded = Recorded.of(environment)
        return publish_file(recorded, Remote.of(recorded.repository, remote), branch)


def _decided(name: str, branch: str) -> Problem:
    return Problem(
        (f"The lockfile of {name} is read from {branch} at {REMOTE}, so it is published there.",),
        ("Leave out --remote.",),
    )
