"""What goes in and out of the sandbox: one call, one answer. Knows neither sockets nor ASGI."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Self

from reconciler.sandbox.counts import Counts

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call. `body` is None where it was longer than the sandbox reads."""

    method: str
    path: str
    key: str | None
    body: bytes | None


@dataclass(frozen=True, slots=True)
class SandboxAnswer:
    """One HTTP answer; its `counts`, where there are any, stand in the log too."""

    status: int
    body: bytes
    headers: tuple[Header, ...] = (("content-type", "application/json"),)
    counts: Counts = field(default_factory=dict)

    @classmethod
    def counted(cls, counts: Counts) -> Self:
        """The documented answer, with the `requestID` that often stands beside `response`."""
        body = json.dumps({"response": counts, "requestID": str(uuid.uuid4())})
        return cls(200, body.encode(), counts=counts)
