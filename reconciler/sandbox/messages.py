"""What goes in and out of the sandbox: one call, one answer. Knows neither sockets nor ASGI."""

import json
import uuid
from dataclasses import dataclass
from typing import Self

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
    """One HTTP answer; `added` and `failed` stand in the log too, where there are counts."""

    status: int
    body: bytes
    headers: tuple[Header, ...] = (("content-type", "application/json"),)
    added: int | None = None
    failed: int | None = None

    @classmethod
    def counted(cls, added: int, failed: int) -> Self:
        """The documented answer, with the `requestID` that often stands beside `response`."""
        counts = {"membersAddedSuccessfully": added, "membersFailedToBeAdded": failed}
        body = json.dumps({"response": counts, "requestID": str(uuid.uuid4())})
        return cls(200, body.encode(), added=added, failed=failed)
