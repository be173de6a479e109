"""Which proxy and which certificates a host is reached with, by the variables that are set."""

import pytest

from reconciler.errors import InvalidInput
from reconciler.network import Route, route_to

API = "https://api.questionpro.invalid/a/api/v2"
PROXY = "http://proxy.example.org:3128"


def test_without_variables_a_host_is_reached_directly() -> None:
    assert route_to(API) == Route("https://api.questionpro.invalid")


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_is_taken_from_the_usual_variables_and_named_by_them(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, PROXY)
    assert route_to(API) == Route("https://api.questionpro.invalid", PROXY, name)


def test_a_proxy_may_be_named_without_a_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example.org:3128")
    assert route_to(API).proxy == PROXY


@pytest.mark.parametrize(
    "exceptions",
    [
        "api.questionpro.invalid",
        ".questionpro.invalid",
        "questionpro.invalid",
        "localhost, api.questionpro.invalid",
        "localhost,[::1],questionpro.invalid",
        "*",
    ],
)
def test_a_host_that_no_proxy_names_is_reached_directly(
    exceptions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", exceptions)
    assert route_to(API).proxy is None


@pytest.mark.parametrize(
    "exceptions", ["localhost,[::1]", "[::1]:80", "10.0.0.0/8", "::1", "http://x", "[", ""]
)
def test_no_entry_of_no_proxy_is_too_odd(exceptions: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", exceptions)
    route = route_to(API)
    assert route.proxy == PROXY
    assert route.settings()["proxy"].url == PROXY


@pytest.mark.parametrize("address", ["http://127.0.0.1:8900/x", "http://localhost", "http://[::1]:8900"])
def test_a_loopback_address_is_reached_directly(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, PROXY)
    assert route_to(address).proxy is None


@pytest.mark.parametrize("proxy", ["gopher://127.0.0.1", "http://[::", "socks5://user:hush@127.0.0.1"])
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "all_proxy"])
def test_a_proxy_that_can_not_be_used_is_named_by_its_variable_and_never_shown(
    proxy: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy)
    with pytest.raises(InvalidInput, match=name) as caught:
        route_to(API).settings()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE"])
@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_certificates_that_can_not_be_used_are_named_by_their_variable(
    name: str, content: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("certificates") / "ca.pem"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    monkeypatch.setenv(name, str(file))
    with pytest.raises(InvalidInput, match=name):
        route_to(API).settings()
