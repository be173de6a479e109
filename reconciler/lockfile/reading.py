"""A lockfile as it is known here, and how well. Where it comes from is the store's affair."""

from typing import NamedTuple

from reconciler.lockfile.model import Lockfile

REMOTE = "origin"
"""The remote whose branch is read; as last fetched, so without network."""


class Reading(NamedTuple):
    """What could be read.

    `lockfile` is None where there is none; `unfetched` is the branch that it is published on, where this
    clone knows nothing of that; `conflicts` counts the members about whom branch and file disagree.
    """

    lockfile: Lockfile | None
    unfetched: str | None = None
    conflicts: int = 0


def tracking_ref(branch: str) -> str:
    """The ref that holds what was last fetched of a lockfile's branch."""
    return f"refs/remotes/{REMOTE}/{branch}"


def fetch_command(branch: str) -> str:
    """What brings a lockfile's branch into any clone, also one that is set up to follow others only."""
    return f"git fetch {REMOTE} {branch}:refs/remotes/{REMOTE}/{branch}"
