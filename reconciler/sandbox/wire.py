"""Faults of the connection: how an answer, right or wrong, gets to the caller or fails to."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from reconciler.sandbox.asgi import Receive, Send, send_answer
from reconciler.sandbox.messages import SandboxAnswer

_SECONDS_A_BYTE = 0.2
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


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


Delivery = Callable[[Wire, SandboxAnswer], Awaitable[None]]


async def whole(wire: Wire, answer: SandboxAnswer) -> None:
    """The answer, as it should come."""
    await send_answer(wire.send, answer)


async def reset(wire: Wire, _answer: SandboxAnswer) -> None:
    """No answer: the connection is reset (TCP RST)."""
    connection: socket.socket = wire.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    wire.transport.abort()
    await wire.caller_left()


async def cut(wire: Wire, answer: SandboxAnswer) -> None:
    """The first half of the answer, then the connection is closed."""
    everything = _as_http(answer)
    wire.transport.write(everything[: -(len(answer.body) // 2) - 1])
    wire.transport.close()
    await wire.caller_left()


async def trickle(wire: Wire, answer: SandboxAnswer) -> None:
    """The answer, from its first line on, at five bytes a second."""
    for byte in _as_http(answer):
        if wire.transport.is_closing():
            return
        wire.transport.write(bytes((byte,)))
        await asyncio.sleep(_SECONDS_A_BYTE)
    wire.transport.close()


async def silence(wire: Wire, _answer: SandboxAnswer) -> None:
    """No answer, ever."""
    await wire.caller_left()


def _as_http(answer: SandboxAnswer) -> bytes:
    status = HTTPStatus(answer.status)
    headers = (*answer.headers, ("content-length", str(len(answer.body))), ("connection", "close"))
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body
