"""A seed is a CSV file of people who are there already; its mistakes are shown together, by line."""

from pathlib import Path

import pytest

from reconciler.errors import InvalidInput
from reconciler.problems import Problem
from reconciler.sandbox.embedded import read_seed


def _file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "seed.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(InvalidInput) as caught:
        read_seed(path)
    return caught.value.problems


def test_people_come_with_the_fields_that_have_a_value(tmp_path: Path) -> None:
    path = _file(
        tmp_path, "emailAddress,firstName,zipCode,referID\nada@example.org,Ada,02134,7\nbob@example.org,,,\n"
    )
    assert read_seed(path) == [
        {"emailAddress": "ada@example.org", "firstName": "Ada", "zipCode": "02134", "referID": 7},
        {"emailAddress": "bob@example.org"},
    ]


def test_a_file_as_spreadsheets_write_it_is_read(tmp_path: Path) -> None:
    path = _file(tmp_path, '\ufeffemailAddress,city\r\nada@example.org,"Oslo, ""N"""\r\n'.encode())
    assert read_seed(path) == [{"emailAddress": "ada@example.org", "city": 'Oslo, "N"'}]


def test_an_unknown_column_names_the_nearest_field(tmp_path: Path) -> None:
    (problem,) = _problems(_file(tmp_path, "emailAddress,firstname\nada@example.org,Ada\n"))
    assert "firstname is no field" in str(problem)
    assert "Did you mean firstName?" in str(problem)


def test_a_file_without_the_addresses_column_is_refused(tmp_path: Path) -> None:
    (problem,) = _problems(_file(tmp_path, "firstName\nAda\n"))
    assert "emailAddress is missing" in str(problem)


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    assert _problems(_file(tmp_path, text))


def test_all_wrong_people_are_shown_by_line_and_without_their_data(tmp_path: Path) -> None:
    path = _file(
        tmp_path, "emailAddress,referID\nada@,1\nbob@example.org,many\n,3\ncleo@example.org,1,extra\n"
    )
    problems = _problems(path)
    assert [problem.location.line for problem in problems if problem.location] == [2, 3, 4, 5]
    words = " ".join(map(str, problems))
    assert "ada@" not in words
    assert "many" not in words
    assert "more cells than header names" in words


@pytest.mark.parametrize("content", [b"emailAddress\n\xff\xfe@example.org\n", b'emailAddress\n"open\n'])
def test_what_is_no_csv_in_utf8_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (problem,) = _problems(_file(tmp_path, content))
    assert "The seed can't be read" in str(problem)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path / "none.csv")
    assert "No such file" in str(problem)
