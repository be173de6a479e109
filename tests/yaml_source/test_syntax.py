"""PyYAML's errors in plain words."""

from pathlib import Path

import pytest

from reconciler.errors import InvalidInput
from reconciler.problems import Value, plain
from reconciler.text_source import Findings
from reconciler.yaml_source import events
from reconciler.yaml_source.composer import Composer

CASES = sorted((Path(__file__).parent.parent / "cases" / "members").glob("syntax-*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("has_libyaml", [True, False])
def test_the_errors_of_both_parsers_are_known(
    *, path: Path, has_libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HAS_LIBYAML", has_libyaml)
    with pytest.raises(InvalidInput) as caught:
        Composer(path.read_text(encoding="utf-8"), Findings("f")).root()
    (problem,) = caught.value.problems
    assert problem.hint
    assert "not valid YAML" not in plain(problem.message)
    assert problem.location is not None
    assert problem.location.line is not None


def test_a_control_character_has_the_line_that_yaml_counts() -> None:
    with pytest.raises(InvalidInput) as caught:
        Composer("members:\x85  - x\u2028    \x00", Findings("f")).root()
    assert [str(problem.location) for problem in caught.value.problems] == ["f:3:5"]


@pytest.mark.parametrize("has_libyaml", [True, False])
@pytest.mark.parametrize(("text", "place"), [("a: [", "f:1:5"), ("a: [\n", "f:2:1"), ("a:\n  {b", "f:2:3")])
def test_what_is_missing_at_the_end_is_missing_on_a_line_that_the_file_has(
    *, text: str, place: str, has_libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HAS_LIBYAML", has_libyaml)
    with pytest.raises(InvalidInput) as caught:
        Composer(text, Findings("f")).root()
    assert [str(problem.location) for problem in caught.value.problems] == [place]


def test_a_directive_of_very_many_digits_is_refused_by_either_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    for has_libyaml in (True, False):
        monkeypatch.setattr(events, "HAS_LIBYAML", has_libyaml)
        with pytest.raises(InvalidInput, match="directive"):
            Composer(f"%YAML 1.{'9' * 5000}\n---\na: b\n", Findings("f")).root()


@pytest.mark.parametrize("has_libyaml", [True, False])
def test_a_character_in_two_halves_as_json_writes_it_gets_a_hint_with_the_character(
    *, has_libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HAS_LIBYAML", has_libyaml)
    with pytest.raises(InvalidInput) as caught:
        Composer('{"a": "x",\n "b": "y \\ud83c\\udf89"}', Findings("f")).root()
    (problem,) = caught.value.problems
    assert str(problem.location) == "f:2:10"
    assert Value("🎉") in problem.hint
