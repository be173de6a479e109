"""How connections to the vendor are made: what is taken from the surroundings, and what never is.

- Proxies and certificates that the environment names (`HTTPS_PROXY`, `SSL_CERT_FILE`) are honoured, since
  companies need them; a loopback address is always reached directly.
- `.netrc` adds no credentials: httpx reads it only when told to.
- Redirects are never followed: the key goes to no other host. Cookies are not kept.
- Whoever calls has to bound the whole call. httpx's own timeouts bound single reads, which an answer that
  trickles never exceeds, so they are off, but for one: httpcore leaves the socket of a handshake open that
  is cancelled from outside, so connecting gives up by itself, a little before the call's time is over.
"""

import ipaddress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx

from reconciler import __version__
from reconciler.errors import InvalidInput
from reconciler.problems import Problem

PACKINGS = ("", "identity", "gzip")
"""The content encodings that are accepted: those that were asked for."""

_SHARE_FOR_CONNECTING = 0.9
_LOCATION = "reconciler.location"


def open_connections(
    target: str, seconds: float, transport: httpx.AsyncBaseTransport | None
) -> httpx.AsyncClient:
    """A pool of connections to `target`, or to whatever `transport` leads to, for calls of so many seconds.

    Raises:
        InvalidInput: the proxy or the certificates that the environment names can't be used.
    """
    try:
        return httpx.AsyncClient(
            headers={
                "accept": "application/json",
                "accept-encoding": "gzip",
                "user-agent": f"reconciler/{__version__}",
            },
            timeout=httpx.Timeout(None, connect=_SHARE_FOR_CONNECTING * seconds),
            follow_redirects=False,
            trust_env=not _is_loopback(target),
            transport=transport,
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
            event_hooks={"response": [_set_location_aside]},
        )
    except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
        raise InvalidInput(
            Problem(
                ("The proxy or the certificates that the environment names can't be used.",),
                ("Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",),
            )
        ) from error


def headers_as_they_came(response: httpx.Response) -> dict[str, str]:
    """The answer's headers by name in lower case, with what was set aside from httpx."""
    headers = dict(response.headers)
    if _LOCATION in response.extensions:
        headers["location"] = response.extensions[_LOCATION]
    return headers


async def _set_location_aside(response: httpx.Response) -> None:
    """Keep httpx from reading where a redirect leads: it would, and fail where that is no address."""
    if "location" in response.headers:
        response.extensions[_LOCATION] = response.headers.pop("location")


def _is_loopback(target: str) -> bool:
    try:
        host = urlsplit(target).hostname or ""
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
