"""The lockfile as it stands with the journal of an interrupted run counted in."""

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
    on disk doesn't know yet; `pending` are the batches that the interrupted run didn't settle.
    `unfetched` and `conflicts` tell how well the lockfile is known, see `reconciler.lockfile.reading`.
    """

    lockfile: Lockfile | None
    on_disk: Lockfile | None
    is_recovered: bool = False
    recovered: int = 0
    pending: "tuple[Batch, ...]" = ()
    unfetched: str | None = None
    conflicts: int = 0


def known_state(environment: Environment) -> KnownState:
    """Read the journal, then the lockfile: in this order a run that ends meanwhile is counted, not lost.

    Raises:
        InvalidInput: either can't be read or belongs elsewhere.
    """
    journal = _read(environment)
    reading = read_state(environment)
    state = _counted_in(environment, reading.lockfile, journal)
    return state._replace(unfetched=reading.unfetched, conflicts=reading.conflicts)


def _counted_in(environment: Environment, on_disk: Lockfile | None, journal: bytes | None) -> KnownState:
    if journal is None:
        return KnownState(on_disk, on_disk)

    from reconciler.apply.journal_reader import (  # noqa: PLC0415 - loads pydantic, which plans rarely need
        MalformedJournal,
        read_journal,
    )

    try:
        run = read_journal(journal)
    except MalformedJournal as error:
        raise InvalidInput(_malformed(environment, error.line)) from error
    if run is None:
        return KnownState(on_disk, on_disk, is_recovered=True)
    if (run.environment, without_default_port(run.target)) != (environment.name, environment.target):
        raise InvalidInput(_foreign(environment, run.environment, run.target))
    before = on_disk or Lockfile(environment.name, environment.target)
    found = {
        key: _canonical(known.knowledge)
        for key, known in run.learnt.items()
        if not _is_known_better(before, key, known)
    }
    news = [key for key, knowledge in found.items() if _is_news(before, key, knowledge)]
    after = before.with_entries(found) if news else on_disk
    settled = sum(not isinstance(found[key], Unconfirmed) for key in news)
    return KnownState(after, on_disk, is_recovered=True, recovered=settled, pending=run.pending)


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


def _is_known_better(lockfile: Lockfile, key: str, found: "Learnt") -> bool:
    """Whether somebody else has proven meanwhile what this run left open, and git brought it here."""
    present = lockfile.members.get(key)
    if present is None or not isinstance(found.knowledge, Unconfirmed):
        return False
    from reconciler.apply.batch import Kind  # noqa: PLC0415 - plans of interrupted runs alone need it

    # Whoever was to be added wasn't known to be there; all others were, as long as nothing newer says so.
    return found.kind is Kind.ADD or present.pushed > found.knowledge.pushed


def _is_news(lockfile: Lockfile, key: str, knowledge: Knowledge) -> bool:
    entry = lockfile.entry(key)
    return learnt(entry, knowledge) != entry


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
