"""The secret with which identities are hashed, so that a list itself holds no personal data."""

import hmac

LEAST_CHARACTERS = 16
PREFIX = "hmac-sha256:"
CHECK_PREFIX = "hmac-sha256-check:"
_CHECKED = "reconciler suppression list"


class Secret:
    """A secret that nothing gives away: it only hashes."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep the value, which is trimmed and long enough."""
        self._value = value.encode("utf-8", "surrogateescape")

    def hash_of(self, text: str) -> str:
        """HMAC-SHA256 of the text in UTF-8, in hexadecimal digits."""
        return hmac.digest(self._value, text.encode(), "sha256").hex()

    @property
    def check(self) -> str:
        """What tells this secret from another, and gives neither away: the hash of a text that is nobody."""
        return self.hash_of(_CHECKED)

    def __repr__(self) -> str:
        """Nothing of the value, not even its length."""
        return "Secret(…)"
