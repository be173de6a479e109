"""The sandbox on a real socket, by uvicorn. For loopback addresses alone: it serves tests and trials."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.errors import InvalidInput
from reconciler.interruption import handled_by
from reconciler.problems import Problem
from reconciler.sandbox.application import BASE_PATH
from reconciler.sandbox.served import TRANSPORT, ServedSandbox


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
                (f"The sandbox can't listen on {host}, port {port}: {error.strerror}.",),
                ("Choose another with --port, or --port 0 for any that is free.",),
            )
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """What to put into `base_url`."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{BASE_PATH}"


def serve_on(listener: socket.socket, sandbox: ServedSandbox, ready: Callable[[], None]) -> None:
    """Serve until a signal; `ready` is called once calls are taken."""
    server_for(sandbox, ready).run(sockets=[listener])


def server_for(sandbox: ServedSandbox, ready: Callable[[], None]) -> Server:
    """A server that is not running yet; it ends at once when its `should_exit` is set."""
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
        self.app_state = {**self.app_state, TRANSPORT: transport}


class _Server(Server):
    """Ends on a signal as on a wish: at once, with success, and without raising the signal again."""

    def __init__(self, config: Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # The application acts between two steps of the loop: whoever still waits, waits for a fault.
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
