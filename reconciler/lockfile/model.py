"""The lockfile's content: what earlier pushes proved about each member. Pure; knows no file.

Three sections, and nobody stands in two of them:

- `members`: present in the panel; `outcome` says what the answers proved.
- `rejected`: the API refused them; `reason` is its word.
- `unconfirmed`: sent, without an answer that proves anything.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from reconciler.member import Attributes


class Outcome(StrEnum):
    """What the API's answers prove about a member who is present (the contract's table of two counts)."""

    ADDED = "added"
    EXISTING = "existing"
    UNATTRIBUTED = "unattributed"


class Present(NamedTuple):
    """A member whose presence is proven. `pushed` is a UTC time, `2026-11-23T09:00:00Z`."""

    outcome: Outcome
    pushed: str
    attributes: Attributes


class Rejected(NamedTuple):
    """A member whom the API refused.

    `doubtful` is one who may be in the panel all the same, by an earlier call that got no proper answer.
    """

    reason: str
    pushed: str
    attributes: Attributes
    doubtful: bool = False


class Unconfirmed(NamedTuple):
    """A member who was sent, and nothing is known."""

    pushed: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Lockfile:
    """One environment's lockfile; each section maps identities to entries.

    `digest_on_disk` is that of the bytes that it was read from, None for one that stands in no file yet.
    """

    environment: str
    target: str
    members: Mapping[str, Present] = field(default_factory=dict)
    rejected: Mapping[str, Rejected] = field(default_factory=dict)
    unconfirmed: Mapping[str, Unconfirmed] = field(default_factory=dict)
    digest_on_disk: str | None = field(default=None, compare=False)

    def holds_somebody(self) -> bool:
        """Whether anybody is, or may be, in the panel because of us."""
        return bool(self.members or self.unconfirmed)

    def with_entries(self, entries: Mapping[str, Present | Rejected | Unconfirmed]) -> "Lockfile":
        """The lockfile after these entries were learnt; each replaces what was known of that identity."""
        kept = self.without(entries)
        members, rejected, unconfirmed = dict(kept.members), dict(kept.rejected), dict(kept.unconfirmed)
        for key, entry in entries.items():
            match entry:
                case Present():
                    members[key] = entry
                case Rejected():
                    rejected[key] = entry
                case Unconfirmed():
                    unconfirmed[key] = entry
        return Lockfile(self.environment, self.target, members, rejected, unconfirmed)

    def without(self, keys: Container[str]) -> "Lockfile":
        """The lockfile with nothing about these identities."""
        return Lockfile(
            self.environment,
            self.target,
            members={k: e for k, e in self.members.items() if k not in keys},
            rejected={k: e for k, e in self.rejected.items() if k not in keys},
            unconfirmed={k: e for k, e in self.unconfirmed.items() if k not in keys},
        )
