"""Which environments there are."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from reconciler.environment.discovery import environment_folder, environment_names
from reconciler.errors import InvalidInput


def panels_with(names: Iterable[str], root: Path) -> Path:
    for name in names:
        (root / name).mkdir(parents=True)
        (root / name / "environment.yaml").touch()
    return root


def problem_of(panels: Path, name: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        environment_folder(panels, name)
    return str(caught.value.problems[0]).removeprefix(f"{panels}: ")


def test_environments_are_the_folders_with_settings_in_order_of_name(tmp_path: Path) -> None:
    panels = panels_with(["staging", "production", ".hidden", "deep/er"], tmp_path)
    (panels / "shared").mkdir()
    (panels / "environment.yaml").touch()
    assert environment_names(panels) == ("production", "staging")


def test_a_link_that_leads_nowhere_is_an_environment_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "environment.yaml").symlink_to("nowhere")
    assert environment_names(tmp_path) == ("broken",)


def test_a_folder_is_found_by_its_name(tmp_path: Path) -> None:
    assert environment_folder(panels_with(["staging"], tmp_path), "staging") == tmp_path / "staging"


def test_an_unknown_name_brings_the_nearest_and_the_known_ones(tmp_path: Path) -> None:
    panels = panels_with(["staging", "production"], tmp_path)
    assert problem_of(panels, "prodution") == (
        'There is no environment "prodution". '
        '(Did you mean "production"? The environments are production, staging.)'
    )


@pytest.mark.parametrize("name", ["..", ".", "", "staging/", "./staging", "x/../staging", "/", "a\0b"])
def test_a_path_is_no_name(name: str, tmp_path: Path) -> None:
    panels = panels_with(["staging"], tmp_path / "panels")
    assert problem_of(panels, name).startswith("There is no environment ")


def test_no_environment_at_all_brings_what_one_is(tmp_path: Path) -> None:
    assert problem_of(tmp_path, "x") == (
        'There is no environment "x", nor any other. '
        "(An environment is a folder with an environment.yaml. Name the folder with --panels DIR, "
        "or in the variable RECONCILER_PANELS.)"
    )


def test_a_missing_panels_folder_brings_the_flag(tmp_path: Path) -> None:
    assert problem_of(tmp_path / "panels", "x") == (
        "The panels folder can't be read: No such file or directory. (Name the folder with --panels DIR, "
        "or in the variable RECONCILER_PANELS.)"
    )


def test_a_file_is_no_panels_folder(tmp_path: Path) -> None:
    (tmp_path / "panels").touch()
    assert "Not a directory" in problem_of(tmp_path / "panels", "x")


@pytest.mark.parametrize("name", ["--all", "-h", "two\nlines", "bell\a"])
def test_a_name_that_could_be_taken_for_an_option_or_fits_on_no_line_is_refused(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "environment.yaml").touch()
    with pytest.raises(InvalidInput, match="could be taken for an option"):
        environment_names(tmp_path)
