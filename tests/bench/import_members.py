"""What an import costs, as a multiple of merely reading the same rows with the library below it.

    python tests/bench/import_members.py [--rows N]

Processor time (user and system) of whole processes, the least of two. The floors are a process in which
`csv.reader` takes every row and drops it, and one in which openpyxl loads the workbook and every cell is
looked at. Goals: 100,000 rows of eight columns in 5 s from text, in 60 s from a workbook. Never fails on
time.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import openpyxl

_ROWS, _ROUNDS = 10_000, 2
_GOAL_ROWS = 100_000
_RECONCILER = str(Path(sys.executable).with_name("reconciler"))
_HEADER = ("E-mail", "First name", "Last name", "Postcode", "City", "Mobile", "Birthday", "Custom 1")
_DRAINED = {
    "csv": "import csv, sys\nfor row in csv.reader(open(sys.argv[1], encoding='utf-8', newline='')): pass",
    "xlsx": (
        "import openpyxl, sys\n"
        "for row in openpyxl.load_workbook(sys.argv[1]).worksheets[0].iter_rows():\n"
        "    for cell in row: cell.value"
    ),
}
_GOALS = {"csv": 5.0, "xlsx": 60.0}


class Cost(NamedTuple):
    """Seconds of the processor for a file of this kind: draining it, and importing it."""

    kind: str
    floor: float
    imported: float


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=_ROWS)
    count = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_sources(folder, count)
        costs = [Cost(kind, _least(_drain, folder, kind), _least(_import, folder, kind)) for kind in _DRAINED]
    sys.stdout.write(_table(costs, count))


def _write_sources(folder: Path, count: int) -> None:
    with (folder / "source.csv").open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows(_rows(count))
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for row in _rows(count):
        sheet.append(row)
    workbook.save(folder / "source.xlsx")


def _rows(count: int) -> Iterator[Sequence[str]]:
    yield _HEADER
    for number in range(count):
        yield (
            f"member{number:06d}@panel{number % 97:02d}.example.org",
            f"Firstname{number}",
            f"Lastname{number}",
            f"{number % 100_000:05d}",
            f"City {number % 1000}",
            f"+49 30 {number:07d}",
            f"{1950 + number % 50}-{1 + number % 12:02d}-{1 + number % 28:02d}",
            f"cohort-{number % 50}",
        )


def _drain(folder: Path, kind: str) -> float:
    return _cpu([sys.executable, "-c", _DRAINED[kind], str(folder / f"source.{kind}")])


def _import(folder: Path, kind: str) -> float:
    """The first import, into an environment without members."""
    shutil.rmtree(folder / "panels", ignore_errors=True)
    (folder / "panels" / "p" / "members").mkdir(parents=True)
    (folder / "panels" / "p" / "environment.yaml").write_text("embedded: true\n", encoding="utf-8")
    panels = ["--panels", str(folder / "panels")]
    return _cpu([_RECONCILER, *panels, "import", "p", str(folder / f"source.{kind}")])


def _least(measure: Callable[[Path, str], float], folder: Path, kind: str) -> float:
    return min(measure(folder, kind) for _ in range(_ROUNDS))


def _cpu(command: Sequence[str]) -> float:
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def _table(costs: Sequence[Cost], count: int) -> str:
    heading = f"{'':6}{'floor':>9}{'import':>9}{'ratio':>8}{'goal':>9}"
    lines = (_line(cost, _GOALS[cost.kind] * count / _GOAL_ROWS) for cost in costs)
    return "\n".join([f"Import of {count:,} rows, {len(_HEADER)} columns, seconds", heading, *lines, ""])


def _line(cost: Cost, goal: float) -> str:
    missed = "  missed" if cost.imported > goal else ""
    ratio = cost.imported / cost.floor
    return f"{cost.kind:6}{cost.floor:9.2f}{cost.imported:9.2f}{ratio:8.1f}{f'≤ {goal:.1f}':>9}{missed}"


if __name__ == "__main__":
    main()
