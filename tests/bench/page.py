"""What a page of many members costs: its size, and in a browser how long it takes to open, filter and sort.

    python tests/bench/page.py [MEMBERS...]

Each page is a real plan in which everybody has changed in two fields. Filtering and sorting are timed in the
page from the key to the next frame; of several searches the slowest counts. Goals: below 12 MB; no search
takes a tenth of a second; 100,000 members open, with as many rows as there is room for. Without a browser it
tells the sizes alone. Never fails on time.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile, Outcome, Present

sys.path.append(str(Path(__file__).resolve().parent.parent / "support"))
import viewer

_MEMBERS = (20_000, 100_000)
_RECONCILER = str(Path(sys.executable).with_name("reconciler"))
_FIELDS = ("emailAddress", "firstName", "lastName", "zipCode", "city")
_MOST_BYTES, _STALL = 12_000_000, 100
_SEARCHES = ("e", "member01", "panel07 firstname", "nobody", "city12")
_TIMED = """async (act) => {
  const search = document.getElementById("search");
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const from = performance.now();
  if (act.startsWith("search:")) {
    search.value = act.slice(7);
    search.dispatchEvent(new Event("change"));
  } else if (act === "sort") document.querySelector("th button").click();
  document.body.offsetHeight;
  await frame();
  return performance.now() - from;
}"""


class Opened(NamedTuple):
    """Milliseconds in the browser."""

    opening: float
    search: float
    sort: float


class Page(NamedTuple):
    """A page of so many members: what it took to make, and to use where there is a browser."""

    members: int
    seconds: float
    bytes: int
    rows: int
    opened: Opened | None


def main() -> None:
    """Measure, and print the table."""
    counts = [int(text) for text in sys.argv[1:]] or _MEMBERS
    lacking = viewer.missing()
    with tempfile.TemporaryDirectory() as folder:
        files = [_written(Path(folder) / str(count), count) for count in counts]
        opened: Sequence[Opened | None] = [None] * len(files)
        if not lacking:
            opened = _opened([path for path, _ in files], Path(folder))
        pages = [
            Page(
                count,
                seconds,
                path.stat().st_size,
                path.read_text("utf-8").count("\\u003cdt>firstName"),
                seen,
            )
            for count, (path, seconds), seen in zip(counts, files, opened, strict=True)
        ]
    sys.stdout.write(_table(pages, lacking))


def _written(folder: Path, count: int) -> tuple[Path, float]:
    """The page of a plan, and the seconds that making it took."""
    environment = folder / "panels" / "p"
    (environment / "members").mkdir(parents=True)
    (environment / "environment.yaml").write_text("embedded: true\n", encoding="utf-8")
    rows = [_person(number) for number in range(count)]
    text = "\n".join(",".join((row[0], "Renamed", *row[2:4], "Moved")) for row in rows)
    (environment / "members" / "all.csv").write_text(f"{','.join(_FIELDS)}\n{text}\n", encoding="utf-8")
    at = "2026-11-23T09:00:00Z"
    known = {row[0]: Present(Outcome.ADDED, at, dict(zip(_FIELDS, row, strict=True))) for row in rows}
    (environment / "state.lock.json").write_bytes(encode(Lockfile("p", "embedded", known)))
    path = folder / "plan.html"
    began = time.perf_counter()
    with path.open("w", encoding="utf-8") as page:
        command = [_RECONCILER, "plan", "p", "--no-mask", "--format", "html"]
        subprocess.run(command, cwd=folder, stdout=page, check=True)
    return path, time.perf_counter() - began


def _person(number: int) -> tuple[str, ...]:
    address = f"member{number:06d}@panel{number % 97:02d}.example.org"
    return (
        address,
        f"Firstname{number}",
        f"Lastname{number}",
        f"{number % 100_000:05d}",
        f"City{number % 1000}",
    )


def _opened(paths: Sequence[Path], home: Path) -> list[Opened]:
    with viewer.browser({**os.environ, "HOME": str(home)}) as browser:
        found = []
        for path in paths:
            page = browser.new_page()
            began = time.perf_counter()
            page.goto(path.as_uri())
            opening = 1000 * (time.perf_counter() - began)
            search = max(page.evaluate(_TIMED, f"search:{words}") for words in _SEARCHES)
            page.evaluate(_TIMED, "search:")
            found.append(Opened(opening, search, page.evaluate(_TIMED, "sort")))
            page.close()
        return found


def _table(pages: Sequence[Page], lacking: str) -> str:
    heading = f"{'members':>9}{'made in s':>11}{'MB':>7}{'with rows':>11}" + (
        "" if lacking else f"{'opens in ms':>13}{'search':>8}{'sort':>8}"
    )
    ending = f"Not opened: needs {lacking}." if lacking else f"Goals: search under {_STALL} ms."
    return "\n".join([heading, *map(_row, pages), f"Goal: under {_MOST_BYTES / 1e6:g} MB. {ending}", ""])


def _row(page: Page) -> str:
    line = f"{page.members:9,}{page.seconds:11.1f}{page.bytes / 1e6:7.1f}{page.rows:11,}"
    missed = page.bytes >= _MOST_BYTES
    if page.opened:
        line += "{:13.0f}{:8.0f}{:8.0f}".format(*page.opened)
        missed = missed or page.opened.search > _STALL
    return line + ("  missed" if missed else "")


if __name__ == "__main__":
    main()
