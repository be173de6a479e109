"""The sandbox of an `embedded: true` environment: its transport, where its data lies, its seed."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from reconciler.environment.model import Environment, OnChange
from reconciler.errors import InvalidInput
from reconciler.files import delete_file, display_path, is_link, link_problem, prepare_working_folder, reason
from reconciler.member import EMAIL_ADDRESS, FIELDS, NUMBER_FIELDS, PROFILE_FIELDS, Attributes
from reconciler.problems import Location, Problem, nearest
from reconciler.sandbox.app import BASE_PATH, Application, Call, Rules
from reconciler.sandbox.bodies import wrong_fields
from reconciler.sandbox.store import Resident, Store, readable

EMBEDDED_ADDRESS = f"http://sandbox.invalid{BASE_PATH}"
"""The base address for calls through the transport; no such host can exist (RFC 6761)."""

_COLUMNS = tuple(field for field in FIELDS if field != PROFILE_FIELDS)


class EmbeddedTransport(httpx.AsyncBaseTransport):
    """Leads the same client to one store, without network and key, and closes the store with itself."""

    def __init__(self, store: Store, rules: Rules) -> None:
        """Take the store over."""
        self._store = store
        self._application = Application(store, rules)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One HTTP call."""
        body = await request.aread()
        url = request.url
        call = Call(
            request.method,
            url.path,
            request.headers.get("api-key"),
            body if len(body) <= self._application.rules.max_body else None,
            url.query.decode(),
        )
        answer = self._application.answer(call)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body, request=request)

    async def aclose(self) -> None:
        """Release the store's file."""
        self._store.close()


def embedded_transport(environment: Environment) -> EmbeddedTransport:
    """The way to the panel of an embedded environment, with the vendor's own rate limit.

    The calls that `api.call_allowance` names are all that there are, as with the vendor. Its account is one
    that updates known members where `policy.on_change` says that it is.

    Raises:
        InvalidInput: the sandbox's data or its seed can't be used.
        DiskFailure: the working folder can't be made.
    """
    rules = Rules(
        lets_in=lambda _: True,
        allowance=environment.api.call_allowance,
        updates_known=environment.policy.on_change is OnChange.RESUBMIT,
    )
    return EmbeddedTransport(open_embedded(environment), rules)


def open_embedded(environment: Environment) -> Store:
    """The environment's panel; the first use creates it, with the people of `sandbox-seed.csv`.

    Raises:
        InvalidInput: the data or the seed can't be used.
        DiskFailure: the working folder can't be made.
    """
    prepare_working_folder(environment.working_folder)
    return Store.opened(_data(environment), lambda: _seed(environment))


class Contents(NamedTuple):
    """What a panel holds, in its order; how many were deleted from it; how many calls were spent."""

    residents: list[Resident]
    deleted: int
    calls: int


def contents(environment: Environment) -> Contents:
    """What the environment's panel holds, or would hold on its first use. Creates nothing.

    Raises:
        InvalidInput: the data or the seed can't be used.
    """
    data = _data(environment)
    return contents_of(data) if data.exists() else _contents(Store.opened(None, lambda: _seed(environment)))


def contents_of(data: Path) -> Contents:
    """What a data file holds.

    Raises:
        InvalidInput: there is none, or it can't be used.
    """
    if not data.is_file():
        raise InvalidInput(Problem(("There is no such file.",), (), Location(display_path(data))))
    with readable(data):
        return _contents(Store.opened(data))


def _contents(store: Store) -> Contents:
    with closing(store):
        return Contents(store.residents(), store.deleted, store.calls)


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


def _data(environment: Environment) -> Path:
    return environment.working_folder / "sandbox.sqlite3"


def _seed(environment: Environment) -> list[Attributes]:
    path = environment.folder / "sandbox-seed.csv"
    if is_link(path):
        raise InvalidInput(link_problem(path))  # it could lead to a file of which an error would quote a part
    return read_seed(path) if path.exists() else []


def read_seed(path: Path) -> list[Attributes]:
    """The people of a CSV file whose header has the API's field names; an empty cell is no field.

    Raises:
        InvalidInput: the file can't be read, or a person in it would not fit into the panel.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            problems = list(_wrong_columns(path, rows.fieldnames or ()))
            # A cell beyond the header has no name, and is kept under one that no field has.
            members = [
                (rows.line_num, {field or "": _value(field, text) for field, text in row.items() if text})
                for row in (() if problems else rows)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = reason(error) if isinstance(error, OSError) else error
        problem = _problem(path, None, f"The seed can't be read: {why}.", "It is a CSV file in UTF-8.")
        raise InvalidInput(problem) from error
    for line, attributes in members:
        for field in wrong_fields(attributes):
            what = f"{field} is missing or wrong." if field else "There are more cells than header names."
            problems.append(_problem(path, line, what, "The sandbox takes what the API takes."))
    if problems:
        raise InvalidInput(*problems)
    return [attributes for _, attributes in members]


def _value(field: str | None, text: str) -> Any:
    try:
        return int(text) if field in NUMBER_FIELDS else text.strip() if field == EMAIL_ADDRESS else text
    except ValueError:
        return text


def _wrong_columns(path: Path, names: Sequence[str]) -> Iterator[Problem]:
    for name in names:
        if name not in _COLUMNS:
            meant = nearest(name, _COLUMNS)
            hint = f"Did you mean {meant}?" if meant else "The header holds the API's field names."
            yield _problem(path, 1, f"{name} is no field that a seed can hold.", hint)
    if EMAIL_ADDRESS not in names:
        hint = "The first line is the header: emailAddress,firstName,…"
        yield _problem(path, 1, f"The column {EMAIL_ADDRESS} is missing.", hint)


def _problem(path: Path, line: int | None, message: str, hint: str) -> Problem:
    return Problem((message,), (hint,), Location(display_path(path), line))
