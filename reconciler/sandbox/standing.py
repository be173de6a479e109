"""How somebody stands with a panel, which decides what a call may do about them."""

from enum import StrEnum

from reconciler.member import Attributes

_STATUS, _BLOCKED = "status", "Blocked"


class Standing(StrEnum):
    """One person, seen from the panel. UNKNOWN was never there."""

    UNKNOWN = "unknown"
    MEMBER = "member"
    UNSUBSCRIBED = "unsubscribed"
    BLOCKED = "blocked"
    DELETED = "deleted"

    @property
    def may_be_updated(self) -> bool:
        """Whether fields that are sent may replace those that are stored."""
        return self in {Standing.MEMBER, Standing.UNSUBSCRIBED}


def standing_of(attributes: Attributes, *, is_unsubscribed: bool) -> Standing:
    """How somebody stands who is in the panel; a block outweighs all else."""
    if attributes.get(_STATUS) == _BLOCKED:
        return Standing.BLOCKED
    return Standing.UNSUBSCRIBED if is_unsubscribed else Standing.MEMBER
