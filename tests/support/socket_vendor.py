"""The sandbox on a real socket, served by a thread of the tests: there in milliseconds, many at a time.

It is what `reconciler sandbox serve` serves, without the process around it, which takes half a second to
start. `world.Sandbox` is the one with the process.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from threading import Event, Thread
from types import TracebackType
from typing import Self

from reconciler.environment.model import RateLimit
from reconciler.member import Attributes
from reconciler.sandbox.app import Application, Rules
from reconciler.sandbox.faults import Fault, parse_faults
from reconciler.sandbox.server import ServedSandbox, address_of, listen, server_for
from reconciler.sandbox.store import Store

_SECONDS = 30


class SocketVendor(AbstractContextManager["SocketVendor"]):
    """A panel behind `base_url`.

    `calls` has a line for each call that it got, `moments` when it acted on each, in seconds.
    """

    def __init__(
        self,
        *faults: str | Fault,
        holds: Iterable[Attributes] = (),
        refuses: Iterable[str] = (),
        blocks: Iterable[str] = (),
        updates_known: bool = False,
        allowance: int | None = None,
        rate: RateLimit = RateLimit(),  # noqa: B008 - immutable
        delay: float = 0.0,
    ) -> None:
        """`faults` are `KIND[:COUNT]`, or faults of one's own; all else is as for `sandbox serve`."""
        self.calls: list[str] = []
        self.moments: list[float] = []
        self._faults = [each for fault in faults for each in _read(fault)]
        self._holds = tuple(holds)
        self._rules = Rules(
            bool,
            allowance,
            rate,
            refuses=frozenset(refuses),
            blocks=frozenset(blocks),
            updates_known=updates_known,
        )
        self._delay = delay
        self._listener = listen("127.0.0.1", 0)
        self.base_url = address_of(self._listener)
        self._ready = Event()
        self._thread = Thread(target=self._serve)

    def __enter__(self) -> Self:
        """Take calls."""
        self._thread.start()
        assert self._ready.wait(_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave all who still wait for an answer."""
        self._server.should_exit = True
        self._thread.join(_SECONDS)
        self._listener.close()

    def heal(self) -> None:
        """Let all go well from here on."""
        self._sandbox.faults.clear()

    def strike(self, *faults: str | Fault) -> None:
        """Let these be what goes wrong next, one call after the other."""
        self._sandbox.faults.clear()
        self._sandbox.faults.extend(each for fault in faults for each in _read(fault))

    def wait_for(self, calls: int) -> None:
        """Wait until it got so many calls in all."""
        deadline = time.monotonic() + _SECONDS
        while len(self.calls) < calls:
            assert time.monotonic() < deadline, self.calls
            time.sleep(0.01)

    def answered(self, status: int) -> Sequence[str]:
        """The calls with this answer."""
        return [line for line in self.calls if line.split()[1] == str(status)]

    def _log(self, line: str) -> None:
        self.moments.append(time.monotonic())
        self.calls.append(line)

    def _serve(self) -> None:
        store = Store.opened(None, lambda: self._holds)  # SQLite wants to stay within one thread
        application = Application(store, self._rules)
        self._sandbox = ServedSandbox(application, self._faults, self._log, self._delay)
        self._server = server_for(self._sandbox, self._ready.set)
        self._server.run(sockets=[self._listener])
        store.close()


def _read(fault: str | Fault) -> list[Fault]:
    return [fault] if isinstance(fault, Fault) else parse_faults([fault])
