"""The journal of an interrupted run, counted into what the lockfile says; and the edits of the lockfile."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from reconciler.apply.batches import gone
from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.hosts import without_default_port
from reconciler.lockfile.file import LockfileFile
from reconciler.lockfile.lock import environment_lock
from reconciler.lockfile.model import Departure, Gone, Knowledge, Lockfile, Unconfirmed, is_in_doubt
from reconciler.lockfile.state import KnownState, check_out, is_unchanged, read_state
from reconciler.member import canonical
from reconciler.problems import Location, Problem

if TYPE_CHECKING:
    from reconciler.apply.journal import Learnt, UnfinishedRun


def known_state(environment: Environment) -> KnownState:
    """What lockfile and journal say together, also while a run begins, goes on or ends beside this.

    Raises:
        InvalidInput: either can't be read or belongs elsewhere.
    """
    before = _read(environment)
    while True:
        state = read_state(environment)
        journal = _read(environment)
        # The first line distinguishes two runs, since it names the time.
        if (journal or b"").partition(b"\n")[0] == (before or b"").partition(b"\n")[0]:
            break
        before = journal  # another run began or ended meanwhile: the lockfile may be of before or after it
    if journal is None:
        return state
    run = _parsed(environment, journal)
    return state._replace(is_recovered=True) if run is None else _counted_in(environment, state, run)


def interrupted_run(environment: Environment) -> "UnfinishedRun | None":
    """What the journal of an interrupted run says; None where there is no journal, or an empty one.

    Raises:
        InvalidInput: it can't be read, or belongs elsewhere.
    """
    journal = _read(environment)
    return None if journal is None else _parsed(environment, journal)


def take_in(environment: Environment) -> KnownState:
    """Write the journal's news into the lockfile. Only under the environment's lock; the journal stays.

    Raises:
        InvalidInput: as `known_state`; or nothing is known here of the branch that holds the lockfile.
        DiskFailure: the lockfile could not be written.
    """
    check_out(environment)
    state = known_state(environment)
    if state.lockfile is not None and state.lockfile != state.on_disk:
        LockfileFile(environment).write(state.lockfile)
    return state


def recover(environment: Environment) -> KnownState:
    """Fold the journal of an interrupted run into the lockfile, without network, and delete it.

    Raises:
        Refusal: another run holds the lock.
        InvalidInput: lockfile or journal can't be read.
        DiskFailure: the lockfile could not be written; the journal is still there.
    """
    from reconciler.apply.journal import discard  # noqa: PLC0415 - plans don't recover

    with environment_lock(environment):
        state = take_in(environment)
        discard(environment)
        return state


def remove_members(environment: Environment, keys: Sequence[str]) -> Lockfile | None:
    """Drop these identities from the lockfile, in every section; the people stay in the panel.

    Raises:
        Refusal: another run holds the lock.
        InvalidInput: lockfile or journal can't be read.
        DiskFailure: the lockfile could not be written.
    """
    from reconciler.apply.journal import discard  # noqa: PLC0415 - plans don't recover

    with environment_lock(environment):
        before = take_in(environment).lockfile
        discard(environment)
        if before is None:
            return None
        after = before.without(frozenset(keys))
        if after != before:
            LockfileFile(environment).write(after)
        return after


def _parsed(environment: Environment, journal: bytes) -> "UnfinishedRun | None":
    from reconciler.apply.journal import (  # noqa: PLC0415 - plans seldom find a journal
        MalformedJournal,
        read_journal,
    )

    try:
        run = read_journal(journal)
    except MalformedJournal as error:
        raise InvalidInput(_malformed(environment, error.line)) from error
    if run is None:
        return None
    if (run.environment, without_default_port(run.target)) != (environment.name, environment.target):
        raise InvalidInput(_foreign(environment, run.environment, run.target))
    return run


def _counted_in(environment: Environment, state: KnownState, run: "UnfinishedRun") -> KnownState:
    before = state.on_disk or Lockfile(environment.name, environment.target)
    is_proof = run.began_from is not None and is_unchanged(environment, run.began_from, state.on_disk)
    news = dict(_news(before, run.learnt, is_proof=is_proof))
    unconfirmed = sum(map(is_in_doubt, news.values()))
    return state._replace(
        lockfile=before.with_entries(news) if news else state.on_disk,
        is_recovered=True,
        recovered=len(news) - unconfirmed,
        doubted=0 if is_proof else unconfirmed,
    )


def _news(
    before: Lockfile, found: "Mapping[str, Learnt]", *, is_proof: bool
) -> Iterator[tuple[str, Knowledge]]:
    """What the lockfile doesn't know yet.

    For another lockfile than the one that the run began from, its answers prove nothing: others may have
    added or removed the same people since. But it did send them, so they are `unconfirmed`.
    """
    for key, record in found.items():
        knowledge = record.knowledge
        if not isinstance(knowledge, Gone) and knowledge.attributes is not None:
            knowledge = structs.replace(knowledge, attributes=canonical(knowledge.attributes))
        if not is_proof and not before.knows_already(key, knowledge):
            knowledge = _without_proof(before, key, record)
        if not before.knows_already(key, knowledge):
            yield key, knowledge


def _without_proof(before: Lockfile, key: str, record: "Learnt") -> Knowledge:
    """A member was sent, and others may have decided since. A removal without an entry is recorded so."""
    operation, entry = record.operation, before.entry(key)
    if entry is not None and not operation.is_known:
        return Unconfirmed(record.at, entry.attributes)
    if entry is not None or not operation.kind.removal:
        return Unconfirmed(record.at, canonical(operation.attributes))
    earlier = before.departed.get(operation.kept_as or "")
    if earlier is not None and earlier.by is operation.kind.removal and not earlier.was_refused:
        return Gone(earlier, operation.kept_as)
    return gone(operation, Departure.UNCONFIRMED, record.at)


def _read(environment: Environment) -> bytes | None:
    path = environment.journal_path
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"The journal of an interrupted run can't be read: {error.strerror}."
        raise InvalidInput(Problem((message,), location=Location(display_path(path)))) from error


def _malformed(environment: Environment, line: int) -> Problem:
    return Problem(
        ("The journal of an interrupted run is damaged.",),
        (
            "It says what an earlier run sent. Move it away, keep it, and apply again: ",
            "nobody is added twice, but people added by that run come back as existing.",
        ),
        Location(display_path(environment.journal_path), line),
    )


def _foreign(environment: Environment, name: str, target: str) -> Problem:
    return Problem(
        (f"The journal of an interrupted run belongs to {name} at {target}, not to this environment.",),
        (
            "If the address in environment.yaml was changed: change it back, run ",
            f"`reconciler state recover {environment.name}`, and change it again.",
        ),
        Location(display_path(environment.journal_path)),
    )
