"""One call over the network: what is sent along, how long it may take, and what a failure of it means.

- Proxies and certificates that the environment names are honoured, but for a loopback address.
- `.netrc` adds no credentials. Redirects are not followed: the token goes to no other host.
"""

import time
from collections.abc import Mapping
from typing import Any

import httpx

from reconciler import __version__
from reconciler.errors import InvalidInput
from reconciler.github.access import Access, is_same_origin
from reconciler.github.answers import Answer
from reconciler.github.errors import GitHubError, Unavailable
from reconciler.problems import Problem

_API_VERSION = "2022-11-28"
_CHECK_ADDRESS = "If it stays so, check GITHUB_API_URL."
_MOST_BYTES = 64 * 1024 * 1024  # a page of 100 comments as long as may be, every character escaped

_FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)
_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class Connection:
    """Connections to the API that `access` names. A call may take about `seconds`."""

    def __init__(self, access: Access, seconds: float) -> None:
        """Nothing is opened before the first call.

        Raises:
            InvalidInput: the proxy or the certificates that the environment names can't be used.
        """
        self._access = access
        self._seconds = seconds
        try:
            self._client = httpx.Client(
                headers=_headers(access),
                timeout=httpx.Timeout(seconds),
                follow_redirects=False,
                trust_env=not access.is_loopback,
            )
        except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
            hint = "Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR."
            message = "The proxy or the certificates that the environment names can't be used."
            raise InvalidInput(Problem((message,), (hint,))) from error

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def exchange(self, method: str, address: str, fields: Mapping[str, Any] | None) -> Answer:
        """The answer to one call, whatever it says.

        Raises:
            GitHubError: the address is on another host.
            Unavailable: no whole answer came.
        """
        # What GitHub links to is followed to GitHub alone, since the token goes along.
        if not is_same_origin(address, self._access.api):
            raise GitHubError(Problem(("GitHub's answer leads to another host.",), (_CHECK_ADDRESS,)))
        try:
            with self._client.stream(method, address, json=fields) as response:
                return self._read(response)
        except _FAILURES as error:
            nothing_sent = isinstance(error, _NOTHING_SENT)
            raise Unavailable(_problem(_words(error)), in_doubt=not nothing_sent) from None

    def _read(self, response: httpx.Response) -> Answer:
        """All of an answer. httpx bounds single reads alone, which an answer that trickles never exceeds."""
        deadline = time.monotonic() + self._seconds
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES or time.monotonic() > deadline:
                raise Unavailable(_problem("GitHub's answer has no end."), in_doubt=True)
        next_page = response.links.get("next", {}).get("url")
        return Answer(response.status_code, dict(response.headers), bytes(body), next_page)


def _headers(access: Access) -> dict[str, str]:
    return {
        "accept": "application/vnd.github+json",
        "accept-encoding": "gzip",
        "authorization": f"Bearer {access.token.reveal()}",
        "user-agent": f"reconciler/{__version__}",
        "x-github-api-version": _API_VERSION,
    }


def _words(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "GitHub did not answer in time."
    if isinstance(error, _NOTHING_SENT):
        return "GitHub can't be reached."
    return "The connection to GitHub broke before the answer was whole."


def _problem(message: str) -> Problem:
    return Problem((message,), (f"Run it again; what was done already is found. {_CHECK_ADDRESS}",))
