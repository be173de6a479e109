from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.environment.overview import environments_in_order
from reconciler.errors import InvalidInput
from reconciler.problems import plain


def write(panels: Path, after: Mapping[str, list[str]]) -> None:
    for name, others in after.items():
        (panels / name / "members").mkdir(parents=True)
        text = f"embedded: true\nafter: [{', '.join(others)}]\n"
        (panels / name / "environment.yaml").write_text(text, encoding="utf-8")


def names(panels: Path) -> list[str]:
    return [placed.name for placed in environments_in_order(panels)]


def test_each_is_behind_those_that_it_comes_after_and_else_by_name(tmp_path: Path) -> None:
    write(tmp_path, {"a": ["z"], "b": [], "m": ["a", "b"], "z": []})
    assert names(tmp_path) == ["b", "z", "a", "m"]


_NAMES = [f"e{number}" for number in range(6)]


@given(order=st.permutations(_NAMES), data=st.data())
def test_whatever_comes_after_whatever_the_order_holds_it(
    order: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    after = {
        name: data.draw(st.lists(st.sampled_from(order[:place]), unique=True)) if place else []
        for place, name in enumerate(order)
    }
    panels = tmp_path_factory.mktemp("panels")
    write(panels, after)
    found = names(panels)
    assert sorted(found) == _NAMES
    assert all(found.index(other) < found.index(name) for name, others in after.items() for other in others)


def test_it_says_what_is_known_of_each(tmp_path: Path) -> None:
    write(tmp_path, {"sandbox": [], "staging": ["sandbox"]})
    (tmp_path / "staging/environment.yaml").write_text("datacenter: eu\napi_key: {env: K}\nafter: sandbox\n")
    sandbox, staging = environments_in_order(tmp_path)
    assert sandbox == ("sandbox", (), "embedded", True)
    assert staging == ("staging", ("sandbox",), "https://api.questionpro.eu/a/api/v2", False)


def test_one_whose_settings_are_wrong_keeps_its_place(tmp_path: Path) -> None:
    write(tmp_path, {"a": ["b"], "b": []})
    (tmp_path / "a/environment.yaml").write_text("datacentre: eu\nafter: b\n")
    assert environments_in_order(tmp_path)[1] == ("a", ("b",), None, False)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"a": ["b"], "b": ["a"]}, "which comes after"),
        ({"a": ["c"], "b": ["a"], "c": ["b"], "d": []}, "which comes after"),
    ],
)
def test_a_ring_is_a_problem_with_a_file_to_change(
    tmp_path: Path, after: dict[str, list[str]], told: str
) -> None:
    write(tmp_path, after)
    with pytest.raises(InvalidInput) as error:
        environments_in_order(tmp_path)
    (problem,) = error.value.problems
    chain = plain(problem.message).removeprefix("No order is right: ").removesuffix(".").split(f", {told} ")
    assert chain[0] == chain[-1]
    assert len(chain) == len(set(chain)) + 1
    assert all(later in after[earlier] for earlier, later in pairwise(chain))
    assert str(problem.location) == f"{tmp_path.as_posix()}/{chain[0]}/environment.yaml"


def test_where_there_is_none_that_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no environment here"):
        environments_in_order(tmp_path)
