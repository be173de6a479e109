"""The sandbox as an ASGI application: what httpx calls in process and uvicorn over a socket."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from reconciler.sandbox.application import Application
from reconciler.sandbox.messages import Call, SandboxAnswer

AsgiMessage = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[AsgiMessage]]
Send = Callable[[AsgiMessage], Awaitable[None]]


class AsgiSandbox:
    """One application, and nothing between it and the caller."""

    def __init__(self, application: Application) -> None:
        """Serve this application."""
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP call; a caller who leaves before the body is whole has asked for nothing."""
        call = await read_call(scope, receive, self._application.rules.max_body)
        if call is not None:
            await send_answer(send, self._application.answer(call))


async def read_call(scope: Scope, receive: Receive, max_body: int) -> Call | None:
    """The whole call, or None where the caller left in the middle of it.

    A body longer than `max_body` bytes is read to its end and not kept: an answer in the middle of it
    would reach the caller as a broken connection.
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
    )


async def send_answer(send: Send, answer: SandboxAnswer) -> None:
    """The answer, whole."""
    length = ("content-length", str(len(answer.body)))
    headers = [(name.encode(), value.encode()) for name, value in (*answer.headers, length)]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
