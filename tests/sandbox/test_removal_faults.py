"""Each fault, over a real socket, for the calls that unsubscribe and delete."""

import asyncio
from typing import NamedTuple

import httpx
import pytest
from people import person
from socket_vendor import SocketVendor
from world import KEY

from reconciler.sandbox.faults import FAULTS

_NEVER_END = ("trickle", "silence")
_SECONDS = 1.5  # the deadline for faults that never end
_PATIENCE = 60
_CALLS = {
    "delete": ("DELETE", "/micropanel/members"),
    "unsubscribe": ("POST", "/micropanel/members/unsubscribe"),
}


class _Seen(NamedTuple):
    """How the calls went, by the kind of their fault; the counts of the same calls afterwards; the log."""

    first: dict[str, httpx.Response | None]
    again: dict[str, list[int]]
    log: list[str]


@pytest.fixture(scope="module", params=_CALLS)
def seen(request: pytest.FixtureRequest) -> _Seen:
    """One call for each kind of fault, each for a member of its own; then all of them without faults."""
    with SocketVendor(*FAULTS, holds=[person(f"m{kind}") for kind in FAULTS]) as vendor:
        first, again = asyncio.run(_call_twice(vendor.base_url, *_CALLS[request.param]))
        return _Seen(first, again, vendor.calls)


async def _call_twice(
    address: str, method: str, path: str
) -> tuple[dict[str, httpx.Response | None], dict[str, list[int]]]:
    async with httpx.AsyncClient(headers={"api-key": KEY}, trust_env=False, timeout=_PATIENCE) as client:

        async def call(kind: str, seconds: float = _PATIENCE) -> httpx.Response | None:
            try:
                async with asyncio.timeout(seconds):
                    return await client.request(method, address + path, json=[f"m{kind}@example.org"])
            except (httpx.HTTPError, TimeoutError):
                return None

        first = {kind: await call(kind, _SECONDS if kind in _NEVER_END else _PATIENCE) for kind in FAULTS}
        again = {kind: await call(kind) for kind in FAULTS}
    return first, {kind: _counts(answer) for kind, answer in again.items()}


def _counts(answer: httpx.Response | None) -> list[int]:
    assert answer is not None
    return list(answer.json()["response"].values())


@pytest.mark.parametrize("kind", FAULTS)
def test_the_panel_acted_before_the_fault_just_where_it_says_so(seen: _Seen, kind: str) -> None:
    assert seen.again[kind] == ([0, 0, 1, 0] if FAULTS[kind].acts else [1, 0, 0, 0])


@pytest.mark.parametrize("kind", ["reset-before", "reset-after", "cut", "trickle", "silence"])
def test_a_broken_connection_is_no_answer(seen: _Seen, kind: str) -> None:
    assert seen.first[kind] is None


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind[:3].isdigit()])
def test_an_error_has_its_status(seen: _Seen, kind: str) -> None:
    answer = seen.first[kind]
    assert answer is not None
    assert answer.status_code == int(kind[:3])


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("ok", [1, 0, 0, 0]),
        ("gzip", [1, 0, 0, 0]),
        ("huge", [1, 0, 0, 0]),
        ("wrong-counts", [2, 0, 0, 0]),
        ("negative-counts", [2, 0, 0, -1]),
        ("missing-counts", [1]),
        ("text-counts", ["1", "0", "0", "0"]),
        ("extra-keys", [7, 1, 0, 0, 0, []]),
    ],
)
def test_counts_are_right_or_falsified_as_the_fault_says(
    seen: _Seen, kind: str, counts: list[object]
) -> None:
    assert _counts(seen.first[kind]) == counts


def test_each_call_leaves_a_line_with_what_really_happened(seen: _Seen) -> None:
    assert len(seen.log) == 2 * len(FAULTS)
    (line,) = (line for line in seen.log if line.endswith("fault=wrong-counts"))
    assert "d=1 unavailable=0 already-" in line
    assert line.endswith(" blocked=0 fault=wrong-counts")
    assert "example.org" not in "".join(seen.log)
