"""Finding a member in the lockfile by the address that somebody typed."""

from reconciler.errors import InvalidInput
from reconciler.explanation.likeness import likeliest
from reconciler.identity import InvalidAddress, identity
from reconciler.lockfile.model import Lockfile, Present, Rejected, Unconfirmed
from reconciler.problems import Address, Message, Problem

Entry = Present | Rejected | Unconfirmed


def entries(lockfile: Lockfile | None) -> dict[str, Entry]:
    """Everybody whom the lockfile knows, whichever section they stand in."""
    if lockfile is None:
        return {}
    return {**lockfile.members, **lockfile.rejected, **lockfile.unconfirmed}


def typed_key(address: str) -> str:
    """The identity of an address that somebody typed.

    Raises:
        InvalidInput: it is none.
    """
    try:
        return identity(address)
    except InvalidAddress as error:
        raise InvalidInput(
            Problem(("This is no e-mail address: ", Address(address), f". {error}"))
        ) from error


def known_key(address: str, known: dict[str, Entry]) -> str:
    """The identity of a known member.

    Raises:
        InvalidInput: the address is none, or nobody of that address is known.
    """
    key = typed_key(address)
    if key not in known:
        raise InvalidInput(Problem(("The lockfile doesn't know ", Address(key), "."), _hint(key, known)))
    return key


def _hint(key: str, known: dict[str, Entry]) -> Message:
    meant = likeliest(key, known)
    return ("Did you mean ", Address(meant), "?") if meant else ()
