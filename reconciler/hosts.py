"""Hosts in web addresses: which one an address leads to, and whether that is this machine."""

import re
from enum import StrEnum

_ADDRESS = re.compile(r"(https?)://(\[[0-9a-fA-F:.]+\]|[^/:\[\]]+)(?::([0-9]{1,5}))?(/.*)?", re.DOTALL)
_LOOPBACK = re.compile(
    r"localhost|\[(?:0{0,4}:){1,7}0{0,3}1\]|127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}",
    re.ASCII | re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Hop(StrEnum):
    """Where on the way to a host a connection failed: at the host, at the proxy before it, or at TLS."""

    HOST = "host"
    PROXY = "proxy"
    TLS = "TLS"


def host_of(address: str) -> str:
    """The host that an address leads to, in lower case, without its port; empty where there is none."""
    found = _ADDRESS.fullmatch(address)
    return found[2].lower() if found else ""


def is_loopback(address: str) -> bool:
    """Whether an address leads to this machine, and to no name that a resolver could send elsewhere."""
    return _LOOPBACK.fullmatch(host_of(address)) is not None


def without_default_port(address: str) -> str:
    """The address without the default port of its scheme: `https://host:443` is `https://host`."""
    found = _ADDRESS.fullmatch(address)
    if found is None or found[3] is None:
        return address
    port = int(found[3])
    suffix = "" if port == _DEFAULT_PORTS[found[1]] else f":{port}"
    return f"{found[1]}://{found[2]}{suffix}{found[4] or ''}"
