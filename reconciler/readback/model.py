"""What a read of the panel found, and what it says about those who are declared. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from reconciler.member import Attributes
from reconciler.problems import Location, Message, Problem


@dataclass(frozen=True, slots=True)
class PanelRead:
    """One read of the panel.

    `members` are all who were seen, by identity, with the fields that were not null. `missing` are those
    expected who were on no page and were not found by a look-up: not seen, which is not the same as
    gone. `reason` says why the read is not complete; it is empty if it is. `unusable` are the addresses of
    entries that have none that can be used, `""` for no address at all. `denial` is set if the API refused
    before any page was read. `is_whole` tells that the pages came to their end, and are of the panel that
    *save* fills as far as that is known; who was looked up afterwards is another matter. `hint` is what to
    check before reading again; it is empty if reading again may help by itself.
    """

    members: Mapping[str, Attributes]
    calls: int
    missing: frozenset[str] = frozenset()
    reason: Message = ()
    unusable: tuple[str, ...] = ()
    denial: Problem | None = None
    is_interrupted: bool = False
    is_whole: bool = True
    hint: str = ""

    @property
    def without_address(self) -> int:
        """How many entries have no usable address."""
        return len(self.unusable)

    @property
    def is_complete(self) -> bool:
        """Whether the read is proof of what it says about those who were not seen."""
        return not self.reason


class Finding(StrEnum):
    """How the panel differs from the declarations for one person, in the order in which they are shown."""

    OPTED_OUT = "opted_out"
    DIFFERS = "differs"
    NOT_SEEN = "not_seen"
    ONLY_IN_PANEL = "only_in_panel"


class FieldDrift(NamedTuple):
    """One field: what is declared, and what the panel has; None for nothing."""

    field: str
    declared: Any
    panel: Any


class MemberDrift(NamedTuple):
    """What was found about one person. `source` is `file:line` of the declaration, None if there is none."""

    key: str
    finding: Finding
    fields: tuple[FieldDrift, ...] = ()
    is_suppressed: bool = False
    source: str | None = None


class ListedOptOut(NamedTuple):
    """An entry of a person who opted out; `was_there`: nothing had to be written.

    `declared` is `file:line` of the entry to take out of the member files, None if there is none.
    """

    key: str
    location: Location
    was_there: bool
    declared: str | None


@dataclass(frozen=True, slots=True)
class Drift:
    """How a panel differs from what an environment declares.

    `export` is the display path of the export that was read; empty if the panel itself was. `same` counts the
    declared members whose compared fields are equal; `pending` those who are declared and not recorded as
    present yet, and were not looked for. `notes` say how the export was read.
    `listed` are the entries of those who opted out, None if nobody asked for them; `problems` say why
    something beside the read could not be done.
    """

    environment: str
    target: str
    read: PanelRead
    members: tuple[MemberDrift, ...]
    same: int
    pending: int
    export: str = ""
    notes: tuple[Message, ...] = ()
    listed: tuple[ListedOptOut, ...] | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def source(self) -> str:
        """What was read, in the contract's words."""
        return "export" if self.export else "api"

    def count(self, finding: Finding) -> int:
        """How many people this was found about."""
        return sum(member.finding is finding for member in self.members)
