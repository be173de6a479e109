"""Which files hold an environment's members."""

import os
from pathlib import Path

import pytest

from reconciler.environment.reader import EnvironmentReading, try_environment
from reconciler.problems import plain


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


def passed_over(panels: Path, members: str | None = None) -> list[str]:
    environment = reading_of(panels, members).environment
    assert environment is not None
    return [file.relative_to(panels).as_posix() for file in environment.passed_over]


def places(panels: Path, members: str | None = None) -> list[str]:
    return [str(problem.location) for problem in reading_of(panels, members).problems]


def told(panels: Path, members: str | None) -> list[str]:
    return [str(problem) for problem in reading_of(panels, members).problems]


def test_by_default_all_files_in_the_folder_members_at_any_depth(panels: Path) -> None:
    put(panels, "e/members/b.yaml", "e/members/a/z.CSV", "e/members/c.Yml")
    assert found(panels) == ["e/members/a/z.CSV", "e/members/b.yaml", "e/members/c.Yml"]


@pytest.mark.parametrize(
    "name",
    [
        *(".x.yaml", ".DS_Store", ".git/x.yaml", ".#a.yaml", "a.yaml~"),
        *("README", "README.txt", "readme.md", "notes.md", "Thumbs.db", "desktop.ini"),
    ],
)
def test_other_files_than_member_files_may_lie_beside_them_and_are_named(name: str, panels: Path) -> None:
    put(panels, "e/members/a.yaml", f"e/members/{name}")
    assert found(panels) == ["e/members/a.yaml"]
    assert passed_over(panels) == [f"e/members/{name.split('/', maxsplit=1)[0]}"]


@pytest.mark.parametrize(
    "name", ["environment.yaml", "import.yaml", "suppressed.txt", "opted_out.txt", "state.lock.json"]
)
def test_the_environments_own_files_are_passed_over_in_its_folder(name: str, panels: Path) -> None:
    put(panels, "e/a.yaml", f"e/{name}", "e/sandbox-seed.csv")
    assert found(panels, "[.]") == ["e/a.yaml"]
    assert f"e/{name}" in passed_over(panels, "[.]")
    assert "e/sandbox-seed.csv" in passed_over(panels, "[.]")


def test_files_of_these_names_elsewhere_are_not_the_environments_own(panels: Path) -> None:
    put(panels, "e/members/import.yaml", "e/members/sandbox-seed.csv")
    assert found(panels) == ["e/members/import.yaml", "e/members/sandbox-seed.csv"]


def test_suppression_lists_may_lie_in_a_shared_folder(panels: Path) -> None:
    put(panels, "shared/a.yaml", "shared/suppressed.txt", "shared/opted_out.txt")
    assert found(panels, "[../shared/]") == ["shared/a.yaml"]


def test_a_list_that_suppressed_names_is_passed_over_where_members_lie(panels: Path) -> None:
    put(panels, "shared/a.yaml", "shared/stop.txt")
    assert found(panels, "[../shared/]\nsuppressed: ../shared/stop.txt") == ["shared/a.yaml"]


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("panel.xlsx", "reconciler import"),
        ("panel.XLS", "reconciler import"),
        ("panel.ods", "reconciler import"),
        ("panel.tsv", "panel.csv"),
        ("panel.txt", "panel.csv"),
        ("panel.csv.bak", "rename it to panel.csv"),
        ("panel.yaml.txt", "rename it to panel.yaml"),
        ("panel.yml.orig", "rename it to panel.yml"),
        ("panel.json", "panel.yaml"),
        ("panel", "panel.csv"),
        ("~$panel.xlsx", "Close it"),
        ("panel.zip", "Move it out"),
        ("sub/deep/panel.xlsx", "reconciler import"),
    ],
)
def test_any_other_file_is_a_mistake_at_the_file_that_says_what_to_do(
    name: str, way_out: str, panels: Path
) -> None:
    put(panels, "e/members/a.yaml", f"e/members/{name}")
    (problem,) = reading_of(panels, None).problems
    assert str(problem.location) == f"panels/e/members/{name}"
    assert way_out in plain(problem.hint)


def test_a_member_file_named_readme_is_read(panels: Path) -> None:
    put(panels, "e/members/README.csv")
    assert found(panels) == ["e/members/README.csv"]


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


def test_a_missing_default_folder_is_a_problem(panels: Path) -> None:
    assert places(panels) == ["panels/e/environment.yaml"]


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


@pytest.mark.parametrize("name", ["notes.md", "environment.yaml", "team.xlsx"])
def test_a_file_of_another_kind_is_a_mistake_where_it_is_named(name: str, panels: Path) -> None:
    put(panels, "e/notes.md", "e/team.xlsx")
    assert places(panels, f"[{name}]") == ["panels/e/environment.yaml:2:11"]


def test_a_folder_with_a_files_ending_is_a_problem(panels: Path) -> None:
    (panels / "e/members/x.yaml").mkdir(parents=True)
    (problem,) = told(panels, None)
    assert "panels/e/members/x.yaml is a folder" in problem


def test_a_link_that_leads_nowhere_is_a_problem(panels: Path) -> None:
    put(panels, "e/members/a.yaml")
    (panels / "e/members/b.yaml").symlink_to("nowhere.yaml")
    (panels / "e/members/c.yaml").symlink_to("c.yaml")
    problems = told(panels, None)
    assert "panels/e/members/b.yaml doesn't exist." in problems[0]
    assert "panels/e/members/c.yaml can't be read: " in problems[1]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_folder_that_cannot_be_read_is_a_problem(mode: int, panels: Path) -> None:
    put(panels, "e/members/deep/a.yaml")
    folder = panels / "e/members/deep"
    folder.chmod(mode)
    try:
        assert told(panels, None)
    finally:
        folder.chmod(0o700)
