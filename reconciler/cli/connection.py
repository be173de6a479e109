"""Which panel an environment talks to, and how it is opened: the vendor over the network, or the sandbox."""

from contextlib import AbstractAsyncContextManager

from reconciler.apply.run import Connect
from reconciler.environment.model import Environment
from reconciler.panel import Panel


def connector(environment: Environment) -> Connect:
    """What opens the connection, once it is called. The key is read now, so that a missing one is said first.

    Raises:
        InvalidInput: the key is missing or can't be used.
    """
    from reconciler.questionpro.client import QuestionProPanel  # noqa: PLC0415 - loads httpx

    timeout = environment.api.timeout
    if environment.api_key is None:
        from reconciler.sandbox.transport import EMBEDDED_ADDRESS, embedded_transport  # noqa: PLC0415 - loads SQLite

        def embedded() -> AbstractAsyncContextManager[Panel]:
            transport = embedded_transport(environment)
            return QuestionProPanel(EMBEDDED_ADDRESS, None, timeout, transport=transport)

        return embedded

    from reconciler.questionpro.key import read_key  # noqa: PLC0415 - only where there is somebody to push

    key = read_key(environment.api_key)
    return lambda: QuestionProPanel(environment.target, key, timeout)
