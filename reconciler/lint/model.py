"""What looks odd about a plan."""

from typing import NamedTuple

import msgspec

from reconciler.problems import Problem


class Correction(msgspec.Struct, frozen=True):
    """One who goes while another comes whose address is nearly equal, as when a typo is mended.

    The identities of both, and where the one who comes is declared, as `file:line`.
    """

    removed: str
    added: str
    source: str


class PlanLint(NamedTuple):
    """Warnings about those who are added, each by themselves; and corrections of an address."""

    warnings: tuple[Problem, ...] = ()
    corrections: tuple[Correction, ...] = ()
