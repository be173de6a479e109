"""The embedded panel as a transport for httpx: the same client, the same HTTP, no network, no key."""

import httpx

from reconciler.environment.model import Environment, OnChange
from reconciler.sandbox.application import BASE_PATH, Application
from reconciler.sandbox.asgi import AsgiSandbox
from reconciler.sandbox.embedded import open_embedded
from reconciler.sandbox.rules import Rules
from reconciler.sandbox.store import Store

EMBEDDED_ADDRESS = f"http://sandbox.invalid{BASE_PATH}"
"""The base address for calls through this transport; no such host can exist (RFC 6761)."""


class EmbeddedTransport(httpx.ASGITransport):
    """Leads to one store, and closes it with itself."""

    def __init__(self, store: Store, rules: Rules) -> None:
        """Take the store over."""
        super().__init__(AsgiSandbox(Application(store, rules)))
        self._store = store

    async def aclose(self) -> None:
        """Let go of the store's file."""
        self._store.close()


def embedded_transport(environment: Environment) -> EmbeddedTransport:
    """The way to the panel of an embedded environment, with the vendor's own rate limit.

    The calls that `api.call_allowance` names are all that there are, as with the vendor. Its account is one
    that updates known members where `policy.on_change` says that it is.

    Raises:
        InvalidInput: the sandbox's data or its seed can't be used.
        DiskFailure: the working folder can't be made.
    """
    rules = Rules(
        lets_in=lambda _: True,
        allowance=environment.api.call_allowance,
        updates_known=environment.policy.on_change is OnChange.RESUBMIT,
    )
    return EmbeddedTransport(open_embedded(environment), rules)
