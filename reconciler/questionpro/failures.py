"""Attempts that brought no answer: the one place that translates what httpx raises.

Whether the request had begun to leave this machine decides the meaning; which exception it was
decides only the words.
"""

import os
import socket
import ssl

import httpx

from reconciler.panel import Lost, Unreachable

FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpx.CookieConflict,
    OSError,
)
"""All that a call can raise on account of the network or the server."""

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.PoolTimeout, "no free connection in time"),
    (httpx.WriteTimeout, "the batch could not be sent in time"),
    (httpx.TimeoutException, "no whole answer in time"),
    (httpx.ConnectError, "no connection"),
    (httpx.ProxyError, "the proxy refused"),
    (httpx.NetworkError, "the connection broke"),
    (httpx.LocalProtocolError, "the request could not be sent as HTTP"),
    (httpx.RemoteProtocolError, "the answer broke off, or is no HTTP"),
    (httpx.DecodingError, "the answer could not be unpacked"),
    (httpx.UnsupportedProtocol, "the address is neither http nor https"),
    (httpx.InvalidURL, "the address is not well-formed"),
    (httpx.TooManyRedirects, "the server redirects without end"),
    (httpx.HTTPStatusError, "the server failed"),
    (httpx.StreamError, "the answer could not be read"),
    (httpx.CookieConflict, "the server's cookies contradict each other"),
    (OSError, "the connection broke"),
)


def read_failure(error: Exception, *, sent: bool) -> Unreachable | Lost:
    """What an attempt without an answer means: nothing was sent, or the server may have acted."""
    words = next((words for kind, words in _WORDS if isinstance(error, kind)), type(error).__name__)
    detail = _detail(error)
    reason = f"{words} ({detail})" if detail else words
    return Lost(reason) if sent else Unreachable(reason)


def read_overdue(seconds: float, *, sent: bool) -> Unreachable | Lost:
    """What it means that our own deadline for the whole call passed."""
    if sent:
        return Lost(f"no whole answer within {seconds:g} seconds")
    return Unreachable(f"no connection within {seconds:g} seconds")


def _detail(error: BaseException | None) -> str | None:
    """The operating system's own word, which stands at the bottom of the chain of causes."""
    detail = None
    while error is not None:
        if isinstance(error, OSError) and error.errno:
            detail = _word(error)
        error = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else _cause(error)
    return detail


def _cause(error: BaseException) -> BaseException | None:
    return error.__cause__ or error.__context__


def _word(error: OSError) -> str | None:
    # These two have numbers of their own, which the operating system takes for others.
    if isinstance(error, socket.gaierror | ssl.SSLError):
        return error.strerror
    return os.strerror(error.errno or 0)
