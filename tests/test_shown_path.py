"""How paths are shown."""

import os
from pathlib import Path

import pytest

from reconciler.shown_path import shown


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_path_below_the_working_directory_is_relative(here: Path) -> None:
    assert shown(here / "panels" / "team.yaml") == "panels/team.yaml"


def test_a_path_elsewhere_is_absolute(here: Path) -> None:
    assert shown(Path("../other/team.yaml")) == f"{here.parent}/other/team.yaml"


def test_a_way_up_and_down_again_is_taken_out() -> None:
    assert shown(Path("panels/production/../shared/a.csv")) == "panels/shared/a.csv"


def test_a_folder_whose_name_only_begins_alike_is_elsewhere(here: Path) -> None:
    assert shown(Path(f"{here}er/a.csv")) == f"{here}er/a.csv"


def test_bytes_that_are_no_utf8_can_be_printed() -> None:
    assert shown(Path(os.fsdecode(b"caf\xe9.yaml"))) == "caf?.yaml"
