"""Everyone who must never be added again, and where that is written."""

from collections.abc import Mapping

from reconciler.problems import Location
from reconciler.suppression.secret import Secret


class Suppression:
    """Contains the identities of those who are suppressed. Hashes are compared only where there are any."""

    __slots__ = ("_hashed", "_in_clear", "_secret")

    def __init__(
        self,
        in_clear: Mapping[str, Location],
        hashed: Mapping[str, Location] | None = None,
        secret: Secret | None = None,
    ) -> None:
        """Take the places by identity, and by hash; without a secret no hash can be compared."""
        self._in_clear = in_clear
        self._hashed = hashed or {}
        self._secret = secret if hashed else None

    def __contains__(self, key: str) -> bool:
        """Whether the bearer of this identity is suppressed."""
        if self._secret is None:
            return key in self._in_clear
        return key in self._in_clear or self._secret.hash_of(key) in self._hashed

    def place_of(self, key: str) -> Location | None:
        """Where it is written that they are suppressed; None where they are not."""
        found = self._in_clear.get(key)
        if found is not None or self._secret is None:
            return found
        return self._hashed.get(self._secret.hash_of(key))

    def __bool__(self) -> bool:
        """Whether it can tell of anybody."""
        return bool(self._in_clear) or self._secret is not None
