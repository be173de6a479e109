"""How long planning takes, without files: members a second for what plans are mostly made of.

    python tests/bench/plan.py [MEMBERS]

Prints one table and never fails on time. `nothing to do` is the plan that runs on most pull requests;
`a hundredth changed` is what a correction costs, where fields are compared one by one.
"""

import sys
import time
from collections.abc import Container
from pathlib import Path

from reconciler.environment.model import EMBEDDED_TARGET, Environment
from reconciler.lockfile.model import Lockfile, Outcome, Present
from reconciler.member import Attributes
from reconciler.plan.planner import make_plan
from reconciler.roster.model import Declaration, Roster

_MEMBERS = 20_000
_RUNS = 3
_PUSHED = "2026-11-23T09:00:00Z"


def main() -> None:
    """Plan each situation and print the table."""
    members = int(sys.argv[1]) if len(sys.argv) > 1 else _MEMBERS
    everyone, corrected = _roster(members), _roster(members, corrected=range(0, members, 100))
    known, nobody = _lockfile(everyone), Lockfile("bench", EMBEDDED_TARGET)
    situations = {
        "everyone new": (everyone, nobody),
        "nothing to do": (everyone, known),
        "a hundredth changed": (corrected, known),
        "a half gone": (Roster(dict(list(everyone.members.items())[::2])), known),
    }
    rows = [_row(name, *situation, members) for name, situation in situations.items()]
    heading = f"{'':24}{'least':>12}{'members/s':>14}"
    sys.stdout.write("\n".join([f"Planning {members:,} members, {_RUNS} runs each", heading, *rows, ""]))


def _row(name: str, roster: Roster, lockfile: Lockfile, members: int) -> str:
    seconds = min(_seconds(roster, lockfile) for _ in range(_RUNS))
    return f"{name:24}{seconds * 1000:9.1f} ms{members / seconds:14,.0f}"


def _seconds(roster: Roster, lockfile: Lockfile) -> float:
    environment = Environment("bench", Path("panels/bench"), EMBEDDED_TARGET, None, ())
    began = time.perf_counter()
    make_plan(environment, roster, lockfile)
    return time.perf_counter() - began


def _roster(members: int, corrected: Container[int] = ()) -> Roster:
    return Roster(
        {f"person.{number}@example.org": _declaration(number, corrected) for number in range(members)}
    )


def _declaration(number: int, corrected: Container[int]) -> Declaration:
    custom = "corrected" if number in corrected else "as before"
    return Declaration(_attributes(number, custom), "panels/bench/members/all.yaml", number)


def _attributes(number: int, custom: str) -> Attributes:
    return {
        "emailAddress": f"person.{number}@example.org",
        "firstName": "Person",
        "zipCode": f"{number:05}",
        "custom1": custom,
        "profileFields": [{"profileFieldId": 577, "value": [3, 7]}],
    }


def _lockfile(roster: Roster) -> Lockfile:
    return Lockfile(
        "bench",
        EMBEDDED_TARGET,
        members={
            key: Present(Outcome.ADDED, _PUSHED, dict(declaration.attributes))
            for key, declaration in roster.members.items()
        },
    )


if __name__ == "__main__":
    main()
