"""What it costs to read a panel back, beside what decoding and checking its pages takes.

    python tests/bench/read_panel.py [MEMBERS]

A sandbox in a process of its own serves the pages on loopback, without a rate limit. Everything is processor
time of this process: HTTP alone, the pages alone, the whole read, and the comparison with the member files.
Our share is the read without HTTP. Never fails on time.
"""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

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
_KEY = Credential("no-such-key", "this file")
_UNLIMITED = Api(rate_limit=RateLimit(calls=10**9, seconds=1))


def main() -> None:
    """Measure, and print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _MEMBERS
    members = [_member(number) for number in range(count)]
    roster = Roster(
        {each["emailAddress"]: Declaration(each, "team.csv", line) for line, each in enumerate(members, 2)}
    )
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "vendor.sqlite3"
        with closing(Store.opened(data)) as store, store.transaction():
            for each in members:
                store.add(each)
        with _served(data) as address:
            http, bodies = _spent(lambda: asyncio.run(_fetch(address, count // PAGE_SIZE + 1)))
            pages, _ = _spent(lambda: [_decoded(body) for body in bodies])
            bodies.clear()
            whole, read = _spent(lambda: _read(address, roster))
    compared, (_, same) = _spent(lambda: compare(roster, read, ()))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{count} members in {read.calls} calls, {same} of them the same; {memory:.0f} MiB at most\n"
        f"HTTP alone           {http:6.2f} s\n"
        f"pages, decoded       {pages:6.2f} s\n"
        f"read                 {whole:6.2f} s\n"
        f"our share            {(whole - http) / pages:6.2f} times the pages (goal: 2)\n"
        f"comparison           {compared:6.2f} s (goal: below 1)\n"
    )


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


async def _fetch(address: str, pages: int) -> list[bytes]:
    url = f"{address}/cx/feedback/panel-members?perPage={PAGE_SIZE}&page="
    async with httpx.AsyncClient(headers={"api-key": _KEY.reveal()}, trust_env=False) as client:
        return [(await client.post(f"{url}{number}", json={})).content for number in range(1, pages + 1)]


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
