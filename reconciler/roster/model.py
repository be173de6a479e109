"""The roster: everyone whom an environment declares, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.member import Attributes


class Declaration(NamedTuple):
    """One person as one file declares them.

    `attributes` hold what is sent: declared fields only, defaults merged in, `emailAddress` as written
    but trimmed. `file` is the path as it is shown; `line` counts from 1 and is where the entry begins.
    """

    attributes: Attributes
    file: str
    line: int

    @property
    def source(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Roster:
    """Everyone declared, by identity; `files` are all that were read, as they are shown, in order.

    `separators` holds, by file, what stands between the cells of a CSV file that has no commas there.
    """

    members: Mapping[str, Declaration]
    files: tuple[str, ...] = ()
    separators: Mapping[str, str] = field(default_factory=dict)
