"""Member files → the roster, and every problem that they have, each alone and together."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from reconciler.document.findings import Findings
from reconciler.files import display_path
from reconciler.problems import Problem
from reconciler.roster.csv_reader import read_csv
from reconciler.roster.model import Declaration, Roster
from reconciler.roster.yaml_reader import read_yaml
from reconciler.suppression.model import Suppression


class RosterReading(NamedTuple):
    """What could be read; the roster is whole just where there are no problems."""

    roster: Roster
    problems: tuple[Problem, ...]


def read_roster(
    files: Iterable[Path], suppressed: Suppression | None = None, *, texts: Mapping[Path, str] | None = None
) -> RosterReading:
    """Read member files, YAML or CSV by their ending, in the order given.

    `texts` are what some of them are taken to hold, whatever is on the disk.

    Problems stand in the order of the files, then of the lines. One identity declared twice, in one file
    or in two, is a problem that shows both places; so is somebody who is suppressed.
    """
    members: dict[str, Declaration] = {}
    expiring: dict[str, Declaration] = {}
    problems: list[Problem] = []
    names: list[str] = []
    separators: dict[str, str] = {}
    for path in files:
        findings = Findings(display_path(path))
        names.append(findings.file)
        read = read_csv if path.suffix.lower() == ".csv" else read_yaml
        gathered = read(path, findings, members, suppressed, (texts or {}).get(path))
        members.update(gathered.members)
        expiring.update(gathered.expiring)
        problems += findings.in_order()
        if findings.separator not in {None, ","}:
            separators[findings.file] = findings.separator
    return RosterReading(Roster(members, tuple(names), separators, expiring), tuple(problems))
