"""The lockfile as it stands with the journal of an interrupted run counted in."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from reconciler.apply.journal import journal_path
from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.hosts import without_default_port
from reconciler.lockfile.model import Gone, Knowledge, Lockfile, Unconfirmed, learnt
from reconciler.lockfile.store import check_out, read_state, write_lockfile
from reconciler.member import canonical
from reconciler.problems import Location, Problem

if TYPE_CHECKING:
    from reconciler.apply.batch import Batch
    from reconciler.apply.journal_reader import Learnt


class KnownState(NamedTuple):
    """All that is known of an environment before planning.

    `lockfile` counts the journal in; `on_disk` doesn't; either is None where there is nothing.
    `is_recovered` tells that there was a journal; `recovered` counts those whom it settled and the lockfile
    on disk doesn't know yet; `doubted` those who are unconfirmed, since the lockfile isn't the one that the
    interrupted run began from; `pending` are the batches that it didn't settle. `unfetched` and `conflicts`
    tell how well the lockfile is known, see `reconciler.lockfile.reading`.
    """

    lockfile: Lockfile | None
    on_disk: Lockfile | None
    is_recovered: bool = False
    recovered: int = 0
    doubted: int = 0
    pending: "tuple[Batch, ...]" = ()
    unfetched: str | None = None
    conflicts: int = 0


def known_state(environment: Environment) -> KnownState:
    """What lockfile and journal say together, also while a run begins, goes on or ends beside this.

    Raises:
        InvalidInput: either can't be read or belongs elsewhere.
    """
    before = _read(environment)
    while True:
        reading = read_state(environment)
        journal = _read(environment)
        if _run_of(journal) == _run_of(before):
            break
        before = journal  # another run began or ended meanwhile: the lockfile may be of before or after it
    state = _counted_in(environment, reading.lockfile, journal)
    return state._replace(unfetched=reading.unfetched, conflicts=reading.conflicts)


def _run_of(journal: bytes | None) -> bytes | None:
    """What tells one run's journal from another's: its first line, which also names the time."""
    return None if journal is None else journal.partition(b"\n")[0]


def _counted_in(environment: Environment, on_disk: Lockfile | None, journal: bytes | None) -> KnownState:
    if journal is None:
        return KnownState(on_disk, on_disk)

    from reconciler.apply.journal_reader import (  # noqa: PLC0415 - loads pydantic, which plans rarely need
        MalformedJournal,
        read_journal,
    )
    from reconciler.lockfile.lineage import is_unchanged  # noqa: PLC0415 - runs git, as plans rarely do

    try:
        run = read_journal(journal)
    except MalformedJournal as error:
        raise InvalidInput(_malformed(environment, error.line)) from error
    if run is None:
        return KnownState(on_disk, on_disk, is_recovered=True)
    if (run.environment, without_default_port(run.target)) != (environment.name, environment.target):
        raise InvalidInput(_foreign(environment, run.environment, run.target))
    before = on_disk or Lockfile(environment.name, environment.target)
    is_proof = run.began_from is not None and is_unchanged(environment, run.began_from, on_disk)
    news = dict(_news(before, run.learnt, is_proof=is_proof))
    unconfirmed = sum(isinstance(knowledge, Unconfirmed) for knowledge in news.values())
    return KnownState(
        before.with_entries(news) if news else on_disk,
        on_disk,
        is_recovered=True,
        recovered=len(news) - unconfirmed,
        doubted=0 if is_proof else unconfirmed,
        pending=run.pending,
    )


def _news(
    before: Lockfile, found: "Mapping[str, Learnt]", *, is_proof: bool
) -> Iterator[tuple[str, Knowledge]]:
    """What the lockfile doesn't know yet.

    Over another lockfile than the one that the run began from, nothing that it learnt is proof: others may
    have added or removed the same people since. But it did send them, so they are `unconfirmed`.
    """
    for key, record in found.items():
        entry, knowledge = before.entry(key), _canonical(record.knowledge)
        if not is_proof and learnt(entry, knowledge) != entry:
            if entry is None and record.kind.removal:
                continue
            knowledge = Unconfirmed(record.at, canonical(record.attributes))
        if learnt(entry, knowledge) != entry:
            yield key, knowledge


def take_in(environment: Environment) -> KnownState:
    """Write the journal's news into the lockfile. Only under the environment's lock; the journal stays.

    Raises:
        InvalidInput: as `known_state`; or nothing is known here of the branch that holds the lockfile.
        DiskFailure: the lockfile could not be written.
    """
    check_out(environment)
    state = known_state(environment)
    if state.lockfile is not None and state.lockfile != state.on_disk:
        write_lockfile(environment, state.lockfile)
    return state


def _canonical(knowledge: Knowledge) -> Knowledge:
    if isinstance(knowledge, Gone) or knowledge.attributes is None:
        return knowledge
    return structs.replace(knowledge, attributes=canonical(knowledge.attributes))


def _read(environment: Environment) -> bytes | None:
    path = journal_path(environment)
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
            "nobody is added twice, but those whom that run added come back as existing.",
        ),
        Location(display_path(journal_path(environment)), line),
    )


def _foreign(environment: Environment, name: str, target: str) -> Problem:
    return Problem(
        (f"The journal of an interrupted run belongs to {name} at {target}, not to this environment.",),
        (
            "If the address in environment.yaml was changed: change it back, run ",
            f"`reconciler state recover {environment.name}`, and change it again.",
        ),
        Location(display_path(journal_path(environment))),
    )
