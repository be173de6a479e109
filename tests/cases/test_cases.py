"""Each case is a file that states its own expectation; README.md beside it says how."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from reconciler.environment.reader import try_environment
from reconciler.problem import Problem, plain
from reconciler.roster.reader import read_roster

_HERE = Path(__file__).parent
_STATEMENT = re.compile(r"[ \t]*#[!=] .*")
_PROBLEM = re.compile(r"#! (\d+): (.*?)(?= #! |$)")
_MEMBER = re.compile(r"#= (.*)")

MEMBER_CASES = sorted(path.name for path in (_HERE / "members").iterdir())
ENVIRONMENT_CASES = sorted(path.name for path in (_HERE / "environments").iterdir())


class Case(NamedTuple):
    """The file's text without its statements; problems by line, column and words; members by line."""

    text: str
    problems: list[tuple[int, int, str]]
    members: dict[int, str]


def read_case(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    lines = list(enumerate(text.split("\n"), start=1))
    return Case(
        "\n".join(_STATEMENT.sub("", line) for _, line in lines),
        [(number, int(found[1]), found[2]) for number, line in lines for found in _PROBLEM.finditer(line)],
        {number: found[1] for number, line in lines if (found := _MEMBER.search(line))},
    )


def told(problem: Problem) -> tuple[int | None, int | None, str]:
    place = problem.place
    assert place is not None
    hint = f" ({plain(problem.hint)})" if problem.hint else ""
    return place.line, place.column, (plain(problem.message) + hint).replace("\n", "\\n")


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("name", MEMBER_CASES)
def test_a_member_file_is_read_as_it_states(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = read_case(_HERE / "members" / name)
    monkeypatch.chdir(tmp_path)
    file = Path("case").with_suffix(Path(name).suffix)
    file.write_text(case.text, encoding="utf-8", newline="")
    reading = read_roster([file])
    assert sorted(map(told, reading.problems)) == sorted(case.problems)
    if case.members:
        declared = {member.line: as_json(member.attributes) for member in reading.roster.members.values()}
        assert declared == {line: as_json(json.loads(text)) for line, text in case.members.items()}


@pytest.mark.parametrize("name", ENVIRONMENT_CASES)
def test_an_environment_is_read_as_it_states(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = read_case(_HERE / "environments" / name)
    monkeypatch.chdir(tmp_path)
    folder = Path("panels/case")
    (folder / "members").mkdir(parents=True)
    (folder / "environment.yaml").write_text(case.text, encoding="utf-8")
    reading = try_environment(Path("panels"), "case")
    assert sorted(map(told, reading.problems)) == sorted(case.problems)
    assert (reading.environment is None) == bool(case.problems)
