"""The sandbox behind a socket: each call meets the next fault of the list, and leaves a line in the log.

It may be slow. When a slow server acts on a call, and counts it, can't be seen from outside: so ours acts at
once on one call and at the end of the wait on the next. A client that paces itself by either is found out.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import cycle

from reconciler.sandbox.application import Application
from reconciler.sandbox.asgi import Receive, Scope, Send, read_call
from reconciler.sandbox.faults import NO_FAULT, Fault
from reconciler.sandbox.messages import Call, SandboxAnswer
from reconciler.sandbox.wire import Wire

TRANSPORT = "transport"
"""Under this name the server puts the connection's asyncio transport into the scope's `state`."""

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
        call = await read_call(scope, receive, self._application.rules.max_body)
        if call is None:
            return
        fault = self.faults.popleft() if self.faults else NO_FAULT
        before, after = next(self._waits)
        await asyncio.sleep(before)
        answer = self._answer(call, fault)
        self._log(_line(answer, fault))
        await asyncio.sleep(after)
        await fault.deliver(Wire(scope["state"][TRANSPORT], receive, send), answer)

    def _answer(self, call: Call, fault: Fault) -> SandboxAnswer:
        acted = self._application.answer(call) if fault.acts else _NOT_ACTED
        return fault.alter(acted, call.path)


def _line(answer: SandboxAnswer, fault: Fault) -> str:
    parts = [datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), str(answer.status or "-")]
    parts += [f"{count.short}={number}" for count, number in answer.counts.items()]
    if fault is not NO_FAULT:
        parts.append(f"fault={fault.kind}")
    return " ".join(parts)
