"""How near an apply comes to the best time that the rate limit allows, and whether it is ever told off.

    python tests/bench/pacing.py [WINDOWS]

Runs the real program against `sandbox serve` on this machine, which counts strictly, in sliding windows,
for so many windows of two seconds. The best is what somebody could do who knows when the server counts a
call: as many calls as a window holds, at once, again and again, or as fast as so many at a time can be
answered. Prints one table and never fails on time.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_WINDOWS = 2
_CALLS, _SECONDS = 20, 2.0
_CONCURRENCY = (4,)
_DELAYS = (0.0, 0.3)  # seconds
_GOAL = 1.2
_VENDOR_SECONDS = 60
_RECONCILER = str(Path(sys.executable).with_name("reconciler"))


class Run(NamedTuple):
    """One apply: how long it took beyond its start-up, the best that it could, and how often it got a 429."""

    concurrency: int
    delay: float
    seconds: float
    best: float
    turned_away: int


def main() -> None:
    """Run each combination and print the table."""
    windows = int(sys.argv[1]) if len(sys.argv) > 1 else _WINDOWS
    calls = windows * _CALLS + 1
    rows = [_run(concurrency, delay, calls) for concurrency in _CONCURRENCY for delay in _DELAYS]
    sys.stdout.write(_table(rows, calls))


def _run(concurrency: int, delay: float, calls: int) -> Run:
    with tempfile.TemporaryDirectory() as folder, _vendor(Path(folder), delay) as address:
        panels = Path(folder) / "panels"
        for name, members in (("first", 1), ("second", 1), ("all", calls)):
            _write_environment(panels / name, address, concurrency, members)
        start_up = min(_seconds(panels, name) for name in ("first", "second")) - delay
        time.sleep(_SECONDS)  # until the server has forgotten these calls
        seconds = _seconds(panels, "all") - start_up
        turned_away = (Path(folder) / "calls.log").read_text(encoding="utf-8").count(" 429")
    return Run(concurrency, delay, seconds, _best(concurrency, delay, calls), turned_away)


def _best(concurrency: int, delay: float, calls: int) -> float:
    """The time of a client that knows exactly when the server counts."""
    begun: list[float] = []
    for number in range(calls):
        free = begun[number - concurrency] + delay if number >= concurrency else 0.0
        allowed = begun[number - _CALLS] + _SECONDS if number >= _CALLS else 0.0
        begun.append(max(free, allowed))
    return begun[-1] + delay


def _write_environment(folder: Path, address: str, concurrency: int, members: int) -> None:
    (folder / "members").mkdir(parents=True)
    (folder / "environment.yaml").write_text(
        f"base_url: {address}\napi_key: {{env: KEY}}\n"
        f"api: {{batch_size: 1, concurrency: {concurrency}, "
        f"rate_limit: {{calls: {_CALLS}, seconds: {_SECONDS}}}}}\n",
        encoding="utf-8",
    )
    people = "".join(f"- emailAddress: {folder.name}.{number}@example.org\n" for number in range(members))
    (folder / "members" / "team.yaml").write_text(f"members:\n{people}", encoding="utf-8")


@contextmanager
def _vendor(folder: Path, delay: float) -> Iterator[str]:
    """The address of a sandbox, as long as it is served."""
    command = [_RECONCILER, "sandbox", "serve", "--port", "0", "--delay", str(delay)]
    with (folder / "calls.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, "--rate", f"{_CALLS}/{_SECONDS:.0f}"], stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            yield _first_line(process)
        finally:
            process.terminate()
            process.communicate()


def _first_line(process: "subprocess.Popen[str]") -> str:
    return process.stdout.readline().strip() if process.stdout else ""


def _seconds(panels: Path, name: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        [_RECONCILER, "--panels", str(panels), "apply", name, "--yes"],
        env={"KEY": "any-key-will-do"},
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def _table(rows: list[Run], calls: int) -> str:
    title = f"Pacing: {calls} calls, at most {_CALLS} in any {_SECONDS:g} s"
    scale = f"at {_VENDOR_SECONDS} s"
    heading = f"{'at once':>8}{'answer in':>12}{scale:>10}{'seconds':>10}{'best':>8}{'ratio':>8}{'429s':>6}"
    return "\n".join([title, heading, *map(_row, rows), f"Goals: ratio ≤ {_GOAL:g}, no 429.", ""])


def _row(run: Run) -> str:
    ratio = run.seconds / run.best
    missed = "  missed" if ratio > _GOAL or run.turned_away else ""
    alike = run.delay / _SECONDS * _VENDOR_SECONDS
    return (
        f"{run.concurrency:8}{run.delay:10.2f} s{alike:8.1f} s{run.seconds:10.2f}{run.best:8.2f}"
        f"{ratio:8.2f}{run.turned_away:6}{missed}"
    )


if __name__ == "__main__":
    main()
