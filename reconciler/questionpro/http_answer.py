"""An HTTP answer as it came, before anybody asks what it means."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers (names in lower case, or a mapping that doesn't mind) and body, decompressed.

    `complete` is False where reading stopped early, since the body was too long or packed in a way that
    was not asked for; `body` then holds what was read.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool = True

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    @property
    def ends_by_closing(self) -> bool:
        """Whether nothing but the closed connection marked the end, so that a cut can't be told from it."""
        return "content-length" not in self.headers and "transfer-encoding" not in self.headers
