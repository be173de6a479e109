"""Each case is a file that states its own expectation; README.md beside it says how."""

import codecs
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from reconciler.environment.reader import try_environment
from reconciler.problems import Problem, plain
from reconciler.roster.reader import read_roster
from reconciler.yaml_source import events

UPDATES = "UPDATE_CASES" in os.environ
_HERE = Path(__file__).parent
_LINE_END = re.compile(r"\r\n?|\n")
_STATEMENT = re.compile(r"[ \t]*#[!=] [^\r\n]*")
_OLD_PROBLEM = re.compile(r"[ \t]*#! [^\r\n]*?(?= #= |[\r\n]|$)")
_PROBLEM = re.compile(r"#! (\d+): (.*?)(?= #! |$)")
_MEMBER = re.compile(r"#= (.*)")

MEMBER_CASES = sorted(path.name for path in (_HERE / "members").iterdir())
ALIKE = [
    name
    for name in MEMBER_CASES
    if name.endswith(".yaml")
    # PyYAML's own parser takes a colon right before a comma for text, and no tab right behind a colon.
    and name not in {"colon-in-flow.yaml", "spaces-of-all-kinds.yaml"}
]
ENVIRONMENT_CASES = sorted(path.name for path in (_HERE / "environments").iterdir())


class Case(NamedTuple):
    """The file's bytes without its statements; problems by line, column and words; members by line."""

    data: bytes
    problems: list[tuple[int, int, str]]
    members: dict[int, str]


def read_case(path: Path) -> Case:
    data = path.read_bytes()
    encoding, errors = next((found for bom, found in _UTF16.items() if data.startswith(bom)), _UTF8)
    text = data.decode(encoding, errors)
    lines = list(enumerate(_LINE_END.split(text), start=1))
    return Case(
        _STATEMENT.sub("", text).encode(encoding, errors),
        [(number, int(found[1]), found[2]) for number, line in lines for found in _PROBLEM.finditer(line)],
        {number: found[1] for number, line in lines if (found := _MEMBER.search(line))},
    )


# Byte order marks, line ends and bytes that are no UTF-8 stay as they are.
_UTF8 = ("utf-8", "surrogateescape")
_UTF16 = {codecs.BOM_UTF16_LE: ("utf-16-le", "strict"), codecs.BOM_UTF16_BE: ("utf-16-be", "strict")}


def rewrite(path: Path, problems: Iterable[Problem]) -> None:
    """State in a case what is reported now; see README.md."""
    data = path.read_bytes()
    encoding, errors = next((found for bom, found in _UTF16.items() if data.startswith(bom)), _UTF8)
    parts = re.split(rf"({_LINE_END.pattern})", _OLD_PROBLEM.sub("", data.decode(encoding, errors)))
    for line, column, words in map(told, sorted(problems, key=lambda problem: told(problem)[:2])):
        at = 2 * ((line or 1) - 1)
        space = " " if "#! " in parts[at] else "  " if parts[at] else ""
        parts[at] += f"{space}#! {column}: {words}"
    path.write_bytes("".join(parts).encode(encoding, errors))


def told(problem: Problem) -> tuple[int | None, int | None, str]:
    place = problem.location
    assert place is not None
    hint = f" ({plain(problem.hint)})" if problem.hint else ""
    return place.line, place.column, (plain(problem.message) + hint).replace("\n", "\\n")


def line_and_words(problem: Problem) -> tuple[int | None, str]:
    """Which character of an escape or of an empty value is pointed at is for each parser to say."""
    line, _, words = told(problem)
    return line, words


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("name", MEMBER_CASES)
def test_a_member_file_is_read_as_it_states(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = read_case(_HERE / "members" / name)
    monkeypatch.chdir(tmp_path)
    file = Path("case").with_suffix(Path(name).suffix)
    file.write_bytes(case.data)
    reading = read_roster([file])
    if UPDATES:
        rewrite(_HERE / "members" / name, reading.problems)
        case = read_case(_HERE / "members" / name)
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
    (folder / "environment.yaml").write_bytes(case.data)
    reading = try_environment(Path("panels"), "case")
    if UPDATES:
        rewrite(_HERE / "environments" / name, reading.problems)
        case = read_case(_HERE / "environments" / name)
    assert sorted(map(told, reading.problems)) == sorted(case.problems)
    assert (reading.environment is None) == bool(case.problems)


@pytest.mark.parametrize("name", ALIKE)
def test_pyyamls_own_parser_makes_the_same_of_a_case(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path("case.yaml")
    file.write_bytes(read_case(_HERE / "members" / name).data)
    with_libyaml = read_roster([file])
    monkeypatch.setattr(events, "HAS_LIBYAML", False)
    without = read_roster([file])
    assert dict(without.roster.members) == dict(with_libyaml.roster.members)
    assert [line_and_words(problem) for problem in without.problems] == [
        line_and_words(problem) for problem in with_libyaml.problems
    ]
