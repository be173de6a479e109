"""Which files hold an environment's members."""

import os
from pathlib import Path

import pytest

from reconciler.environment.reader import EnvironmentReading, try_environment


@pytest.fixture
def panels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "panels" / "e").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return Path("panels")


def put(panels: Path, *files: str) -> None:
    for file in files:
        (panels / file).parent.mkdir(parents=True, exist_ok=True)
        (panels / file).touch()


def reading_of(panels: Path, members: str | None) -> EnvironmentReading:
    setting = f"members: {members}\n" if members else ""
    (panels / "e" / "environment.yaml").write_text(f"embedded: true\n{setting}", encoding="utf-8")
    return try_environment(panels, "e")


def found(panels: Path, members: str | None = None) -> list[str]:
    reading = reading_of(panels, members)
    assert reading.problems == ()
    assert reading.environment is not None
    assert reading.environment.member_files == reading.member_files
    return [file.relative_to(panels).as_posix() for file in reading.member_files]


def told(panels: Path, members: str | None) -> list[str]:
    return [str(problem) for problem in reading_of(panels, members).problems]


def test_by_default_all_files_in_the_folder_members_at_any_depth(panels: Path) -> None:
    put(panels, "e/members/b.yaml", "e/members/a/z.CSV", "e/members/c.Yml", "e/members/notes.md")
    assert found(panels) == ["e/members/a/z.CSV", "e/members/b.yaml", "e/members/c.Yml"]


def test_hidden_files_and_settings_are_passed_over(panels: Path) -> None:
    put(
        panels, "e/members/.x.yaml", "e/members/.git/x.yaml", "e/members/environment.yaml", "e/members/a.yaml"
    )
    assert found(panels) == ["e/members/a.yaml"]


def test_a_file_reached_twice_counts_once(panels: Path) -> None:
    put(panels, "e/members/a.yaml")
    (panels / "e/members/b.yaml").symlink_to("a.yaml")
    assert found(panels, "[members/, members/a.yaml, ../e/members, members/../members/b.yaml]") == [
        "e/members/a.yaml"
    ]


def test_files_stand_in_the_order_in_which_they_are_named(panels: Path) -> None:
    put(panels, "shared/a.yaml", "e/z.csv")
    assert found(panels, "[z.csv, ../shared/]") == ["e/z.csv", "shared/a.yaml"]


def test_the_environments_own_folder_can_be_named(panels: Path) -> None:
    put(panels, "e/a.yaml", "e/state.lock.json", "e/.reconciler/journal.yaml")
    assert found(panels, "[.]") == ["e/a.yaml"]


def test_a_list_of_nothing_is_nobody(panels: Path) -> None:
    assert found(panels, "[]") == []


def test_a_folder_that_holds_itself_by_a_link_is_read_once(panels: Path) -> None:
    put(panels, "e/members/a.yaml")
    (panels / "e/members/again").symlink_to(".")
    (panels / "e/members/up").symlink_to("..")
    assert found(panels) == ["e/members/a.yaml"]


def test_a_missing_default_folder_is_told(panels: Path) -> None:
    hint = 'Make it, or name other files and folders under "members".'
    assert told(panels, None) == [f"panels/e/environment.yaml: panels/e/members doesn't exist. ({hint})"]


@pytest.mark.parametrize("way", ["../../elsewhere", "../../elsewhere/a.yaml", "link", "members"])
def test_what_lies_outside_the_panels_folder_is_refused(way: str, panels: Path) -> None:
    put(panels, "../elsewhere/a.yaml", "e/members/b.yaml")
    (panels / "e/link").symlink_to("../../elsewhere")
    (panels / "e/members/a.yaml").symlink_to("../../../elsewhere/a.yaml")
    (problem,) = told(panels, f"[{way}]")
    assert "lies outside the panels folder panels. (Move it to a folder such as panels/shared/.)" in problem
    assert problem.startswith("panels/e/environment.yaml:2:11: ")


def test_a_panels_folder_below_a_link_is_the_panels_folder(panels: Path) -> None:
    put(panels, "e/members/a.yaml")
    Path("other").symlink_to(".")
    assert found(Path("other/panels")) == ["e/members/a.yaml"]


def test_a_file_of_another_kind_is_refused_where_it_is_named(panels: Path) -> None:
    put(panels, "e/notes.md")
    assert told(panels, "[notes.md]") == [
        (
            "panels/e/environment.yaml:2:11: panels/e/notes.md is no member file. "
            "(Member files end in .yaml, .yml, .csv.)"
        )
    ]


def test_a_folder_with_a_files_ending_is_told(panels: Path) -> None:
    (panels / "e/members/x.yaml").mkdir(parents=True)
    (problem,) = told(panels, None)
    assert "panels/e/members/x.yaml is a folder, where a file is expected." in problem


def test_a_link_that_leads_nowhere_is_told(panels: Path) -> None:
    put(panels, "e/members/a.yaml")
    (panels / "e/members/b.yaml").symlink_to("nowhere.yaml")
    (panels / "e/members/c.yaml").symlink_to("c.yaml")
    problems = told(panels, None)
    assert "panels/e/members/b.yaml doesn't exist." in problems[0]
    assert "panels/e/members/c.yaml can't be reached: " in problems[1]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_folder_that_cannot_be_looked_into_is_told(mode: int, panels: Path) -> None:
    put(panels, "e/members/deep/a.yaml")
    folder = panels / "e/members/deep"
    folder.chmod(mode)
    try:
        assert told(panels, None)
    finally:
        folder.chmod(0o700)
