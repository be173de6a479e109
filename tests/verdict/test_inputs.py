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

TODAY = "2026-11-26"


@pytest.fixture
def panels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Panels:
    monkeypatch.chdir(tmp_path)
    return Panels(tmp_path / "panels")


@pytest.fixture
def environment(panels: Panels) -> Environment:
    return large(panels, "ada", "grace")


def test_they_are_the_same_as_long_as_all_contents_are(environment: Environment) -> None:
    before = inputs_of(environment, TODAY)
    for path in environment.folder.rglob("*"):
        os.utime(path, (1, 1))
    assert before is not None
    assert inputs_of(environment, TODAY) == before


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


def in_a_suppression_list_being_there(folder: Path) -> None:
    (folder / "suppressed.txt").touch()


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
        in_a_suppression_list_being_there,
        in_how_a_file_is_read,
        in_no_lockfile_being_there,
    ],
)
def test_a_difference_makes_them_others(
    panels: Panels, environment: Environment, change: Callable[[Path], None]
) -> None:
    before = inputs_of(environment, TODAY)
    change(environment.folder)
    assert inputs_of(read_environment(panels.folder, "production"), TODAY) != before


def test_another_day_makes_them_others(environment: Environment) -> None:
    assert inputs_of(environment, "2026-11-27") != inputs_of(environment, TODAY)


class TestWithSuppressionLists:
    """They belong to what a plan is made from, and so does their secret."""

    @pytest.fixture
    def environment(self, panels: Panels, monkeypatch: pytest.MonkeyPatch) -> Environment:
        folder = large(panels, "ada").folder
        (folder / "suppressed.txt").write_text("bob@example.org\n", encoding="utf-8")
        with (folder / "environment.yaml").open("a", encoding="utf-8") as settings:
            settings.write("suppression_secret: {env: PEPPER}\n")
        monkeypatch.setenv("PEPPER", "0123456789abcdef")
        return read_environment(panels.folder, "production")

    def test_another_entry_makes_them_others(self, environment: Environment) -> None:
        before = inputs_of(environment, TODAY)
        assert before is not None
        environment.suppression_lists[0].write_text("cy@example.org\n", encoding="utf-8")
        assert inputs_of(environment, TODAY) not in {before, None}

    def test_another_secret_makes_them_others(
        self, environment: Environment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = inputs_of(environment, TODAY)
        monkeypatch.setenv("PEPPER", "fedcba9876543210")
        assert inputs_of(environment, TODAY) not in {before, None}

    @pytest.mark.parametrize("value", ["", "short"])
    def test_without_a_fit_secret_there_are_none_since_that_is_worth_a_word(
        self, environment: Environment, value: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PEPPER", value)
        assert inputs_of(environment, TODAY) is None


def test_another_version_makes_them_others(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    before = inputs_of(environment, TODAY)
    monkeypatch.setattr("reconciler.verdict.inputs.__version__", "another")
    assert inputs_of(environment, TODAY) != before


def test_small_environments_have_none(panels: Panels) -> None:
    panels.declare("ada")
    panels.lock(pushed("ada"))
    assert inputs_of(read_environment(panels.folder, "production"), TODAY) is None


def test_what_cannot_be_read_has_none(environment: Environment) -> None:
    environment.member_files[0].unlink()
    assert inputs_of(environment, TODAY) is None
    environment.member_files[0].mkdir()
    assert inputs_of(environment, TODAY) is None


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
        before = inputs_of(clone.environment, TODAY)
        assert before is not None
        check_out(clone.environment)
        write_lockfile(clone.environment, published("ada", "bob"))
        assert inputs_of(clone.environment, TODAY) is None
        clone.publish()
        assert inputs_of(clone.environment, TODAY) not in {before, None}

    def test_there_are_none_as_long_as_it_is_not_fetched(self, clone: Clone) -> None:
        clone.git("update-ref", "-d", f"refs/remotes/origin/{STATE}")
        assert inputs_of(clone.environment, TODAY) is None
