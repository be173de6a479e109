"""Member files → the roster, and every problem that they have, each alone and together."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Problem, Severity
from reconciler.roster.collector import Collector
from reconciler.roster.csv_file import read_csv
from reconciler.roster.model import Declaration, Roster
from reconciler.roster.yaml_file import read_yaml
from reconciler.suppression.model import NOBODY, Suppression
from reconciler.text_source import LINE_END, YAML_LINE_END, Findings, text_of


class RosterReading(NamedTuple):
    """What could be read; the roster is complete only if there are no problems."""

    roster: Roster
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def read_roster(
    files: Iterable[Path], suppression: Suppression = NOBODY, *, texts: Mapping[Path, str] | None = None
) -> RosterReading:
    """Read member files, YAML or CSV by their ending, in the order given.

    `texts` holds the content of some of them, in place of what is on the disk.

    Problems are in the order of the files, then of the lines. One identity declared twice, in one file or
    in two, is a problem that names both places; so is a suppressed member.
    """
    members: dict[str, Declaration] = {}
    expiring: dict[str, Declaration] = {}
    problems: list[Problem] = []
    names: list[str] = []
    separators: dict[str, str] = {}
    for path in files:
        findings = Findings(display_path(path))
        names.append(findings.file)
        collector = Collector(findings.file, members, suppression)
        is_csv = path.suffix.lower() == ".csv"
        text, defaults = "", {}
        try:
            text = texts[path] if texts and path in texts else text_of(path, findings.file)
            if is_csv:
                separator = read_csv(text, collector, findings)
                if separator != ",":
                    separators[findings.file] = separator
            else:
                defaults = read_yaml(text, collector, findings)
        except InvalidInput as error:
            findings.add_problems(error.problems)
        findings.quote(text, LINE_END if is_csv else YAML_LINE_END)
        collected = collector.finish(defaults)
        members.update(collected.members)
        expiring.update(collected.expiring)
        problems += findings.in_order()
    return RosterReading(
        Roster(members, tuple(names), separators, expiring, suppression),
        tuple(problem for problem in problems if problem.severity is Severity.ERROR),
        tuple(problem for problem in problems if problem.severity is Severity.WARNING),
    )
