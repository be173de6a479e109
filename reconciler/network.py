"""The way to a host: proxies and certificates that the environment names, and words for what went wrong.

Every client of this program takes its settings from here; docs/network.md has them for users.

- `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in upper or lower case, as other programs read
  them. A loopback address is always reached directly.
- `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the certificates that come with Python's `certifi`.
- `.netrc` adds no credentials. Redirects are never followed: credentials go to no other host.
"""

import os
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from reconciler.errors import InvalidInput
from reconciler.hosts import Hop, is_loopback
from reconciler.problems import Problem

FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpx.CookieConflict,
    OSError,
)
"""All that a call can raise on account of the network or the server."""

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_NOT_READ = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "no connection to {way} in time"),
    (httpx.PoolTimeout, "no free connection in time"),
    (httpx.WriteTimeout, "the request could not be sent in time"),
    (httpx.TimeoutException, "no complete answer in time"),
    (httpx.ConnectError, "no connection to {way}"),
    (httpx.ProxyError, "the proxy of {proxy} refused"),
    (httpx.NetworkError, "the connection broke"),
    (httpx.LocalProtocolError, "the request could not be sent as HTTP"),
    (httpx.RemoteProtocolError, "the answer broke off, or is not HTTP"),
    (httpx.DecodingError, "the answer could not be decompressed"),
    (httpx.UnsupportedProtocol, "the address is not http or https"),
    (httpx.InvalidURL, "the address is not well-formed"),
    (OSError, "the connection broke"),
    (Exception, "the call failed"),
)


@dataclass(frozen=True, slots=True)
class Route:
    """How a host is reached. `proxy` may hold a password; `proxy_variable` names where it comes from."""

    origin: str
    proxy: str | None = None
    proxy_variable: str | None = None

    def __str__(self) -> str:
        """In words: the host, and whose proxy is in between."""
        return f"{self.origin} through the proxy of {self.proxy_variable}" if self.proxy else self.origin

    def settings(self) -> dict[str, Any]:
        """What httpx's clients take.

        Raises:
            InvalidInput: the proxy or the certificates can't be used; the variable is named, not its value.
        """
        settings: dict[str, Any] = {"trust_env": False, "follow_redirects": False}
        if self.origin.startswith("https:"):
            settings["verify"] = _certificates()
        if self.proxy is not None:
            settings["proxy"] = self._checked_proxy(self.proxy)
        return settings

    def _checked_proxy(self, proxy: str) -> httpx.Proxy:
        try:
            checked = httpx.Proxy(proxy)
        except (ValueError, httpx.InvalidURL) as error:
            hint = "Write it like http://proxy.example.org:8080; see docs/network.md."
            raise _unusable(f"The proxy in {self.proxy_variable} can't be used.", hint) from error
        if checked.url.scheme.startswith("socks") and find_spec("socksio") is None:
            hint = "Name an HTTP proxy, or `pip install socksio`; see docs/network.md."
            raise _unusable(f"The proxy in {self.proxy_variable} is a SOCKS proxy.", hint)
        return checked


def route_to(address: str) -> Route:
    """The way to an address, by the variables that other programs read too."""
    try:
        parts = urlsplit(address)
        host, scheme, port = parts.hostname or "", parts.scheme, parts.port
    except ValueError:
        return Route(address)
    origin = f"{scheme}://{parts.netloc}"
    # The standard library reads NO_PROXY: httpx fails at an entry in brackets, and Docker sets `[::1]`.
    named = f"{host}:{port}" if port else host
    if not host or is_loopback(address) or proxy_bypass(named):
        return Route(origin)
    proxies = getproxies()
    kind = next((kind for kind in (scheme, "all") if proxies.get(kind)), None)
    if kind is None:
        return Route(origin)
    proxy = proxies[kind]
    return Route(origin, proxy if "://" in proxy else f"http://{proxy}", _variable(f"{kind}_proxy"))


def why_it_failed(error: Exception, route: Route) -> str:
    """Why a call brought no answer, in words: which host or proxy, and what the system says."""
    words = next(words for kind, words in _WORDS if isinstance(error, kind))
    words = words.format(way=route, proxy=route.proxy_variable or "the environment")
    details = [*_details(error)]
    if isinstance(error, httpx.ProxyError) and (status := re.match(r"[0-9]{3}\b", str(error))):
        details.append(f"HTTP {status[0]}")
    return f"{words} ({'; '.join(details)})" if details else words


def hop_of(error: Exception, route: Route) -> Hop:
    """How far a connection came that failed for this reason."""
    if any(isinstance(each, ssl.SSLError) for each in _chain(error)):
        return Hop.TLS
    return Hop.PROXY if route.proxy else Hop.HOST


def _details(error: BaseException) -> list[str]:
    """The system's own word, from the bottom of the chain of causes; for certificates also what to do."""
    details: list[str] = []
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno and (word := _word(each)):
            details = [word, *([_about_certificates()] if isinstance(each, ssl.SSLError) else [])]
    return details


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and its causes, the first cause last; of a group only its first error."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            error = error.__cause__ or error.__context__


def _word(error: OSError) -> str | None:
    # These two have numbers of their own, which the operating system takes for others.
    if isinstance(error, socket.gaierror | ssl.SSLError):
        return error.strerror
    return os.strerror(error.errno or 0)


def _about_certificates() -> str:
    named = next((name for name in _CERTIFICATES if os.environ.get(name)), None)
    if named:
        return f"the trusted certificates come from {named}"
    unread = [name for name in _NOT_READ if os.environ.get(name)]
    instead = f"; {' and '.join(unread)} are not read" if unread else ""
    return f"to trust other certificates, name their file in SSL_CERT_FILE{instead}"


def _certificates() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        named = next((name for name in _CERTIFICATES if os.environ.get(name)), None)
        message = f"The certificates in {named} can't be used." if named else "No certificates could be read."
        raise _unusable(message, "It is the path of a PEM file or folder; see docs/network.md.") from error


def _variable(name: str) -> str:
    """A variable's name as it is written in the environment; the lower case wins, as for other programs."""
    spellings = [found for found in os.environ if found.lower() == name]
    return name if name in spellings or not spellings else spellings[0]


def _unusable(message: str, hint: str) -> InvalidInput:
    return InvalidInput(Problem((message,), (hint,)))
