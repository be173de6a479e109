"""Answers that no further call of this run can mend, and what to check for each.

Source: the vendor's page *error-codes* (1010 → 401; 1011 and 1013 → 403; 1040 → 404). The status
decides; `id` never does.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from reconciler.panel import Denied, Request, Save


class Access(NamedTuple):
    """How the API is reached, in words that a remedy can name.

    `target` is the base address; `key` reads like `the variable QUESTIONPRO_API_KEY`.
    """

    target: str
    key: str


def denied(status: int, message: str | None, access: Access, request: Request) -> Denied:
    """What a 401, 403 or 404 to this request means for whoever has to mend it."""
    match status:
        case 401:
            remedy = f"Check the key in {access.key}: it may be mistyped, expired, or of another account."
        case 403:
            doing = "add" if isinstance(request, Save) else request.by
            remedy = (
                f"Check what the key in {access.key} may do: it needs the right to {doing} panel members."
            )
        case _ if isinstance(request, Save):
            remedy = (
                f"Check datacenter or base_url in environment.yaml: {access.target} does not know this call."
            )
        case _:
            remedy = (
                f"Check policy.on_remove, and datacenter or base_url, in environment.yaml: {access.target} "
                f"does not know the call to {request.by} members."
            )
    return Denied(f"HTTP {status}: {message or _MEANING[status]}", remedy)


def redirected(status: int, location: str | None, access: Access) -> Denied:
    """A redirect, which is never followed: the key goes to no other host.

    Only the host that it points to is told, since the rest of an address may hold a session's secret.
    """
    host = _host(location or "")
    where = f" to {host}" if host else ""
    return Denied(
        f"HTTP {status}: the API redirects{where}, and redirects are never followed",
        f"Check datacenter or base_url in environment.yaml: {access.target} is not where this API answers.",
    )


_MEANING = {
    401: "the API key is not accepted",
    403: "the key has no permission for this",
    404: "there is nothing at this address",
}


def _host(location: str) -> str | None:
    try:
        return urlsplit(location.strip()).hostname
    except ValueError:
        return None
