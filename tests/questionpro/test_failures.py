"""Nothing that httpx raises is missed, and whether it was sent decides what it means."""

import socket
import ssl
from typing import Any

import httpx
import pytest

from reconciler.panel import Lost, Unreachable
from reconciler.questionpro.failures import FAILURES, read_failure, read_overdue


def _all_of_httpx() -> list[type[Exception]]:
    """Every exception class that httpx offers, found by looking at httpx itself."""
    public = [getattr(httpx, name) for name in httpx.__all__]
    return [kind for kind in public if isinstance(kind, type) and issubclass(kind, Exception)]


def _made(kind: type[Exception]) -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        request = httpx.Request("POST", "http://127.0.0.1")
        return kind("words", request=request, response=httpx.Response(500))
    make: Any = kind
    if issubclass(kind, httpx.StreamError) and kind is not httpx.StreamError:
        made: Exception = make()
    else:
        made = make("words")
    return made


def test_httpx_has_exceptions_to_look_at() -> None:
    assert len(_all_of_httpx()) > 20


@pytest.mark.parametrize("kind", _all_of_httpx())
def test_every_exception_of_httpx_is_caught(kind: type[Exception]) -> None:
    assert issubclass(kind, FAILURES)


_ABSTRACT = {httpx.HTTPError, httpx.RequestError, httpx.TransportError, httpx.ProtocolError}


@pytest.mark.parametrize("kind", [kind for kind in _all_of_httpx() if kind not in _ABSTRACT])
def test_every_exception_that_httpx_raises_has_words_of_its_own(kind: type[Exception]) -> None:
    assert kind.__name__ not in read_failure(_made(kind), sent=True).reason


@pytest.mark.parametrize("kind", [*_all_of_httpx(), OSError, ConnectionResetError, ssl.SSLError])
def test_sent_or_not_decides_the_meaning(kind: type[Exception]) -> None:
    assert isinstance(read_failure(_made(kind), sent=True), Lost)
    assert isinstance(read_failure(_made(kind), sent=False), Unreachable)


def _caused(outer: Exception, inner: BaseException) -> Exception:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1)"), "Connection refused"),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), "certificate verify failed"),
        (ExceptionGroup("all", [ConnectionRefusedError(111, "x")]), "Connection refused"),
    ],
)
def test_the_operating_systems_own_word_is_told(cause: BaseException, words: str) -> None:
    error = _caused(httpx.ConnectError("All connection attempts failed"), _caused(OSError("all"), cause))
    assert read_failure(error, sent=False).reason == f"no connection ({words})"


def test_our_own_deadline_says_how_long_it_was() -> None:
    assert read_overdue(30, sent=True) == Lost("no whole answer within 30 seconds")
    assert read_overdue(0.5, sent=False) == Unreachable("no connection within 0.5 seconds")
