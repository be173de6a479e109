import os
import stat
from pathlib import Path

import pytest

from reconciler.cli.saving import save
from reconciler.errors import DiskFailure, InvalidInput, UsageError


def test_a_saved_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    save(tmp_path / "plan.json", "Zoë\n")
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == "Zoë\n"
    assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == 0o600


def test_an_older_file_is_replaced_whole_with_a_mode_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("an older and longer one", encoding="utf-8")
    path.chmod(0o644)
    save(path, "new")
    assert path.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_else_is_left_beside_it(tmp_path: Path) -> None:
    save(tmp_path / "plan.json", "x")
    with pytest.raises(DiskFailure):
        save(tmp_path / ("n" * 300), "x")
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nowhere: There is no such folder"):
        save(tmp_path / "nowhere" / "plan.json", "x")


def test_what_is_no_ordinary_file_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidInput, match="not a regular file"):
        save(tmp_path / "pipe", "x")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize(
    "name", ["environment.yaml", "members/team.csv", "suppressed.txt", "state.lock.json"]
)
def test_nothing_is_saved_over_the_files_of_an_environment(tmp_path: Path, name: str) -> None:
    (tmp_path / "members").mkdir()
    for file in ("environment.yaml", name):
        (tmp_path / file).write_text("declared", encoding="utf-8")
    with pytest.raises(UsageError):
        save(tmp_path / name, "x")
    assert (tmp_path / name).read_text(encoding="utf-8") == "declared"
    save(tmp_path / "members" / "report.json", "x")
