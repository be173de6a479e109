"""Which repository, by which address, with which token: what GitHub Actions says in its variables.

Source: GitHub's page *Variables reference* (`GITHUB_API_URL`, `GITHUB_REPOSITORY`).
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Never
from urllib.parse import urlsplit

from reconciler.errors import InvalidInput
from reconciler.github.token import Token, read_token
from reconciler.problems import Problem

DEFAULT_API = "https://api.github.com"

_REPOSITORY = re.compile(r"(?!\.+/)[\w.-]+/(?!\.+\Z)[\w.-]+", re.ASCII)
_PATH = re.compile(r"[!-~]*")


@dataclass(frozen=True, slots=True)
class Access:
    """`api` is the base address without a slash at its end; `repository` is `owner/name`."""

    api: str
    repository: str
    token: Token

    @property
    def address(self) -> str:
        """What the paths of all calls are appended to."""
        return f"{self.api}/repos/{self.repository}"

    @property
    def is_loopback(self) -> bool:
        """Whether the API is on this machine."""
        return _is_loopback(urlsplit(self.api).hostname or "")


def read_access(environ: Mapping[str, str]) -> Access:
    """What the variables say.

    Raises:
        InvalidInput: one is missing or can't be used. No message holds any of the token.
    """
    return Access(_read_api(environ), _read_repository(environ), read_token(environ))


def is_same_origin(one: str, other: str) -> bool:
    """Whether what is sent to one address may be sent to the other: scheme, host and port are equal."""
    return _origin(one) is not None and _origin(one) == _origin(other)


def _origin(address: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(address)
        origin = parts.scheme, parts.hostname, parts.port
    except ValueError:
        return None
    return origin


def _read_repository(environ: Mapping[str, str]) -> str:
    repository = environ.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(repository):
        _refuse(
            "GITHUB_REPOSITORY names no repository.", "It is written owner/name, as GitHub Actions sets it."
        )
    return repository


def _read_api(environ: Mapping[str, str]) -> str:
    """The address as it is; a problem never shows it, since it may hold a password."""
    api = environ.get("GITHUB_API_URL") or DEFAULT_API
    hint = f"It is an address like {DEFAULT_API}, as GitHub Actions sets it."
    try:
        parts = urlsplit(api)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        _refuse("GITHUB_API_URL is no valid address.", hint)
    if not host or "@" in parts.netloc or parts.query or parts.fragment or not _PATH.fullmatch(api):
        _refuse("GITHUB_API_URL is no valid address.", hint)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        _refuse("GITHUB_API_URL must begin with https://.", hint)
    return api.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse(message: str, hint: str) -> Never:
    raise InvalidInput(Problem((message,), (hint,)))
