"""How long the short commands take as whole processes, as multiples of a bare Python.

    python tests/bench/startup.py [RUNS]

Prints one table and never fails on time: a busy machine must not decide whether a change is right.
The contestants take turns, so that a slow second hits all of them alike. The least of the runs tells
what the program costs, the median what people feel; the goals are for the ratio of the least.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_RUNS = 15
_MEMBERS = 20
_RECONCILER = str(Path(sys.executable).with_name("reconciler"))


class Contestant(NamedTuple):
    """A command, and the most that it may cost as a multiple of the first one (None: no goal)."""

    name: str
    command: Sequence[str]
    goal: float | None = None


def main() -> None:
    """Run the contest and print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else _RUNS
    with tempfile.TemporaryDirectory() as folder:
        panels = Path(folder) / "panels"
        _write_environment(panels / "bench")
        contestants = _contestants(panels)
        times = _race([contestant.command for contestant in contestants], runs)
    sys.stdout.write(_table(contestants, times, runs))


def _contestants(panels: Path) -> list[Contestant]:
    bare = [sys.executable, "-c"]
    ours = [_RECONCILER, "--panels", str(panels)]
    return [
        Contestant("python -c pass", [*bare, "pass"]),
        Contestant("python -c 'import click'", [*bare, "import click"]),
        Contestant("reconciler --version", [_RECONCILER, "--version"], 3),
        Contestant("reconciler validate", [*ours, "validate"]),
        Contestant(f"reconciler plan, {_MEMBERS} members", [*ours, "plan", "bench"], 12),
    ]


def _write_environment(folder: Path) -> None:
    (folder / "members").mkdir(parents=True)
    (folder / "environment.yaml").write_text("embedded: true\nmembers: [members/]\n", encoding="utf-8")
    members = "".join(
        f"  - emailAddress: person.{number}@example.org\n    firstName: Person\n    zipCode: {number:05}\n"
        for number in range(_MEMBERS)
    )
    (folder / "members" / "team.yaml").write_text(f"members:\n{members}", encoding="utf-8")


def _race(commands: Sequence[Sequence[str]], runs: int) -> list[list[float]]:
    """Seconds of each run of each command; a first round warms the disk's cache and isn't counted."""
    times: list[list[float]] = [[] for _ in commands]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    for round_number in range(runs + 1):
        for command, taken in zip(commands, times, strict=True):
            seconds = _seconds(command, environment)
            if round_number:
                taken.append(seconds)
    return times


def _seconds(command: Sequence[str], environment: Mapping[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _table(contestants: Sequence[Contestant], times: Sequence[Sequence[float]], runs: int) -> str:
    unit = min(times[0])
    rows = [_row(contestant, taken, unit) for contestant, taken in zip(contestants, times, strict=True)]
    heading = f"{'':32}{'least':>10}{'median':>10}{'ratio':>8}{'goal':>8}"
    return "\n".join([f"Start-up, {runs} runs each, taking turns", heading, *rows, ""])


def _row(contestant: Contestant, taken: Sequence[float], unit: float) -> str:
    ratio = min(taken) / unit
    goal = "" if contestant.goal is None else f"≤ {contestant.goal:g}"
    missed = "  missed" if contestant.goal is not None and ratio > contestant.goal else ""
    return (
        f"{contestant.name:32}{min(taken) * 1000:7.1f} ms{statistics.median(taken) * 1000:7.1f} ms"
        f"{ratio:8.1f}{goal:>8}{missed}"
    )


if __name__ == "__main__":
    main()
