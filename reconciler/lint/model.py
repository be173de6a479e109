"""What looks odd about a plan."""

from typing import NamedTuple

import msgspec

from reconciler.problems import Problem


class Correction(msgspec.Struct, frozen=True):
    """A member is removed and one with a nearly equal address is added, as when a typo is corrected.

    The identities of both, and where the new one is declared, as `file:line`.
    """

    removed: str
    added: str
    source: str


class PlanLint(NamedTuple):
    """Warnings about those who are added, each by themselves; and corrections of an address."""

    warnings: tuple[Problem, ...] = ()
    corrections: tuple[Correction, ...] = ()
