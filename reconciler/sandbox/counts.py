"""What the vendor's answers count: one word for what became of each member of a call.

Sources: the vendor's pages *save panel members*, *communities/delete-member*,
*communities/member-unsubscribe*.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias


class Count(StrEnum):
    """One count of an answer, by the vendor's name for it."""

    ADDED = "membersAddedSuccessfully"
    FAILED = "membersFailedToBeAdded"
    DELETED = "membersDeletedSuccessfully"
    UNSUBSCRIBED = "membersUnsubscribedSuccessfully"
    UNAVAILABLE = "membersUnavailable"
    ALREADY_DELETED = "membersAlreadyDeleted"
    ALREADY_UNSUBSCRIBED = "membersAlreadyUnsubscribed"
    BLOCKED = "membersBlocked"

    @property
    def short(self) -> str:
        """As the log has it: `already-deleted`."""
        return self.name.lower().replace("_", "-")


Counts: TypeAlias = Mapping[Count, int]

OF_ADDING = (Count.ADDED, Count.FAILED)
OF_DELETING = (Count.DELETED, Count.UNAVAILABLE, Count.ALREADY_DELETED, Count.BLOCKED)
OF_UNSUBSCRIBING = (Count.UNSUBSCRIBED, Count.UNAVAILABLE, Count.ALREADY_UNSUBSCRIBED, Count.BLOCKED)


def counted(names: Iterable[Count], members: Iterable[Count]) -> dict[Count, int]:
    """How many of the members each name stands for, in the order of the vendor's page."""
    found = Counter(members)
    return {name: found[name] for name in names}
