"""The lockfile of an environment that was renamed: what it records stays, under the new name."""

from dataclasses import replace
from pathlib import Path

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import delete_file, display_path, replace_file
from reconciler.lockfile.codec import decode_any, encode
from reconciler.lockfile.history import History
from reconciler.lockfile.lock import environment_lock
from reconciler.lockfile.model import Departed, Departure, Lockfile, Unconfirmed
from reconciler.lockfile.state import tracking_ref
from reconciler.problems import Location, Problem


def rename_lockfile(old: Path, environment: Environment, *, same_panel: bool) -> Lockfile:
    """Give the lockfile of a renamed environment its new name.

    If the target differs, nothing that was proven holds for the new one: all members become unconfirmed.

    Args:
        old: the folder that the environment had; it may not exist any more.
        environment: the environment under its new name.
        same_panel: whether only the address of the panel changed, and not the panel.

    Raises:
        InvalidInput: there is no lockfile of the old name; or the new name has one, or a journal.
        Refusal: another run holds the lock.
        DiskFailure: it could not be written.
    """
    with environment_lock(environment):
        for journal in (old / ".reconciler/journal.jsonl", environment.working_folder / "journal.jsonl"):
            if journal.exists():
                raise InvalidInput(_journal(journal, environment))
        source, lockfile = _found(old, environment)
        name, target = environment.name, environment.target
        renamed = replace(lockfile, environment=name, target=target, known_digest=None)
        if lockfile.target != environment.target and not same_panel:
            doubted = {
                key: Unconfirmed(entry.pushed, entry.attributes) for key, entry in lockfile.members.items()
            }
            unconfirmed = {**lockfile.unconfirmed, **doubted}
            departed = {
                key: Departed(Departure.UNCONFIRMED, record.by, record.at)
                for key, record in lockfile.departed.items()
                if key not in unconfirmed
            }
            renamed = Lockfile(name, target, unconfirmed=unconfirmed, departed=departed)
        replace_file(environment.lockfile_path, encode(renamed))
        if source is not None and source != environment.lockfile_path:
            delete_file(source)
    return renamed


def _found(old: Path, environment: Environment) -> tuple[Path | None, Lockfile]:
    """Where the lockfile of the old name is (None: on its branch), and what it records."""
    places = [old / environment.lockfile_path.name, environment.lockfile_path]
    for place in places:
        if not place.exists():
            continue
        lockfile = decode_any(place.read_bytes(), file=display_path(place))
        if lockfile.environment == old.name:
            return place, lockfile
        if place == environment.lockfile_path:
            raise InvalidInput(_taken(display_path(place), environment))
    published = _published(old.name, environment)
    if published is not None:
        return None, published
    hint = f"Looked for {' and '.join(map(display_path, places))}."
    raise InvalidInput(Problem((f"There is no lockfile of {old.name}.",), (hint,)))


def _published(old: str, environment: Environment) -> Lockfile | None:
    """The lockfile of the old name on its branch, as last fetched."""
    if environment.lockfile_branch is None:
        return None
    history = History.of(environment)
    tip = history.repository.commit_of(tracking_ref(environment.lockfile_branch))
    if tip is None:
        return None
    if history.repository.read(tip, history.path) is not None:
        raise InvalidInput(_taken(f"{environment.lockfile_branch}:{history.path}", environment))
    path = str(Path(history.path).parent.with_name(old) / Path(history.path).name)
    data = history.repository.read(tip, path)
    return None if data is None else decode_any(data, file=f"{environment.lockfile_branch}:{path}")


def _taken(file: str, environment: Environment) -> Problem:
    message = f"{environment.name} already has a lockfile."
    return Problem((message,), ("Nothing was changed.",), Location(file))


def _journal(path: Path, environment: Environment) -> Problem:
    hint = f"Name it as it was, run `reconciler state recover`, and rename {environment.name} then."
    return Problem(("An interrupted run left a journal.",), (hint,), Location(display_path(path)))
