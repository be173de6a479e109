"""What it costs to read a panel back, as multiples of merely decoding and checking its pages.

    python tests/bench/reading.py [MEMBERS]

A sandbox in a process of its own serves the pages on loopback, without a rate limit. Everything is processor
time of this process. The floor is the bytes of all pages, decoded and checked; HTTP alone is the same calls
without that. Both are measured on every fifth page, and multiplied. Our share is the whole read without HTTP
alone. Memory is the most that this process took, member files and comparison included. Never fails on time.
"""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import httpx

from reconciler.credential import Credential
from reconciler.environment.model import Api, RateLimit
from reconciler.questionpro.answers import Access, HttpAnswer
from reconciler.questionpro.client import QuestionProPanel
from reconciler.questionpro.pages import read_page
from reconciler.questionpro.panel import PAGE_SIZE, ReadPage
from reconciler.readback.drift import compare
from reconciler.readback.model import PanelRead
from reconciler.readback.reader import ReadPlan, read_panel
from reconciler.roster.model import Declaration, Roster
from reconciler.sandbox.store import Store

_Result = TypeVar("_Result")
_MEMBERS = 100_000
_SAMPLED_EACH = 5
_MOST_SHARE = 2.0  # times the floor
_MOST_SECONDS = 1.0  # of the comparison
_MOST_MEMORY = 400.0  # MiB
_KEY = Credential("no-such-key", "this file")
_UNLIMITED = Api(rate_limit=RateLimit(calls=10**9, seconds=1))


class Row(NamedTuple):
    """A line of the table: what it cost, and its goal in the same unit (None: there is none)."""

    name: str
    seconds: float
    goal: float | None = None


def main() -> None:
    """Measure, and print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _MEMBERS
    people = enumerate(map(_member, range(count)), 2)
    roster = Roster({each["emailAddress"]: Declaration(each, "team.csv", line) for line, each in people})
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "vendor.sqlite3"
        with closing(Store.opened(data)) as store, store.transaction():
            for member in roster.members.values():
                store.add(member.attributes)
        with _served(data) as address:
            sample = range(1, count // PAGE_SIZE + 2, _SAMPLED_EACH)
            http, bodies = asyncio.run(_fetch(address, sample))
            floor, _ = _spent(lambda: [_decoded(body) for body in bodies])
            bodies.clear()
            whole, read = _spent(lambda: _read(address, roster))
    compared, (_, same) = _spent(lambda: compare(roster, read, ()))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    http, floor = (_SAMPLED_EACH * seconds for seconds in (http, floor))
    rows = [
        Row("floor: pages decoded and checked", floor),
        Row("HTTP alone", http),
        Row("read", whole),
        Row("our share of it", whole - http, _MOST_SHARE * floor),
        Row("comparison with the member files", compared, _MOST_SECONDS),
    ]
    sys.stdout.write(f"{count:,} members in {read.calls:,} calls, {same:,} of them the same\n")
    sys.stdout.write(_table(rows, memory))


def _table(rows: Sequence[Row], memory: float) -> str:
    floor = rows[0].seconds
    lines = [f"{'':36}{'seconds':>9}{'ratio':>8}{'goal':>9}"]
    for name, seconds, goal in rows:
        limit = "" if goal is None else f"≤ {goal:.2f} s"
        missed = "  missed" if goal is not None and seconds > goal else ""
        lines.append(f"{name:36}{seconds:9.2f}{seconds / floor:8.2f}{limit:>9}{missed}")
    missed = "  missed" if memory > _MOST_MEMORY else ""
    lines.append(f"memory at most: {memory:.0f} MiB, goal ≤ {_MOST_MEMORY:.0f} MiB{missed}")
    return "\n".join([*lines, ""])


def _member(number: int) -> dict[str, str]:
    name = f"member{number}"
    return {
        "emailAddress": f"{name}@example.org",
        "firstName": name.title(),
        "lastName": "Example",
        "zipCode": f"{number % 100_000:05}",
        "city": "Oslo",
        "custom1": str(number),
    }


@contextmanager
def _served(data: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "reconciler", "sandbox", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--rate", "1000000000/1", "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def _spent(work: Callable[[], _Result]) -> tuple[float, _Result]:
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


async def _fetch(address: str, pages: Sequence[int]) -> tuple[float, list[bytes]]:
    """The bodies, and what they cost without opening the connection, which is not done for each page."""
    url = f"{address}/cx/feedback/panel-members?perPage={PAGE_SIZE}&page="
    async with httpx.AsyncClient(headers={"api-key": _KEY.reveal()}, trust_env=False) as client:
        await client.post(f"{url}1", json={})
        began = time.process_time()
        bodies = [(await client.post(f"{url}{number}", json={})).content for number in pages]
        return time.process_time() - began, bodies


def _decoded(body: bytes) -> object:
    return read_page(HttpAnswer(200, {}, body), ReadPage(1), Access("", "", _KEY.hide_in))


def _read(address: str, roster: Roster) -> PanelRead:
    expected = {key: str(each.attributes["emailAddress"]) for key, each in roster.members.items()}
    plan = ReadPlan(expected, expected.keys(), 10**9, lambda _: True)
    return read_panel(lambda: QuestionProPanel(address, _KEY, 60), _UNLIMITED, plan, _Silent())


class _Silent:
    def read(self, members: int, calls: int) -> None:
        """Say nothing."""

    def reads_again(self, missing: int) -> None:
        """Say nothing."""

    def waiting(self, seconds: float, reason: str) -> None:
        """Say nothing."""


if __name__ == "__main__":
    main()
