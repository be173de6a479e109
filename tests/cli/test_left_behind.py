"""Nothing of a person stays behind in temporary folders, or in files that others could read."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from git_panels import GitPanels
from world import World

# Runs git, and once the merge base is written out says so, and waits to be killed.
_SLOW_GIT = """#!/bin/sh
"{git}" "$@" || exit
case "$*" in *checkout-index*) touch "{here}"; exec sleep 600;; esac
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_a_comparison_leaves_nobody_in_the_temporary_folder(
    tmp_path: Path, number: signal.Signals
) -> None:
    repository = GitPanels(tmp_path / "team")
    repository.pull_request()
    temporary, programs, here = tmp_path / "temporary", tmp_path / "programs", tmp_path / "here"
    temporary.mkdir()
    programs.mkdir()
    git = programs / "git"
    git.write_text(_SLOW_GIT.format(git=shutil.which("git"), here=here))
    git.chmod(0o755)
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", "plan", "production", "--base", "origin/main"],
        cwd=repository.root,
        env={
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "TMPDIR": str(temporary),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 60
        while not here.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert list(temporary.rglob("team.yaml"))
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert not list(temporary.iterdir())


def test_what_apply_writes_is_for_its_owner_alone_and_a_mode_that_was_chosen_stays(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    apply = ("apply", "p", "--yes", "--log", "calls.jsonl", "--report", "report.json")
    written = [tmp_path / "calls.jsonl", tmp_path / "report.json", world.panels / "p" / "state.lock.json"]
    before = os.umask(0)
    try:
        assert world.run(*apply).code == 0
        assert [stat.S_IMODE(path.stat().st_mode) for path in written] == [0o600] * 3
        written[0].chmod(0o640)
        written[2].chmod(0o664)
        world.members("ada@example.org", "bob@example.org")
        assert world.run(*apply).code == 0
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in written] == [0o640, 0o600, 0o664]


def test_a_log_of_calls_may_go_to_a_stream(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    done = world.run("apply", "p", "--yes", "--log", "/dev/stderr")
    assert done.code == 0
    assert '"answer": "Counted"' in done.err
