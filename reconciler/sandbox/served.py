"""The sandbox behind a socket: each call meets the next fault of the list, and leaves a line in the log."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

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

    def __init__(self, application: Application, faults: Iterable[Fault], log: Callable[[str], None]) -> None:
        """`log` gets a line for each call, with neither key nor personal data in it."""
        self._application = application
        self._faults = deque(faults)
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP call."""
        call = await read_call(scope, receive, self._application.rules.max_body)
        if call is None:
            return
        fault = self._faults.popleft() if self._faults else NO_FAULT
        answer = self._answer(call, fault)
        self._log(_line(answer, fault))
        await fault.deliver(Wire(scope["state"][TRANSPORT], receive, send), answer)

    def _answer(self, call: Call, fault: Fault) -> SandboxAnswer:
        acted = self._application.answer(call) if fault.acts else _NOT_ACTED
        return fault.alter(acted, call.path)


def _line(answer: SandboxAnswer, fault: Fault) -> str:
    parts = [datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), str(answer.status or "-")]
    if answer.added is not None:
        parts += [f"added={answer.added}", f"failed={answer.failed}"]
    if fault is not NO_FAULT:
        parts.append(f"fault={fault.kind}")
    return " ".join(parts)
