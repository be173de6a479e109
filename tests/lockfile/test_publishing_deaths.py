"""A publishing that is killed, at any step of it: the next one neither loses nor brings back anybody."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from clones import STATE, Clone, Origin, lockfile_of
from mortal import Doom, outlive
from plain_git import git

from reconciler.lockfile.file import LockfileFile

# All that changes anything: a git command, a file replaced or deleted. One publishing does fewer.
_EFFECTS = frozenset({"run_git", "replace_file", "delete_file"})
_MOST_EFFECTS = 32
_FEW = (21, 30)  # where the file is replaced, and behind the push


def before_effect(number: int) -> Doom:
    """Die right before the so-many-th thing that changes something."""

    def doom() -> None:
        effects = count(1)

        def step(frame: FrameType, event: str, _what: Any) -> None:
            if event == "call" and frame.f_code.co_name in _EFFECTS and next(effects) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(step)

    return doom


class Stage:
    """Two clones, of which the second has published news that the first, about to publish, doesn't know."""

    def __init__(self, folder: Path) -> None:
        """A folder that `prepare` filled, or a copy of it."""
        self.folder = folder
        self.ours, self.others = Clone(folder / "ours"), Clone(folder / "others")
        self.origin = folder / "origin.git"

    @classmethod
    def prepare(cls, folder: Path, *, own_branch: bool) -> "Stage":
        """Set it up."""
        everybody = lockfile_of("ada", "bob")
        origin = Origin(folder, own_branch=own_branch, lockfile=None if own_branch else everybody)
        ours = origin.clone("ours")
        if own_branch:
            LockfileFile(ours.environment).write(everybody)
            ours.publish()
        others = origin.clone("others")
        others.apply("tim")
        others.publish()
        ours.apply("grace", removed="bob")
        return cls(folder)

    def copy(self, folder: Path) -> "Stage":
        """The same somewhere else."""
        shutil.copytree(self.folder, folder, symlinks=True)
        copy = Stage(folder)
        for clone in (copy.ours, copy.others):
            clone.git("remote", "set-url", "origin", f"file://{copy.origin}")
        return copy

    def names(self, branch: str) -> list[str]:
        """Whom the published lockfile knows."""
        shown = git(self.origin, "show", f"{branch}:panels/production/state.lock.json")
        return [
            line[1 : line.index("@")] for line in shown.splitlines() if line.startswith('"') and "@" in line
        ]


@pytest.fixture(scope="module", params=[True, False], ids=["branch", "file"])
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage.prepare(tmp_path_factory.mktemp("stage"), own_branch=request.param)


@pytest.fixture
def check(prepared: Stage, tmp_path: Path) -> Callable[[int], None]:
    branch = STATE if prepared.ours.environment.lockfile_branch else "main"

    def check_effect(effect: int) -> None:
        stage = prepared.copy(tmp_path / "copy")
        outlive(before_effect(effect), stage.ours.publish)
        arrived = "grace" in stage.names(branch)
        stage.others.publish()
        stage.others.apply(removed="tim")
        stage.others.apply(removed="grace")
        stage.others.publish()
        stage.ours.publish()
        assert stage.names(branch) == (["ada"] if arrived else ["ada", "grace"]), effect
        assert stage.ours.known() == stage.names(branch)
        shutil.rmtree(stage.folder)

    return check_effect


@pytest.mark.parametrize("effect", _FEW)
def test_it_is_mended_wherever_it_died(check: Callable[[int], None], effect: int) -> None:
    check(effect)


@pytest.mark.exhaustive
@pytest.mark.parametrize("effect", range(1, _MOST_EFFECTS))
def test_it_is_mended_before_whatever_it_died(check: Callable[[int], None], effect: int) -> None:
    check(effect)
