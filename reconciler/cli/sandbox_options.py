"""The options of `sandbox serve`, read; each raises `click.BadParameter` for what it can't use."""

import ipaddress
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconciler.environment.model import RateLimit
    from reconciler.sandbox.faults import Fault


def loopback(_context: click.Context, _parameter: click.Parameter, host: str) -> str:
    """The address to listen on, of this machine alone."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise click.BadParameter(
        f"{host!r} is not this machine alone: the sandbox is no real server. Use 127.0.0.1 or ::1."
    )


def rate(_context: click.Context, _parameter: click.Parameter, text: str) -> "RateLimit":
    """How many calls in how many seconds."""
    from reconciler.environment.model import RateLimit  # noqa: PLC0415 - needed here alone

    calls, _, seconds = text.partition("/")
    if calls.isdecimal() and seconds.isdecimal() and int(calls) and int(seconds):
        return RateLimit(calls=int(calls), seconds=int(seconds))
    raise click.BadParameter(f"{text!r} is not CALLS/SECONDS, such as 300/60.")


def faults(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> "list[Fault]":
    """The faults to come, in order."""
    if not texts:
        return []
    from reconciler.sandbox.faults import read_faults  # noqa: PLC0415 - loads pydantic

    try:
        return read_faults(texts)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def identities(
    _context: click.Context, _parameter: click.Parameter, addresses: tuple[str, ...]
) -> frozenset[str]:
    """The identities of the members whom an option names."""
    from reconciler.identity import InvalidAddress, identity  # noqa: PLC0415 - needed here alone

    try:
        return frozenset(map(identity, addresses))
    except InvalidAddress as error:
        raise click.BadParameter(str(error)) from None
