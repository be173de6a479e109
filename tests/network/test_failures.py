"""Nothing that httpx raises is missed, and each failure says which host, which proxy, which variable."""

import socket
import ssl

import httpx
import pytest

from reconciler.network import FAILURES, Route, why_it_failed

ROUTE = Route("https://api.example.org")
PROXIED = Route("https://api.example.org", "http://user:hush@proxy.example.org", "HTTPS_PROXY")


def _all_of_httpx() -> list[type[Exception]]:
    """Every exception class that httpx offers, found by looking at httpx itself."""
    public = [getattr(httpx, name) for name in httpx.__all__]
    return [kind for kind in public if isinstance(kind, type) and issubclass(kind, Exception)]


def test_httpx_has_exceptions_to_look_at() -> None:
    assert len(_all_of_httpx()) > 20


@pytest.mark.parametrize("kind", _all_of_httpx())
def test_every_exception_of_httpx_is_caught(kind: type[Exception]) -> None:
    assert issubclass(kind, FAILURES)


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
    shown = why_it_failed(error, ROUTE)
    assert shown.startswith("no connection to https://api.example.org (")
    assert words in shown


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout])
def test_a_failed_connection_says_to_where_and_through_which_proxy(kind: type[Exception]) -> None:
    assert "api.example.org" in why_it_failed(kind("words"), ROUTE)
    through = why_it_failed(kind("words"), PROXIED)
    assert "HTTPS_PROXY" in through
    assert "hush" not in through


def test_a_proxy_that_refuses_is_told_with_its_status_and_variable() -> None:
    shown = why_it_failed(httpx.ProxyError("407 Proxy Authentication Required"), PROXIED)
    assert "HTTPS_PROXY" in shown
    assert "HTTP 407" in shown


def _untrusted() -> Exception:
    return _caused(httpx.ConnectError("x"), ssl.SSLCertVerificationError(1, "certificate verify failed"))


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, ["SSL_CERT_FILE"]),
        ({"SSL_CERT_FILE": "/ca.pem"}, ["SSL_CERT_FILE"]),
        ({"SSL_CERT_DIR": "/ca"}, ["SSL_CERT_DIR"]),
        ({"REQUESTS_CA_BUNDLE": "/ca.pem"}, ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"]),
        ({"CURL_CA_BUNDLE": "/ca.pem"}, ["SSL_CERT_FILE", "CURL_CA_BUNDLE"]),
    ],
)
def test_a_certificate_that_is_not_trusted_names_the_variables_that_matter(
    variables: dict[str, str], named: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    shown = why_it_failed(_untrusted(), ROUTE)
    assert [name for name in named if name in shown] == named
