"""The `state` commands that write: under the environment's lock, the journal of a dead run taken in first."""

from collections.abc import Sequence
from typing import NamedTuple

from reconciler.apply.journal import discard
from reconciler.apply.recovery import KnownState, take_in
from reconciler.environment.model import Environment
from reconciler.lockfile.lock import environment_lock
from reconciler.lockfile.model import Lockfile
from reconciler.lockfile.store import write_lockfile


class RecoveryResult(NamedTuple):
    """What `state recover` found.

    `was_pending` tells whether there was a journal; `recovered` counts the members whom the interrupted
    run had settled and the lockfile didn't know; `doubted` those who became unconfirmed, since the lockfile
    isn't the one that the run began from; `unconfirmed` all in the lockfile about whom nothing is proven;
    `lockfile` is None where there is none.
    """

    lockfile: Lockfile | None
    was_pending: bool
    recovered: int
    doubted: int
    unconfirmed: int


def recover(environment: Environment) -> RecoveryResult:
    """Fold the journal of an interrupted run into the lockfile, without network.

    Raises:
        Refusal: another run holds the lock.
        InvalidInput: lockfile or journal can't be read.
        DiskFailure: the lockfile could not be written; the journal is still there.
    """
    with environment_lock(environment):
        state = _settled(environment)
    unconfirmed = len(state.lockfile.unconfirmed) if state.lockfile else 0
    return RecoveryResult(state.lockfile, state.is_recovered, state.recovered, state.doubted, unconfirmed)


def remove_members(environment: Environment, keys: Sequence[str]) -> Lockfile | None:
    """Drop these identities from the lockfile, from whichever section; the people stay in the panel.

    Raises:
        Refusal: another run holds the lock.
        InvalidInput: lockfile or journal can't be read.
        DiskFailure: the lockfile could not be written.
    """
    with environment_lock(environment):
        before = _settled(environment).lockfile
        if before is None:
            return None
        after = before.without(frozenset(keys))
        if after != before:
            write_lockfile(environment, after)
        return after


def _settled(environment: Environment) -> KnownState:
    state = take_in(environment)
    discard(environment)
    return state
