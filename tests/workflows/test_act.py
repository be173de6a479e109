"""What act is given in place of the shipped workflows: the same files, but for one line."""

import difflib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from plain_git import git
from team import as_act_reads
from workflow_files import WORKFLOWS

pytestmark = pytest.mark.workflows


def _lines_left_out(name: str) -> list[str]:
    text = (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8")
    lines = difflib.ndiff(text.splitlines(), as_act_reads(text).splitlines())
    return [line.partition(" #")[0] for line in lines if not line.startswith(" ")]


def test_the_queue_of_applies_is_all_that_is_left_out() -> None:
    found = {file.stem: _lines_left_out(file.stem) for file in WORKFLOWS.glob("*.yml")}
    assert {name: lines for name, lines in found.items() if lines} == {"apply": ["-   queue: max"]}


def test_act_still_refuses_that_line_so_that_leaving_it_out_is_needed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "remote", "add", "origin", "https://github.com/team/panels.git")
    act, file = Path(sys.executable).with_name("act"), WORKFLOWS / "apply.yml"
    done = subprocess.run(
        [act, "--list", "--workflows", file],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stderr.count("Unknown Property") == done.stderr.count("Unknown Property queue") == 1
