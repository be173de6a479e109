"""Files made to exhaust whoever reads them: answered by a real process, in little time and bounded memory."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Panels

from reconciler.errors import EXIT_DONE, EXIT_INVALID

MOST_MEMORY = 1 << 30
MOST_SECONDS = 60
"""Of processor time: that nothing hangs, whatever else the machine does."""
MEBI = 1 << 20
MARKS = "\u0301\u0323" * (MEBI // 8)
"""Each belongs before the one that stands before it: to bring them in order takes quadratic time."""

BOMB = "".join(f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
MERGES = "".join(f"x-{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 10))
SHORT = {
    "an alias bomb": ("x.yaml", f"x-0: &a0 [x]\n{BOMB}members: []\n"),
    "a bomb of merge keys": ("x.yaml", f"x-0: &a0 {{a: b}}\n{MERGES}members: []\n"),
    "lists in lists": ("x.yaml", "members: " + "[" * 100_000),
    "mappings in mappings": ("x.yaml", "members: " + "{a: " * 100_000),
    "items of items": ("x.yaml", "members:\n" + "- " * 100_000),
    "keys of keys": ("x.yaml", "? " * 100_000),
    "marks on a letter": (
        "x.yaml",
        f"members:\n- emailAddress: a{MARKS}@example.org\n  lastName: a{MARKS}\n",
    ),
    "blocks in blocks": ("x.yaml", "".join(" " * n + "a:\n" for n in range(1400))),
    "settings in settings": ("environment.yaml", "api: " + "[" * 100_000),
    "lists in a lockfile": ("state.lock.json", '{"format": 1, "members": ' + "[" * 100_000),
    "lists in a journal": (".reconciler/journal.jsonl", '{"record": ' + "[" * 100_000 + "\n"),
}
LARGE = {
    "quotes": ("x.yaml", "members: " + '"' * MEBI),
    "quotes in CSV": ("x.csv", "emailAddress\n" + '"' * MEBI),
    "commas": ("x.csv", "emailAddress\n" + "," * MEBI),
    "names in a header": ("x.csv", "emailAddress" + ",x" * (MEBI // 8)),
    "members of nothing": ("x.yaml", "members:\n" + "-\n" * (MEBI // 8)),
    "the same key": ("x.yaml", "members:\n- emailAddress: a@example.org\n" + "  city: x\n" * (MEBI // 40)),
    "unknown keys": ("x.yaml", "members:\n- {" + "".join(f"k{n}: x, " for n in range(MEBI // 40)) + "}\n"),
    "the same member": ("x.csv", "emailAddress\n" + "a@example.org\n" * (MEBI // 40)),
    "aliases": ("x.yaml", "x-a: &a x\nx-b: [" + "*a," * (MEBI // 3) + "]\nmembers: []\n"),
    "anchors": ("x.yaml", "x-a: [" + "&a x," * (MEBI // 5) + "]\nmembers: []\n"),
    "blank lines": ("x.yaml", "\n" * MEBI + "members: []\n"),
    "comments": ("x.yaml", "#\n" * (MEBI // 2) + "members: []\n"),
    "control characters": ("x.yaml", "members: " + "\x01" * MEBI),
    "an address of many dots": (
        "x.yaml",
        "members:\n- emailAddress: " + "a." * (MEBI // 2) + "@example.org\n",
    ),
    "an address of many letters": ("x.csv", "emailAddress\n" + "ü" * (MEBI // 16) + "@example.org\n"),
    "digits": ("x.yaml", "members:\n- {emailAddress: a@example.org, referID: " + "9" * MEBI + "}\n"),
    "a number in settings": ("environment.yaml", "api: {timeout: " + "9" * MEBI + "}\n"),
    "a number in a lockfile": ("state.lock.json", '{"format": ' + "9" * MEBI + "}\n"),
    "a line of ten megabytes": ("x.yaml", "members:\n- city: " + "x " * (5 * MEBI) + "\n"),
    "a cell of ten megabytes": ("x.csv", "emailAddress\n" + "x" * (10 * MEBI)),
}


@pytest.fixture
def panels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Panels:
    monkeypatch.chdir(tmp_path)
    panels = Panels(tmp_path / "panels")
    (panels.folder / "production" / ".reconciler").mkdir()
    return panels


def is_answered(panels: Panels, file: str, text: str) -> None:
    folder = panels.folder / "production"
    (folder / "members" / file if file.startswith("x.") else folder / file).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "validate", "--format", "json"],
        capture_output=True,
        preexec_fn=_confine,
        check=False,
    )
    assert done.returncode in {EXIT_DONE, EXIT_INVALID}, done.stderr[-500:]
    assert b"does not foresee" not in done.stderr
    assert b"Traceback" not in done.stderr
    assert isinstance(json.loads(done.stdout), dict)


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


# Tried every day are those that need the least time and tell the most; `pytest -m exhaustive` tries them all.
@pytest.mark.parametrize(
    "name", ["an alias bomb", "lists in lists", "marks on a letter", "lists in a lockfile"]
)
def test_a_file_made_to_exhaust_is_answered(panels: Panels, name: str) -> None:
    is_answered(panels, *SHORT[name])


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [*SHORT, *LARGE])
def test_a_file_made_to_exhaust_in_any_other_way_is_answered_too(panels: Panels, name: str) -> None:
    is_answered(panels, *{**SHORT, **LARGE}[name])
