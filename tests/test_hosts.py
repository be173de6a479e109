"""Which host an address leads to, and whether that is this machine."""

import pytest

from reconciler.hosts import host_of, is_loopback, without_default_port


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://api.questionpro.eu/a/api/v2", "api.questionpro.eu"),
        ("https://API.example.org:8443", "api.example.org"),
        ("http://[::1]:80/x", "[::1]"),
        ("embedded", ""),
    ],
)
def test_the_host_is_the_name_without_its_port(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost",
        "https://LOCALHOST:1/x",
        "http://127.0.0.1:8900",
        "http://127.255.0.1",
        "http://[::1]",
    ],
)
def test_this_machine_is_known_by_its_names(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "https://localhost.example.org",
        "https://x.localhost",
        "https://127.0.0.1.example.org",
        "https://127.0.0.256",
        "https://[::2]",
        "https://[::11]",
        "embedded",
    ],
)
def test_no_other_host_is_taken_for_this_machine(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://example.org:443/x", "https://example.org/x"),
        ("https://example.org:0443", "https://example.org"),
        ("http://localhost:80", "http://localhost"),
        ("https://example.org:80/", "https://example.org:80/"),
        ("https://[2001:db8::1]:443/", "https://[2001:db8::1]/"),
        ("https://example.org/x:443", "https://example.org/x:443"),
    ],
)
def test_a_port_that_goes_without_saying_is_left_out(address: str, same: str) -> None:
    assert without_default_port(address) == same
