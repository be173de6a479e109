"""Which files hold those who must never be added again."""

from pathlib import Path

import pytest

from reconciler.environment.reader import EnvironmentReading, try_environment


@pytest.fixture
def panels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for folder in ("e", "shared", "../elsewhere"):
        (tmp_path / "panels" / folder).mkdir(parents=True)
    for file in ("shared/a.txt", "shared/b.txt", "../elsewhere/c.txt"):
        (tmp_path / "panels" / file).touch()
    return Path("panels")


def reading_of(panels: Path, setting: str) -> EnvironmentReading:
    (panels / "e" / "environment.yaml").write_text(
        f"embedded: true\nmembers: []\n{setting}\n", encoding="utf-8"
    )
    return try_environment(panels, "e")


def found(panels: Path, setting: str) -> tuple[list[str], str]:
    """The lists that are read, and the one that is written."""
    reading = reading_of(panels, setting)
    assert reading.problems == ()
    assert reading.environment is not None
    assert reading.environment.suppression_lists == reading.suppression_lists
    lists = [path.relative_to(panels).as_posix() for path in reading.suppression_lists]
    return lists, reading.environment.suppression_list_to_write.relative_to(panels).as_posix()


def told(panels: Path, setting: str) -> list[str]:
    return [str(problem) for problem in reading_of(panels, setting).problems]


@pytest.mark.parametrize("setting", ["", "suppressed:", "suppressed: []"])
def test_by_default_it_is_the_environments_own_where_there_is_one(setting: str, panels: Path) -> None:
    assert found(panels, setting) == ([], "e/suppressed.txt")
    (panels / "e/suppressed.txt").touch()
    assert found(panels, setting) == (["e/suppressed.txt"], "e/suppressed.txt")


def test_its_own_counts_beside_those_that_are_named_and_the_first_named_is_written(panels: Path) -> None:
    assert found(panels, "suppressed: ../shared/b.txt") == (["shared/b.txt"], "shared/b.txt")
    (panels / "e/suppressed.txt").touch()
    assert found(panels, "suppressed: [../shared/b.txt, ../shared/a.txt]") == (
        ["e/suppressed.txt", "shared/b.txt", "shared/a.txt"],
        "shared/b.txt",
    )


def test_those_who_opted_out_are_on_a_list_of_their_own(panels: Path) -> None:
    (panels / "e/opted_out.txt").touch()
    assert found(panels, "") == (["e/opted_out.txt"], "e/suppressed.txt")


def test_a_list_reached_twice_counts_once(panels: Path) -> None:
    (panels / "e/suppressed.txt").symlink_to("../shared/a.txt")
    assert found(panels, "suppressed: [../shared/./a.txt, ../shared/a.txt, suppressed.txt]") == (
        ["shared/a.txt"],
        "shared/a.txt",
    )


def test_a_list_that_is_named_and_missing_is_a_problem(panels: Path) -> None:
    (problem,) = told(panels, "suppressed: [../shared/a.txt, suppressed.txt]")
    assert problem.startswith("panels/e/environment.yaml:3:31: panels/e/suppressed.txt doesn't exist.")


@pytest.mark.parametrize("way", ["../../elsewhere/c.txt", "link.txt"])
def test_what_lies_outside_the_panels_folder_is_refused(way: str, panels: Path) -> None:
    (panels / "e/link.txt").symlink_to("../../elsewhere/c.txt")
    (problem,) = told(panels, f"suppressed: {way}")
    assert problem.startswith("panels/e/environment.yaml:3:13: ")
    assert "lies outside the panels folder panels." in problem


def test_its_own_may_not_be_a_link_that_leads_out_or_nowhere(panels: Path) -> None:
    own = panels / "e/suppressed.txt"
    own.symlink_to("../../elsewhere/c.txt")
    assert "lies outside the panels folder" in told(panels, "")[0]
    own.unlink()
    own.symlink_to("nowhere.txt")
    assert "doesn't exist" in told(panels, "")[0]
    own.unlink()
    own.symlink_to("suppressed.txt")
    assert "can't be read" in told(panels, "")[0]


def test_a_folder_is_no_list(panels: Path) -> None:
    (problem,) = told(panels, "suppressed: ../shared")
    assert "panels/shared is a folder" in problem


@pytest.mark.parametrize("value", ["5", "{a: b}", "[[x]]", '""', '"a\\nb"', "true"])
def test_what_is_no_path_is_a_problem(value: str, panels: Path) -> None:
    (problem,) = told(panels, f"suppressed: {value}")
    assert '"suppressed" takes paths of files. (Write suppressed: ../shared/suppressed.txt' in problem


def test_lists_are_known_also_where_other_settings_are_wrong(panels: Path) -> None:
    reading = reading_of(panels, "suppressed: ../shared/a.txt\nsuppression_secret: {env: S}\nx: y")
    assert reading.problems
    assert reading.suppression_lists == (panels / "shared/a.txt",)
    assert reading.suppression_secret == "S"
