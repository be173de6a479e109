"""The panel over HTTP: a request in, a reply out.

Sources: the vendor's pages *save panel members*, *communities/member-unsubscribe*,
*communities/delete-member* and *cx/get-panel-members* (method, path, body), and
*api-key-authentication-changes* (header `api-key`).
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self

import httpx

from reconciler import __version__
from reconciler.credential import Credential
from reconciler.member import Removal
from reconciler.network import FAILURES, Route, hop_of, route_to, why_it_failed
from reconciler.questionpro import pages
from reconciler.questionpro.answers import Access, HttpAnswer, find, read_answer
from reconciler.questionpro.panel import PAGE_SIZE, Answer, Lost, ReadPage, Reply, Request, Save, Unreachable

_PATH = "/micropanel/members"
_READ_PATH = "/cx/feedback/panel-members"
_REMOVALS = {Removal.UNSUBSCRIBE: ("POST", f"{_PATH}/unsubscribe"), Removal.DELETE: ("DELETE", _PATH)}
_MOST_BYTES = 256 * 1024  # of an answer; the documented ones have less than one thousandth of it
_ENCODINGS = ("", "identity", "gzip")  # the content encodings that were asked for
_SENDING_BEGAN = "http11.send_request_headers.started"
_SHARE_FOR_CONNECTING = 0.9
_LOCATION = "reconciler.location"


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
    """The vendor's panel at `target`, or the one behind `transport`. An async context manager."""

    def __init__(
        self,
        target: str,
        key: Credential | None,
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
        self._key = key
        self._access = Access(target, key.origin, key.hide_in) if key else Access(target, "environment.yaml")
        self._timeout = timeout
        # Other transports don't tell when sending began, so there every attempt counts as sent.
        self._tells_when_sent = transport is None or isinstance(transport, httpx.AsyncHTTPTransport)
        self._route = Route(target) if transport else route_to(target)
        self._connections = _client(self._route, timeout, transport)

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
        return await self._reply(request)

    async def read(self, request: ReadPage) -> Reply:
        """Ask for one page, once; never raises for anything that the network or the server does."""
        return await self._reply(request)

    async def _reply(self, request: Request | ReadPage) -> Reply:
        attempt = _Attempt(sent=not self._tells_when_sent)
        began = time.monotonic()
        answer = await self._answer(request, attempt)
        hide = self._access.hide
        came = None if isinstance(request, ReadPage) else attempt.came
        return Reply(
            answer,
            sent=attempt.sent,
            status=attempt.status,
            request_id=find(hide(came.text), "requestID", hide) if came else None,
            duration=time.monotonic() - began,
        )

    async def _answer(self, request: Request | ReadPage, attempt: _Attempt) -> Answer:
        try:
            async with asyncio.timeout(self._timeout):
                attempt.came = await self._call(request, attempt)
        except TimeoutError as error:
            what = "no complete answer" if attempt.sent else f"no connection to {self._route}"
            reason = f"{what} within {self._timeout:g} s"
            return self._without_answer(reason, error, attempt)
        except FAILURES as error:
            return self._without_answer(why_it_failed(error, self._route), error, attempt)
        if isinstance(request, ReadPage):
            return pages.read_page(attempt.came, request, self._access)
        return read_answer(attempt.came, request, self._access)

    def _without_answer(self, reason: str, error: Exception, attempt: _Attempt) -> Unreachable | Lost:
        """Nothing was sent, or the server may have acted."""
        return Lost(reason) if attempt.sent else Unreachable(reason, hop_of(error, self._route))

    async def _call(self, request: Request | ReadPage, attempt: _Attempt) -> HttpAnswer:
        method, path, body = _call_of(request)
        headers = {"content-type": "application/json"}
        if self._key is not None:
            headers["api-key"] = self._key.reveal()
        extensions = {"trace": attempt.trace}
        content = json.dumps(body, separators=(",", ":")).encode()
        async with self._connections.stream(
            method, self._target + path, content=content, headers=headers, extensions=extensions
        ) as response:
            attempt.sent = True
            attempt.status = response.status_code
            is_page = isinstance(request, ReadPage) and response.is_success
            return await _read(response, pages.MOST_BYTES if is_page else _MOST_BYTES)


def _client(route: Route, seconds: float, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """A pool of connections for calls of so many seconds. Cookies are not kept.

    The caller bounds the whole call. httpx's own timeouts bound single reads, which an answer that trickles
    never exceeds, so they are off, except one: httpcore leaves the socket open if a handshake is cancelled
    from outside, so connecting times out by itself, a little before the call's time is over.
    """
    return httpx.AsyncClient(
        headers={
            "accept": "application/json",
            "accept-encoding": "gzip",
            "user-agent": f"reconciler/{__version__}",
        },
        timeout=httpx.Timeout(None, connect=_SHARE_FOR_CONNECTING * seconds),
        transport=transport,
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
        event_hooks={"response": [_set_location_aside]},
        **({"trust_env": False} if transport else route.settings()),
    )


async def _set_location_aside(response: httpx.Response) -> None:
    """Keep httpx from reading where a redirect leads: it would, and fail where that is no address."""
    if "location" in response.headers:
        response.extensions[_LOCATION] = response.headers.pop("location")


def _call_of(request: Request | ReadPage) -> tuple[str, str, Any]:
    """Method, path and body."""
    match request:
        case Save():
            return "POST", _PATH, [dict(member) for member in request.members]
        case ReadPage():
            body = {} if request.search is None else {"searchField": request.search}
            return "POST", f"{_READ_PATH}?page={request.number}&perPage={PAGE_SIZE}", body
    return *_REMOVALS[request.by], [*request.addresses]


async def _read(response: httpx.Response, most_bytes: int) -> HttpAnswer:
    headers = dict(response.headers)
    if _LOCATION in response.extensions:
        headers["location"] = response.extensions[_LOCATION]
    incomplete = HttpAnswer(response.status_code, headers, b"", complete=False)
    if headers.get("content-encoding", "").strip().lower() not in _ENCODINGS:
        # Compressed twice or more, a few bytes could unfold to any size before they can be counted.
        return incomplete
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most_bytes:
            return incomplete
    return HttpAnswer(response.status_code, headers, bytes(body))
