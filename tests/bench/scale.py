"""What a hundred thousand members cost, as multiples of merely draining libyaml's events of their file.

    python tests/bench/scale.py [--members N] [--rounds N] [--full]

Everything is measured as a whole process, in turns, as processor time (user and system); the least of the
rounds counts. The floor is a process that takes every event of the member file in YAML, with the garbage
collector off, and does nothing with it. Apply talks to a server in a process of its own, which answers at
once; of its rounds there is one. `--full` adds a million members in CSV. Never fails on time.
"""

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile, Outcome, Present

_MEMBERS = 100_000
_MILLION = 1_000_000
_RECONCILER = str(Path(sys.executable).with_name("reconciler"))
_FIELDS = ("emailAddress", "firstName", "lastName", "zipCode", "city", "custom1")
_CORRECTED_EACH = 100
_PAGES = 1024


class Spent(NamedTuple):
    """What one process took: seconds of the processor, MiB of memory at most."""

    seconds: float
    memory: float


class Row(NamedTuple):
    """A line of the table: what it cost, and its goal as a multiple of the floor (None: there is none)."""

    name: str
    spent: Spent
    goal: float | None = None


def main() -> None:
    """Measure, and print the table."""
    asked = _asked()
    if asked.drain:
        _drain(Path(asked.drain))
    elif asked.prepare:
        _prepare(Path(asked.prepare), asked.members, is_million=asked.full)
    elif asked.serve:
        asyncio.run(_serve())
    else:
        with tempfile.TemporaryDirectory() as folder:
            rows = _measured(Path(folder) / "panels", asked.members, asked.rounds, full=asked.full)
        sys.stdout.write(_table(rows, asked.members))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--members", type=int, default=_MEMBERS)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--drain", help=argparse.SUPPRESS)
    parser.add_argument("--prepare", help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(panels: Path, members: int, rounds: int, *, full: bool) -> list[Row]:
    # In a process of its own: one that starts others hands them down the most memory that it ever took.
    _cpu([sys.executable, __file__, "--prepare", str(panels), "--members", str(members)])
    floor, *plans = _least(
        [
            [sys.executable, __file__, "--drain", str(panels / "yaml" / "members" / "all.yaml")],
            *(_plan(panels, name) for name in ("yaml", "corrected", "csv")),
        ],
        rounds,
    )
    names = ("plan, YAML, nothing changed", "plan, YAML, 1 % changed", "plan, CSV, nothing changed")
    rows = [Row("floor: events of the YAML file, drained", floor)]
    rows += [Row(*row) for row in zip(names, plans, (2.2, 2.3, 0.95), strict=True)]
    rows.append(Row(f"apply, CSV, {members // 10:,} new", _applied(panels / "tenth")))
    rows.append(Row(f"apply, CSV, {members:,} new", _applied(panels / "new"), 3.0))
    if full:
        _cpu([sys.executable, __file__, "--prepare", str(panels), "--members", str(_MILLION), "--full"])
        limit = 10.5 * plans[2].seconds / floor.seconds
        rows.append(Row("plan, CSV, a million, nothing changed", _cpu(_plan(panels, "million")), limit))
    return rows


def _prepare(panels: Path, members: int, *, is_million: bool) -> None:
    people = [_person(number) for number in range(members)]
    if is_million:
        _environment(panels / "million", _as_csv(people), "csv", pushed=people)
        return
    corrected = [
        [*person[:-1], "corrected"] if number % _CORRECTED_EACH == 0 else person
        for number, person in enumerate(people)
    ]
    _environment(panels / "yaml", _as_yaml(people), "yaml", pushed=people)
    _environment(panels / "corrected", _as_yaml(corrected), "yaml", pushed=people)
    _environment(panels / "csv", _as_csv(people), "csv", pushed=people)
    _environment(panels / "tenth", _as_csv(people[: members // 10]), "csv")
    _environment(panels / "new", _as_csv(people), "csv")


def _person(number: int) -> list[str]:
    return [
        f"member{number:06d}@panel{number % 97:02d}.example.org",
        f"Firstname{number}",
        f"Lastname{number}",
        f"{number % 100000:05d}",
        f"Springfield {number % 1000}",
        f"cohort-{number % 50}",
    ]


def _as_yaml(people: Sequence[Sequence[str]]) -> str:
    entry = '  - {}: {{}}\n    {}: {{}}\n    {}: {{}}\n    {}: "{{}}"\n    {}: {{}}\n    {}: {{}}\n'.format(
        *_FIELDS
    )
    return "members:\n" + "".join(entry.format(*person) for person in people)


def _as_csv(people: Sequence[Sequence[str]]) -> str:
    return "".join(f"{','.join(row)}\n" for row in (_FIELDS, *people))


def _environment(folder: Path, members: str, ending: str, *, pushed: Sequence[Sequence[str]] = ()) -> None:
    (folder / "members").mkdir(parents=True)
    (folder / "environment.yaml").write_text("embedded: true\n", encoding="utf-8")
    (folder / "members" / f"all.{ending}").write_text(members, encoding="utf-8")
    if pushed:
        at = "2026-11-23T09:00:00Z"
        known = {p[0]: Present(Outcome.ADDED, at, dict(zip(_FIELDS, p, strict=True))) for p in pushed}
        (folder / "state.lock.json").write_bytes(encode(Lockfile(folder.name, "embedded", known)))


def _plan(panels: Path, name: str) -> list[str]:
    return [_RECONCILER, "--panels", str(panels), "plan", name]


def _least(commands: Sequence[Sequence[str]], rounds: int) -> list[Spent]:
    """What each command took at least."""
    spent: list[list[Spent]] = [[] for _ in commands]
    for _ in range(rounds):
        for command, taken in zip(commands, spent, strict=True):
            taken.append(_cpu(command))
    return [min(taken) for taken in spent]


def _applied(folder: Path) -> Spent:
    with _server() as address:
        (folder / "environment.yaml").write_text(
            f"base_url: {address}\napi_key: {{env: KEY}}\n"
            f"api: {{rate_limit: {{calls: {_MILLION}, seconds: 1}}}}\n",
            encoding="utf-8",
        )
        command = [_RECONCILER, "--panels", str(folder.parent), "apply", folder.name, "--yes"]
        return _cpu(command, {"KEY": "any-key-will-do"})


def _cpu(command: Sequence[str], environ: Mapping[str, str] | None = None) -> Spent:
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}")
    return Spent(used.ru_utime + used.ru_stime, used.ru_maxrss / _PAGES)


def _drain(path: Path) -> None:
    from yaml._yaml import CParser  # noqa: PLC0415 - no part of what else this script measures

    gc.disable()
    following = CParser(path.read_bytes()).get_event
    while following() is not None:
        pass


@contextmanager
def _server() -> Iterator[str]:
    """The address of a server that adds everybody at once, as long as it runs."""
    with subprocess.Popen(
        [sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip() if process.stdout else ''}"
        finally:
            process.terminate()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while head := await _head(reader):
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        added = len(json.loads(await reader.readexactly(length)))
        counts = {"membersAddedSuccessfully": added, "membersFailedToBeAdded": 0}
        body = json.dumps({"response": counts}).encode()
        kind = b"content-type: application/json"
        writer.write(b"HTTP/1.1 200 OK\r\n%s\r\ncontent-length: %d\r\n\r\n%s" % (kind, len(body), body))
    writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def _table(rows: Sequence[Row], members: int) -> str:
    floor = rows[0].spent.seconds
    heading = f"{'':44}{'seconds':>9}{'ratio':>8}{'goal':>9}{'MiB':>7}"
    return "\n".join(
        [f"{members:,} members, six fields each", heading, *(_line(row, floor) for row in rows), ""]
    )


def _line(row: Row, floor: float) -> str:
    ratio = row.spent.seconds / floor
    goal = "" if row.goal is None else f"≤ {row.goal:.2f}"
    missed = "  missed" if row.goal is not None and ratio > row.goal else ""
    return f"{row.name:44}{row.spent.seconds:9.2f}{ratio:8.2f}{goal:>9}{row.spent.memory:7.0f}{missed}"


if __name__ == "__main__":
    main()
