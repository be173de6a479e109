"""The sandbox of an `embedded: true` environment: where its data lies, how it begins, how it is forgotten."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.environment.model import Environment
from reconciler.files import delete_file, prepare_working_folder
from reconciler.sandbox.seed import read_seed
from reconciler.sandbox.standing import Standing
from reconciler.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Contents:
    """What an embedded panel holds: members by identity, and how each stands with it; how many were deleted.

    And the calls spent, with how many there are to spend.
    """

    members: dict[str, dict[str, Any]]
    calls: int
    allowance: int | None
    standings: dict[str, Standing]
    deleted: int


def open_embedded(environment: Environment) -> Store:
    """The environment's panel; the first use creates it, with the people of `sandbox-seed.csv`.

    Raises:
        InvalidInput: the data or the seed can't be used.
        DiskFailure: the working folder can't be made.
    """
    prepare_working_folder(environment.working_folder)
    return Store.opened(_data(environment), lambda: _seed(environment))


def contents(environment: Environment) -> Contents:
    """What the panel holds, or would hold on its first use. Creates nothing.

    Raises:
        InvalidInput: the data or the seed can't be used.
    """
    data = _data(environment)
    store = Store.opened(data if data.exists() else None, lambda: _seed(environment))
    try:
        return _contents(store, environment.api.call_allowance)
    finally:
        store.close()


def forget(environment: Environment) -> None:
    """Delete the panel's data, so that the next use begins with the seed again.

    Raises:
        DiskFailure: a file can't be deleted.
    """
    data = _data(environment)
    # The journal first: SQLite would play one that is left over into the next file of that name.
    for path in (data.with_name(f"{data.name}-journal"), data):
        if path.exists():
            delete_file(path)


def _contents(store: Store, allowance: int | None) -> Contents:
    residents = store.residents()
    return Contents(
        members={resident.key: resident.attributes for resident in residents},
        calls=store.calls,
        allowance=allowance,
        standings={resident.key: resident.standing for resident in residents},
        deleted=store.deleted,
    )


def _data(environment: Environment) -> Path:
    return environment.working_folder / "sandbox.sqlite3"


def _seed(environment: Environment) -> list[Any]:
    path = environment.folder / "sandbox-seed.csv"
    return read_seed(path) if path.exists() else []
