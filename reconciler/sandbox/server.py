"""The sandbox on a real socket, by uvicorn. For loopback addresses alone: it serves tests and rehearsals.

Each call meets the next fault of the list, and leaves a line in the log. The sandbox may be slow. When a
slow server acts on a call, and counts it, can't be seen from outside: so ours acts at once on one call and at
the end of the wait on the next. A client that paces itself by either is found out.
"""

import asyncio
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle
from types import FrameType

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.errors import InvalidInput
from reconciler.files import reason
from reconciler.interruption import handled_by
from reconciler.problems import Problem
from reconciler.sandbox.app import BASE_PATH, Application, Call, SandboxAnswer
from reconciler.sandbox.faults import NO_FAULT, Fault, Receive, Scope, Send, Wire

_TRANSPORT = "transport"
"""Under this name the connection's asyncio transport is in the scope's `state`."""

_NOT_ACTED = SandboxAnswer(0, b"", ())


class ServedSandbox:
    """One application, and the faults between it and its callers; after the last fault there are none."""

    def __init__(
        self,
        application: Application,
        faults: Iterable[Fault],
        log: Callable[[str], None],
        delay: float = 0.0,
    ) -> None:
        """`faults` are those to come; `log` gets a line for each call, without key or personal data.

        `delay` is how many seconds each answer takes.
        """
        self._application = application
        self.faults = deque(faults)
        self._log = log
        self._waits = cycle(((0.0, delay), (delay, 0.0)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP call."""
        call = await _read_call(scope, receive, self._application.rules.max_body)
        if call is None:
            return
        fault = self.faults.popleft() if self.faults else NO_FAULT
        before, after = next(self._waits)
        await asyncio.sleep(before)
        answer = self._answer(call, fault)
        self._log(_line(answer, fault))
        await asyncio.sleep(after)
        await fault.deliver(Wire(scope["state"][_TRANSPORT], receive, send), answer)

    def _answer(self, call: Call, fault: Fault) -> SandboxAnswer:
        if fault.disturb is not None:
            self._application.disturb(fault.disturb)
        acted = self._application.answer(call) if fault.acts else _NOT_ACTED
        return fault.alter(acted, call.path)


async def _read_call(scope: Scope, receive: Receive, max_body: int) -> Call | None:
    """The whole call, or None where the caller left in the middle of it.

    A body longer than `max_body` bytes is read to its end and not kept: an answer in the middle of it would
    reach the caller as a broken connection.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")[: max_body + 1 - len(body)]
        more = message.get("more_body", False)
    key = dict(reversed(scope["headers"])).get(b"api-key")
    return Call(
        method=scope["method"],
        path=scope["path"],
        key=key.decode("latin-1") if key else None,
        body=bytes(body) if len(body) <= max_body else None,
        query=scope["query_string"].decode("latin-1"),
    )


def _line(answer: SandboxAnswer, fault: Fault) -> str:
    parts = [datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), str(answer.status or "-"), answer.summary]
    if fault is not NO_FAULT:
        parts.append(f"fault={fault.kind}")
    return " ".join(filter(None, parts))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any that is free.

    Raises:
        InvalidInput: the port is taken, or the address can't be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio takes the delay out of small answers only where the protocol is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise InvalidInput(
            Problem(
                (f"The sandbox can't listen on {host}, port {port}: {reason(error)}.",),
                ("Choose another with --port, or --port 0 for any that is free.",),
            )
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """What to put into `base_url`."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{BASE_PATH}"


def server_for(sandbox: ServedSandbox, ready: Callable[[], None]) -> Server:
    """A server that is not running yet; `ready` is called once calls are taken.

    It ends on a signal, and at once when its `should_exit` is set.
    """
    config = Config(
        sandbox,
        http=_OpenProtocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        # Longer than clients keep a connection, so that an idle one isn't closed under a call.
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    return _Server(config, ready)


class _OpenProtocol(H11Protocol):
    """Lets the application reach the connection itself, which a fault may break."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


class _Server(Server):
    """Ends on a signal as on request: at once, with success, and without raising the signal again."""

    def __init__(self, config: Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # The application acts between two steps of the loop: a caller who still waits, waits for a fault.
        for connection in tuple(self.server_state.connections):
            connection.transport.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Those that the program heeds: SIGHUP too, and none that was ignored when the process began.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        with handled_by(self.handle_exit):
            yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        self.should_exit = True
