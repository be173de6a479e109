"""One apply by the real program against a vendor behind a socket, and all that it left behind."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
from socket_vendor import SocketVendor
from world import Result, World

from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile, Outcome, Present

ATTEMPTS = 3

Case = TypeVar("Case")
Ended = TypeVar("Ended")


class Rehearsal(NamedTuple):
    """How an apply ended.

    `outcomes` counts the members by what the lockfile says of them, `departed` the removals that it records;
    None where there is no lockfile.
    `seen` are the calls that the vendor saw. `again` is how the next apply ended, with nothing going wrong
    any more; `after` counts as `outcomes` does, `calls_of_the_next` are its calls. None where there was none.
    """

    result: Result
    report: dict[str, Any]
    outcomes: Counter[str] | None
    departed: Counter[str] | None
    seen: Sequence[str]
    left_over: set[str]
    again: Result | None = None
    after: Counter[str] | None = None
    calls_of_the_next: int | None = None

    @property
    def words(self) -> str:
        """All that the user saw."""
        return self.result.out + self.result.err


def api(*, batch_size: int, concurrency: int, timeout: float = 5.0, more: str = "") -> str:
    """Settings for a vendor that fails: as usual, but for waits that nobody would sit through in a test."""
    retry = f"retry: {{attempts: {ATTEMPTS}, initial_wait: 0.01, max_wait: 0.01}}"
    own = f"batch_size: {batch_size}, concurrency: {concurrency}, timeout: {timeout}"
    return f"api: {{{own}, {retry}{', ' if more else ''}{more}}}\n"


def people(count: int) -> list[str]:
    """So many addresses."""
    return [f"p{number:03}@example.org" for number in range(count)]


def prepared(folder: Path, base_url: str, members: int, settings: str) -> World:
    """A world with one environment, p, in which so many members are declared and nobody is pushed."""
    world = World(folder)
    world.environment(settings=settings, base_url=base_url)
    world.members(*people(members))
    return world


def known(world: World, base_url: str, people: Iterable[Mapping[str, Any]]) -> None:
    """Let the lockfile say that these people were added earlier."""
    members = {who["emailAddress"]: Present(Outcome.ADDED, "2026-11-23T09:00:00Z", who) for who in people}
    world.write("p/state.lock.json", encode(Lockfile("p", base_url, members)))


def rehearse(
    world: World,
    vendor: SocketVendor | None,
    *options: str,
    always: Sequence[str] = (),
    then_again: bool = False,
) -> Rehearsal:
    """Apply; where that was not whole, and it is wished, let the vendor heal and apply once more.

    `options` are those of the first apply, `always` those of both.
    """
    first = _apply(world, *options, *always)
    report = json.loads((world.folder / "report.json").read_text())
    seen = list(vendor.calls) if vendor else []
    is_there = (world.panels / "p/state.lock.json").exists()
    departed = Counter(world.departed().values()) if is_there else None
    found = Rehearsal(first, report, outcomes_of(world), departed, seen, world.left_over())
    if first.code == 0 or vendor is None or not then_again:
        return found
    vendor.heal()
    again = _apply(world, *always)
    calls = len(vendor.calls) - len(seen)
    return found._replace(again=again, after=outcomes_of(world), calls_of_the_next=calls)


def outcomes_of(world: World) -> Counter[str] | None:
    """How many members the lockfile knows, by what it says of them; None where there is no lockfile."""
    return Counter(world.outcomes().values()) if (world.panels / "p/state.lock.json").exists() else None


def _apply(world: World, *options: str) -> Result:
    # Nothing is masked, also where the tests run in CI: their words are what is looked at.
    return world.run("apply", "p", "--yes", "--report", "report.json", *options, env={"CI": "false"})


@contextmanager
def ahead(
    request: pytest.FixtureRequest,
    folders: pytest.TempPathFactory,
    rehearse: Callable[[Path, Case], Ended],
    at_once: int = 3,
) -> Iterator[Callable[[Case], Ended]]:
    """Begin the cases of all selected tests of this module, since they mostly wait; gives what waits for one.

    A case is the value of a test's parameter `case`; each is rehearsed once, in a folder of its own.
    """
    with ThreadPoolExecutor(at_once) as pool:
        runs: dict[Any, Future[Ended]] = {
            case: pool.submit(rehearse, folders.mktemp("case"), case)
            for case in dict.fromkeys(_selected(request))
        }
        yield lambda case: runs[case].result()
        pool.shutdown(cancel_futures=True)


def _selected(request: pytest.FixtureRequest) -> Iterator[Any]:
    for item in request.session.items:
        if isinstance(item, pytest.Function) and item.path == request.path and hasattr(item, "callspec"):
            parameters = item.callspec.params
            if "case" in parameters:
                yield parameters["case"]
