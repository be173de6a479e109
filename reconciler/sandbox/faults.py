"""The faults that `sandbox serve --fault` knows: whether the sandbox acts, and what goes wrong then.

Where a real fault would leave it open whether the server acted, ours acts first: in that case a careless
client adds people twice, or claims what it can't know.
"""

import asyncio
import gzip
import json
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from reconciler.problems import nearest
from reconciler.sandbox import app
from reconciler.sandbox.app import SandboxAnswer, VendorError
from reconciler.sandbox.store import Store

_RETRY_SECONDS = "2"
_HUGE = 8 * 1024 * 1024
_SECONDS_A_BYTE = 0.2
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Wire:
    """One call's connection: HTTP through `send`, or its bytes through `transport`."""

    transport: asyncio.Transport
    receive: Receive
    send: Send

    async def caller_left(self) -> None:
        """Wait until the connection is gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


Alteration = Callable[[SandboxAnswer, str], SandboxAnswer]
"""From the right answer, and the path that was called, to a wrong one."""

Delivery = Callable[[Wire, SandboxAnswer], Awaitable[None]]
"""How an answer, right or wrong, gets to the caller or fails to."""


def _error(kind: VendorError) -> Alteration:
    return lambda _, path: kind.answer(path)


def _page(status: int, html: str) -> Alteration:
    return lambda *_: SandboxAnswer(status, html.encode(), (("content-type", "text/html"),))


def _retry_after(value: Callable[[], str]) -> Alteration:
    return lambda _, path: _with_header(app.TOO_MANY_CALLS.answer(path), "retry-after", value())


def _retry_date() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=int(_RETRY_SECONDS)), usegmt=True)


def _redirect(_answer: SandboxAnswer, path: str) -> SandboxAnswer:
    """To a host that would get the key and the members if the redirect were followed."""
    return SandboxAnswer(307, b"", (("location", f"https://elsewhere.invalid{path}"),))


def _counts(falsified: Callable[[dict[str, int]], dict[str, Any]]) -> Alteration:
    """Falsify the counts of any name; leave every other answer as it is."""

    def alter(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
        if "=" not in answer.summary or not isinstance(counts := json.loads(answer.body)["response"], dict):
            return answer
        return replace(answer, body=json.dumps({"response": falsified(counts)}).encode())

    return alter


def _one_too_many(counts: dict[str, int]) -> dict[str, int]:
    first, *_ = counts
    return counts | {first: counts[first] + 1}


def _below_zero(counts: dict[str, int]) -> dict[str, int]:
    first, *_, last = counts
    return counts | {first: counts[first] + counts[last] + 1, last: -1}


_FIRST_ALONE = _counts(lambda counts: dict([*counts.items()][:1]))
_TEXT_COUNTS = _counts(lambda counts: {name: str(count) for name, count in counts.items()})
_EXTRA_KEYS = _counts(lambda counts: {"panelId": 7, **counts, "warnings": []})


def _gzipped(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    return _with_header(replace(answer, body=gzip.compress(answer.body)), "content-encoding", "gzip")


def _huge(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    return replace(answer, body=b" " * _HUGE + answer.body)


def _with_header(answer: SandboxAnswer, name: str, value: str) -> SandboxAnswer:
    return replace(answer, headers=(*answer.headers, (name, value)))


async def _whole(wire: Wire, answer: SandboxAnswer) -> None:
    length = ("content-length", str(len(answer.body)))
    headers = [(name.encode(), value.encode()) for name, value in (*answer.headers, length)]
    await wire.send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await wire.send({"type": "http.response.body", "body": answer.body})


async def _reset(wire: Wire, _answer: SandboxAnswer) -> None:
    """No answer, but a TCP RST."""
    connection: socket.socket = wire.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    wire.transport.abort()
    await wire.caller_left()


async def _cut(wire: Wire, answer: SandboxAnswer) -> None:
    everything = _as_http(answer)
    wire.transport.write(everything[: -(len(answer.body) // 2) - 1])
    wire.transport.close()
    await wire.caller_left()


async def _trickle(wire: Wire, answer: SandboxAnswer) -> None:
    for byte in _as_http(answer):
        if wire.transport.is_closing():
            return
        wire.transport.write(bytes((byte,)))
        await asyncio.sleep(_SECONDS_A_BYTE)
    wire.transport.close()


async def _silence(wire: Wire, _answer: SandboxAnswer) -> None:
    await wire.caller_left()


def _as_http(answer: SandboxAnswer) -> bytes:
    status = HTTPStatus(answer.status)
    headers = (*answer.headers, ("content-length", str(len(answer.body))), ("connection", "close"))
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body


def _one_joins(store: Store) -> None:
    """Everyone moves one place on: with a page's end in between, one member is on two pages."""
    number = 1
    while not store.add({"emailAddress": f"newcomer{number}@sandbox.test"}, first=True):
        number += 1


def _one_leaves(store: Store) -> None:
    """Everyone moves one place up: with a page's end in between, one member is on no page."""
    for resident in store.residents()[:1]:
        store.delete(resident.key)


def _all_rewritten(store: Store) -> None:
    """As when one joins; a member who is on two pages has other fields on the second."""
    for resident in store.residents():
        city = f"{resident.attributes.get('city') or ''} (moved)".strip()
        store.update({**resident.attributes, "city": city})
    _one_joins(store)


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault. `acts` tells whether the panel does what it was asked before it strikes.

    `disturb` is what others write to the panel just before the call.
    """

    kind: str
    acts: bool
    says: str
    alter: Alteration = lambda answer, _path: answer
    deliver: Delivery = _whole
    disturb: Callable[[Store], None] | None = None


_OF_ANSWERS = (
    Fault("ok", acts=True, says="no fault: lets a call through between two faults"),
    Fault("reset-before", acts=False, says="the connection is reset", deliver=_reset),
    Fault("reset-after", acts=True, says="the connection is reset", deliver=_reset),
    Fault("cut", acts=True, says="half of the answer, then the end", deliver=_cut),
    Fault("trickle", acts=True, says="the answer, five bytes a second", deliver=_trickle),
    Fault("silence", acts=True, says="no answer, ever", deliver=_silence),
    Fault("500", True, "the vendor's own error", _error(app.SERVER_ERROR)),
    Fault("500-before", False, "the vendor's own error", _error(app.SERVER_ERROR)),
    Fault("502", True, "a gateway's web page", _page(502, "<h1>502</h1>")),
    Fault("503", True, "a gateway's web page", _page(503, "<h1>503</h1>")),
    Fault("429", False, "too many calls", _error(app.TOO_MANY_CALLS)),
    Fault("429-retry-after", False, "too many calls, retry in 2 s", _retry_after(lambda: _RETRY_SECONDS)),
    Fault("429-retry-date", False, "too many calls, retry at a given time", _retry_after(_retry_date)),
    Fault("allowance", False, "the calls are used up", _error(app.ALLOWANCE_USED_UP)),
    Fault("400", False, "the batch is refused", _error(app.INVALID_URL)),
    Fault("401", False, "the key is not accepted", _error(app.UNAUTHORIZED)),
    Fault("403", False, "the key may not do this", _error(app.FORBIDDEN)),
    Fault("404", False, "there is no such address", _error(app.NOT_FOUND)),
    Fault("413", False, "the batch is too large", _error(app.TOO_LARGE)),
    Fault("redirect", False, "a redirect to another host", _redirect),
    Fault("login-page", True, "200 with a web page", _page(200, "<!DOCTYPE html><form>Please log in</form>")),
    Fault("wrong-counts", True, "counts that add up to one too many", _counts(_one_too_many)),
    Fault("negative-counts", True, "a count below zero", _counts(_below_zero)),
    Fault("missing-counts", True, "one count instead of all", _FIRST_ALONE),
    Fault("text-counts", True, "counts as text", _TEXT_COUNTS),
    Fault("extra-keys", True, "a right answer with unknown keys", _EXTRA_KEYS),
    Fault("gzip", True, "a right answer, compressed", _gzipped),
    Fault("huge", True, "a right answer behind 8 MB of spaces", _huge),
)
_OF_READING = (
    Fault("joins", True, "a member joined before it, at the front: members move on", disturb=_one_joins),
    Fault("leaves", True, "the first member left before it: members move up", disturb=_one_leaves),
    Fault("rewrites", True, "as joins, and everyone's city changed", disturb=_all_rewritten),
)
FAULTS = {fault.kind: fault for fault in _OF_ANSWERS}
"""Those of the connection and of the answer, for each call."""

READING_FAULTS = {fault.kind: fault for fault in _OF_READING}
"""Those of a panel that changes while its pages are read."""

NO_FAULT = FAULTS["ok"]


def parse_faults(texts: Iterable[str]) -> list[Fault]:
    """`KIND[:COUNT]`, each as often as it says, in order.

    Raises:
        ValueError: an unknown kind, or a count that is not a whole number from 1; the message is fit for a
            user.
    """
    known = FAULTS | READING_FAULTS
    found: list[Fault] = []
    for text in texts:
        kind, colon, count = text.partition(":")
        if kind not in known:
            meant = nearest(kind, list(known))
            hint = f"Did you mean {meant}?" if meant else "The help lists them all."
            raise ValueError(f"{kind!r} is no fault. {hint}")
        if colon and not re.fullmatch("0*[1-9][0-9]{0,8}", count):
            raise ValueError(
                f"{text!r} has no number of calls: give a whole number from 1, such as {kind}:2."
            )
        found += [known[kind]] * int(count or 1)
    return found
