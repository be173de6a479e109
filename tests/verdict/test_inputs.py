"""What a plan is made from has one hash, which only contents decide."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from clones import SHIELD, STATE, Clone, Origin
from clones import lockfile_of as published
from commands import Panels
from large import PADDING, large, pushed

from reconciler.environment.model import Environment
from reconciler.environment.reader import read_environment
from reconciler.lockfile.store import check_out, write_lockfile
from reconciler.verdict.inputs import inputs_of


@pytest.fixture
def panels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Panels:
    monkeypatch.chdir(tmp_path)
    return Panels(tmp_path / "panels")


@pytest.fixture
def environment(panels: Panels) -> Environment:
    return large(panels, "ada", "grace")


def test_they_are_the_same_as_long_as_all_contents_are(environment: Environment) -> None:
    before = inputs_of(environment)
    for path in environment.folder.rglob("*"):
        os.utime(path, (1, 1))
    assert before is not None
    assert inputs_of(environment) == before


def in_another_member_file(folder: Path) -> None:
    (folder / "members" / "more.yaml").write_text("members: []\n", encoding="utf-8")


def in_the_file_of_members(folder: Path) -> None:
    path = folder / "members" / "team.yaml"
    times = path.stat()
    path.write_bytes(path.read_bytes().replace(b"ada@", b"eva@"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def in_the_settings(folder: Path) -> None:
    path = folder / "environment.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "guards: {add: 5}\n", encoding="utf-8")


def in_the_lockfile(folder: Path) -> None:
    path = folder / "state.lock.json"
    path.write_bytes(path.read_bytes().replace(b"added", b"existing"))


def in_how_a_file_is_read(folder: Path) -> None:
    path = folder / "members" / "team.yaml"
    path.rename(path.with_suffix(".csv"))


def in_no_lockfile_being_there(folder: Path) -> None:
    (folder / "state.lock.json").unlink()


@pytest.mark.parametrize(
    "change",
    [
        in_another_member_file,
        in_the_file_of_members,
        in_the_settings,
        in_the_lockfile,
        in_how_a_file_is_read,
        in_no_lockfile_being_there,
    ],
)
def test_a_difference_makes_them_others(
    panels: Panels, environment: Environment, change: Callable[[Path], None]
) -> None:
    before = inputs_of(environment)
    change(environment.folder)
    assert inputs_of(read_environment(panels.folder, "production")) != before


def test_another_version_makes_them_others(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    before = inputs_of(environment)
    monkeypatch.setattr("reconciler.verdict.inputs.__version__", "another")
    assert inputs_of(environment) != before


def test_small_environments_have_none(panels: Panels) -> None:
    panels.declare("ada")
    panels.lock(pushed("ada"))
    assert inputs_of(read_environment(panels.folder, "production")) is None


def test_what_cannot_be_read_has_none(environment: Environment) -> None:
    environment.member_files[0].unlink()
    assert inputs_of(environment) is None
    environment.member_files[0].mkdir()
    assert inputs_of(environment) is None


class TestWithALockfileOnABranch:
    """Its commit says which one it is."""

    @pytest.fixture
    def clone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
        for name, value in SHIELD.items():
            monkeypatch.setenv(name, value)
        clone = Origin(tmp_path, own_branch=True).clone("ours")
        members = clone.environment.folder / "members"
        members.mkdir(exist_ok=True)
        (members / "team.yaml").write_text(f"members: []\n{PADDING}", encoding="utf-8")
        write_lockfile(clone.environment, published("ada"))
        clone.publish()
        return clone

    def test_another_commit_makes_them_others(self, clone: Clone) -> None:
        before = inputs_of(clone.environment)
        assert before is not None
        check_out(clone.environment)
        write_lockfile(clone.environment, published("ada", "bob"))
        assert inputs_of(clone.environment) is None
        clone.publish()
        assert inputs_of(clone.environment) not in {before, None}

    def test_there_are_none_as_long_as_it_is_not_fetched(self, clone: Clone) -> None:
        clone.git("update-ref", "-d", f"refs/remotes/origin/{STATE}")
        assert inputs_of(clone.environment) is None
