"""A server that repeats the key in its answers: no part of it goes any further, in any spelling."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from reconciler.credential import Credential
from reconciler.questionpro.client import QuestionProPanel
from reconciler.questionpro.panel import Reply, Save

KEY = "Sekret-Key-0042-abcdefgh"
Event = MutableMapping[str, Any]
Spelling = Callable[[str], str]


def _escaped(key: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in key)


SPELLINGS: dict[str, Spelling] = {
    "as it is": str,
    "lower case": str.lower,
    "upper case": str.upper,
    "escaped": _escaped,
    "escaped twice": lambda key: _escaped(key).replace("\\", "\\\\"),
    "lower case, escaped": lambda key: _escaped(key.lower()),
}


def repeating(status: int, spelling: Spelling, before: str) -> Callable[..., Awaitable[None]]:
    """An application that answers with the key wherever an answer has room for it."""

    async def application(scope: Event, receive: Callable[[], Awaitable[Event]], send: Any) -> None:
        await receive()
        key = spelling(dict(scope["headers"])[b"api-key"].decode())
        body = (
            f'{{"requestID": "{before}{key}", "response": {{"error": '
            f'{{"name": "{key}", "id": "{key}", "message": "{before}{key} {before}{key}"}}}}, '
            f'"{key}": "{key}"}}'
        )
        location = f"https://{key}.example/{key}".encode()
        await send({"type": "http.response.start", "status": status, "headers": [(b"location", location)]})
        await send({"type": "http.response.body", "body": body.encode()})

    return application


async def asked(application: Callable[..., Awaitable[None]]) -> Reply:
    transport = httpx.ASGITransport(app=application)
    key = Credential(KEY, "the variable KEY")
    async with QuestionProPanel("http://sandbox.invalid/a/api/v2", key, 5, transport=transport) as panel:
        reply = await panel.send(Save([{"emailAddress": "ada@example.org"}]))
        return replace(reply, duration=0.0)  # its digits may be a part of the key's


def holds_part_of_the_key(text: str, least: int = 7) -> bool:
    folded = text.lower()
    parts = (KEY.lower()[start : start + least] for start in range(len(KEY) - least + 1))
    return any(part in folded or _escaped(part) in folded for part in parts)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 408, 413, 418, 429, 500, 503])
def test_a_key_that_the_server_repeats_goes_no_further(status: int, spelling: str) -> None:
    reply = asyncio.run(asked(repeating(status, SPELLINGS[spelling], "")))
    assert reply.status == status
    assert not holds_part_of_the_key(json.dumps(repr(reply)))


@pytest.mark.parametrize("before", [268, 276, 285, 292, 299])
@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_no_part_of_a_key_is_left_where_a_long_message_is_cut(status: int, before: int) -> None:
    reply = asyncio.run(asked(repeating(status, str, "z" * before)))
    assert "zzz" in repr(reply)
    assert not holds_part_of_the_key(repr(reply), least=4)


def test_no_part_of_a_key_is_left_where_a_long_body_is_cut() -> None:
    reply = asyncio.run(asked(repeating(400, str, " " * (256 * 1024 - 150))))
    assert not holds_part_of_the_key(repr(reply), least=4)
