from pathlib import Path

import pytest
from commands import Panels

from reconciler.environment.reader import EnvironmentReading, try_environment
from reconciler.problems import plain


@pytest.fixture
def panels(tmp_path: Path) -> Panels:
    made = Panels(tmp_path / "panels")
    for name in ("staging", "training"):
        made.environment(name, "embedded: true\n")
    return made


def read(panels: Panels, after: str) -> EnvironmentReading:
    panels.environment("production", f"embedded: true\nafter: {after}\n")
    return try_environment(panels.folder, "production")


@pytest.mark.parametrize(
    ("written", "after"),
    [
        ("staging", ("staging",)),
        ("[staging]", ("staging",)),
        ("[training, staging]", ("training", "staging")),
        ("[staging, staging]", ("staging",)),
        ('"staging"', ("staging",)),
        ("[]", ()),
        ("null", ()),
        ("", ()),
        ("~", ()),
    ],
)
def test_it_takes_one_name_or_a_list_of_them(panels: Panels, written: str, after: tuple[str, ...]) -> None:
    reading = read(panels, written)
    assert reading.problems == ()
    assert reading.environment is not None
    assert reading.environment.after == reading.after == after


def test_without_it_an_environment_comes_after_nothing(panels: Panels) -> None:
    assert try_environment(panels.folder, "staging").after == ()


def test_a_mistyped_name_names_the_nearest_environment(panels: Panels) -> None:
    (problem,) = read(panels, "stagin").problems
    assert plain(problem.message) == 'There is no environment "stagin".'
    assert plain(problem.hint) == 'Did you mean "staging"?'


def test_a_name_like_no_other_gets_the_names_of_the_others_as_a_hint(panels: Panels) -> None:
    (problem,) = read(panels, "xyz").problems
    assert plain(problem.hint) == "The others are staging, training."


def test_each_wrong_name_is_a_problem_at_its_place(panels: Panels) -> None:
    problems = read(panels, "[xyz, staging, production]").problems
    assert [str(problem.location)[-4:] for problem in problems] == [":2:9", "2:23"]


def test_where_other_settings_are_wrong_the_order_is_known_all_the_same(panels: Panels) -> None:
    reading = read(panels, "staging\ndatacentre: eu")
    assert reading.environment is None
    assert reading.after == ("staging",)


def test_names_are_text_as_it_is_written(panels: Panels) -> None:
    panels.environment("2024", "embedded: true\n")
    assert read(panels, "2024").after == ("2024",)
