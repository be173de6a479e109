"""The roster: all members that an environment declares, and where."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from reconciler.member import Attributes
from reconciler.suppression.model import NOBODY, Suppression


class Declaration(NamedTuple):
    """One person as one file declares them.

    `attributes` hold what is sent: declared fields only, defaults merged in, `emailAddress` as written
    but trimmed. `file` is the path as it is shown; `line` counts from 1 and is where the entry begins.
    From the day `expires` on, written 2027-01-31, they count as not declared.
    """

    attributes: Attributes
    file: str
    line: int
    expires: str | None = None

    @property
    def source(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Roster:
    """Everyone declared, by identity; `files` are all that were read, as they are shown, in order.

    `separators` holds, by file, what separates the cells of a CSV file if that is not a comma.
    `expiring` are those of the members who have an expiry, past or to come. `suppression` says who must stay
    away, and so how those leave who are there.
    """

    members: Mapping[str, Declaration]
    files: tuple[str, ...] = ()
    separators: Mapping[str, str] = field(default_factory=dict)
    expiring: Mapping[str, Declaration] = field(default_factory=dict)
    suppression: Suppression = NOBODY

    def on(self, day: str) -> "Roster":
        """The roster on a day, written 2027-01-31: without the members who have expired by then."""
        over = {key for key, member in self.expiring.items() if member.expires and member.expires <= day}
        if not over:
            return self
        return replace(self, members=_without(over, self.members), expiring=_without(over, self.expiring))


def _without(keys: Container[str], members: Mapping[str, Declaration]) -> dict[str, Declaration]:
    return {key: member for key, member in members.items() if key not in keys}
