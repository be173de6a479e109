"""A server that repeats the key in its answers: no word of it goes any further."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx
import pytest

from reconciler.panel import Reply, Save
from reconciler.questionpro.client import QuestionProPanel
from reconciler.questionpro.key import ApiKey

KEY = "sekret-key-42"
Event = MutableMapping[str, Any]


def repeating(status: int) -> Callable[..., Awaitable[None]]:
    """An application that answers with the key wherever an answer has room for it."""

    async def application(scope: Event, receive: Callable[[], Awaitable[Event]], send: Any) -> None:
        await receive()
        key = dict(scope["headers"])[b"api-key"].decode()
        body = json.dumps({"requestID": key, "response": {"error": {"message": f"bad key {key}"}}}).encode()
        headers = [(b"location", f"https://{key}.example/".encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


async def asked(status: int) -> Reply:
    transport = httpx.ASGITransport(app=repeating(status))
    key = ApiKey(KEY, "the variable KEY")
    async with QuestionProPanel("http://sandbox.invalid/a/api/v2", key, 5, transport=transport) as panel:
        return await panel.send(Save([{"emailAddress": "ada@example.org"}]))


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 413, 418, 429, 500, 503])
def test_a_key_that_the_server_repeats_goes_no_further(status: int) -> None:
    reply = asyncio.run(asked(status))
    assert reply.status == status
    assert KEY not in repr(reply)
