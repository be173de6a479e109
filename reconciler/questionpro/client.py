"""The panel over HTTP: one method, a batch in, a reply out.

Sources: the vendor's pages *save panel members*, *communities/member-unsubscribe* and
*communities/delete-member* (method, path, body), and *api-key-authentication-changes* (header `api-key`).
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

import httpx

from reconciler.member import Removal
from reconciler.panel import Answer, Counted, CountedAway, Denied, Reply, Request, Save
from reconciler.questionpro.answers import read_answer
from reconciler.questionpro.connection import PACKINGS, headers_as_they_came, open_connections
from reconciler.questionpro.denial import Access
from reconciler.questionpro.error_body import find
from reconciler.questionpro.failures import FAILURES, read_failure, read_overdue
from reconciler.questionpro.http_answer import HttpAnswer
from reconciler.questionpro.key import ApiKey

_PATH = "/micropanel/members"
_REMOVALS = {Removal.UNSUBSCRIBE: ("POST", f"{_PATH}/unsubscribe"), Removal.DELETE: ("DELETE", _PATH)}
_MOST_BYTES = 1024 * 1024
_SENDING_BEGAN = "http11.send_request_headers.started"


@dataclass(slots=True)
class _Attempt:
    """What is known of one call while it is under way."""

    sent: bool
    status: int | None = None
    came: HttpAnswer | None = None

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        # A proxy is asked for a tunnel by the same events; only the call itself counts.
        if event == _SENDING_BEGAN and info["request"].method != b"CONNECT":
            self.sent = True


class QuestionProPanel:
    """The vendor's panel behind `target`, or whatever `transport` leads to. An async context manager."""

    def __init__(
        self,
        target: str,
        key: ApiKey | None,
        timeout: float,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`target` is the base address without a slash at its end.

        `timeout` is in seconds, for one whole call: from the name look-up to the last byte.

        Raises:
            InvalidInput: the proxy or the certificates that the environment names can't be used.
        """
        self._target = target
        self._access = Access(target, key.origin if key else "environment.yaml")
        self._key = key
        self._timeout = timeout
        # Other transports don't tell when sending began, so there every attempt counts as sent.
        self._tells_when_sent = transport is None or isinstance(transport, httpx.AsyncHTTPTransport)
        self._connections = open_connections(target, timeout, transport)

    async def __aenter__(self) -> Self:
        """Nothing is opened before the first call."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all connections, and the transport with them."""
        await self._connections.aclose()

    async def send(self, request: Request) -> Reply:
        """Send one batch, once; never raises for anything that the network or the server does."""
        attempt = _Attempt(sent=not self._tells_when_sent)
        began = time.monotonic()
        answer = await self._answer(request, attempt)
        request_id = find(attempt.came.text, "requestID") if attempt.came else None
        return Reply(
            self._without_key(answer),
            sent=attempt.sent,
            status=attempt.status,
            request_id=self._hide(request_id) if request_id else None,
            duration=time.monotonic() - began,
        )

    async def _answer(self, request: Request, attempt: _Attempt) -> Answer:
        try:
            async with asyncio.timeout(self._timeout):
                attempt.came = await self._call(request, attempt)
        except TimeoutError:
            return read_overdue(self._timeout, sent=attempt.sent)
        except FAILURES as error:
            return read_failure(error, sent=attempt.sent)
        return read_answer(attempt.came, request, self._access)

    def _without_key(self, answer: Answer) -> Answer:
        """The answer's words without the key, should the server have repeated it."""
        if isinstance(answer, Counted | CountedAway):
            return answer
        if isinstance(answer, Denied):
            return Denied(self._hide(answer.reason), self._hide(answer.remedy))
        return replace(answer, reason=self._hide(answer.reason))

    def _hide(self, text: str) -> str:
        return text.replace(self._key.reveal(), "(the key)") if self._key else text

    async def _call(self, request: Request, attempt: _Attempt) -> HttpAnswer:
        method, path = ("POST", _PATH) if isinstance(request, Save) else _REMOVALS[request.by]
        headers = {"content-type": "application/json"}
        if self._key is not None:
            headers["api-key"] = self._key.reveal()
        extensions = {"trace": attempt.trace}
        async with self._connections.stream(
            method, self._target + path, content=_body(request), headers=headers, extensions=extensions
        ) as response:
            attempt.sent = True
            attempt.status = response.status_code
            return await _read(response)


def _body(request: Request) -> bytes:
    items = map(dict, request.members) if isinstance(request, Save) else request.addresses
    return json.dumps([*items], separators=(",", ":")).encode()


async def _read(response: httpx.Response) -> HttpAnswer:
    headers = headers_as_they_came(response)
    if headers.get("content-encoding", "").strip().lower() not in PACKINGS:
        # Packed twice or more, a few bytes could unfold to any size before they can be counted.
        return HttpAnswer(response.status_code, headers, b"", complete=False)
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _MOST_BYTES:
            return HttpAnswer(response.status_code, headers, bytes(body[:_MOST_BYTES]), complete=False)
    return HttpAnswer(response.status_code, headers, bytes(body))
