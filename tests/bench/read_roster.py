"""What reading a large roster costs, as a multiple of merely draining libyaml's events.

    python tests/bench/read_roster.py [MEMBERS] [ROUNDS]

Both are measured in this process, in turns, as processor time; the least of the rounds counts. The
events are drained with the garbage collector off, so the figure is what reading itself adds.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from yaml._yaml import CParser

from reconciler.roster.reader import read_roster


def member_file(members: int) -> str:
    """A member file of six fields each."""
    entries = (
        f"  - emailAddress: member{number:06d}@panel{number % 97:02d}.example.org\n"
        f"    firstName: Firstname{number}\n"
        f"    lastName: Lastname{number}\n"
        f'    zipCode: "{number % 100000:05d}"\n'
        f"    city: Springfield {number % 1000}\n"
        f"    custom1: cohort-{number % 50}\n"
        for number in range(members)
    )
    return "members:\n" + "".join(entries)


def drain(path: Path) -> object:
    """Take every event and do nothing with it."""
    following = CParser(path.read_bytes()).get_event
    gc.disable()
    while following() is not None:
        pass
    gc.enable()
    return None


def read(path: Path) -> object:
    """Read the roster as every command does."""
    reading = read_roster([path])
    if reading.problems:
        raise SystemExit(str(reading.problems[0]))
    return reading


def least_seconds(work: dict[str, Callable[[Path], object]], path: Path, rounds: int) -> dict[str, float]:
    """The least processor time of each piece of work, in seconds."""
    least = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):
        for name, run in work.items():
            began = time.process_time()
            kept = run(path)
            least[name] = min(least[name], time.process_time() - began)
            del kept
    return least


def main(members: int = 100_000, rounds: int = 3) -> None:
    """Measure, and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "members.yaml"
        path.write_text(member_file(members), encoding="utf-8")
        least = least_seconds({"drain": drain, "read": read}, path, rounds)
        sys.stdout.write(
            f"{members:,} members, {path.stat().st_size / 1e6:.1f} MB: "
            f"events {least['drain']:.2f} s, roster {least['read']:.2f} s, "
            f"ratio {least['read'] / least['drain']:.2f}\n"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
