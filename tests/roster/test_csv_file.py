"""Member files in CSV. What they may look like, and what may be wrong, stands in `tests/cases/members`."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.files import displayed_from
from reconciler.problems import Problem, Value, plain
from reconciler.roster.csv_file import csv_text, layout_of
from reconciler.roster.model import Declaration
from reconciler.roster.reader import read_roster


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("roster") / "f.csv"


def read(file: Path, text: str | bytes) -> tuple[list[Declaration], list[str]]:
    """Everyone declared, and where the problems are."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with displayed_from(lambda: file.parent):
        reading = read_roster([file])
    return list(reading.roster.members.values()), [str(problem.location) for problem in reading.problems]


def problems_of(file: Path, text: str) -> tuple[Problem, ...]:
    file.write_text(text, encoding="utf-8")
    with displayed_from(lambda: file.parent):
        return read_roster([file]).problems


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_rows_are_written_so_that_each_is_read_as_one_row(rows: list[list[str]]) -> None:
    written = csv_text(rows)
    assert list(csv.reader(io.StringIO(written, newline=""))) == rows
    assert written.endswith("\n") or not rows


def test_a_carriage_return_tears_no_row() -> None:
    assert csv_text([["a\rb", "c"]]) == '"a\rb",c\n'


cells = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff", include_characters="\t\n"
    ),
    max_size=8,
)


@given(
    st.lists(st.tuples(cells, cells), max_size=5), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"])
)
def test_what_a_spreadsheet_writes_is_read(
    file: Path, rows: list[tuple[str, str]], separator: str, line_end: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=line_end)
    writer.writerow(["city", "emailAddress", "custom1"])
    writer.writerows([city, f"m{n}@example.org", custom] for n, (city, custom) in enumerate(rows))
    declared, problems = read(file, out.getvalue())
    assert problems == []
    assert [(m.attributes.get("city", ""), m.attributes.get("custom1", "")) for m in declared] == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_of_spreadsheets_are_fine(encoding: str, line_end: str, file: Path) -> None:
    text = line_end.join(["emailAddress,city", "", "zoë@example.org,Kraków", "b@example.org,"])
    declared, problems = read(file, text.encode(encoding))
    assert problems == []
    assert [(m.line, dict(m.attributes)) for m in declared] == [
        (3, {"emailAddress": "zoë@example.org", "city": "Kraków"}),
        (4, {"emailAddress": "b@example.org"}),
    ]


def test_lines_count_on_behind_line_breaks_within_quotes(file: Path) -> None:
    text = (
        'emailAddress,address1,city\na@example.org,"1\r\n2\n3",x\n'
        'b@example.org,,\nc@example.org,"1\n2",x,"y"\n'
    )
    declared, problems = read(file, text)
    assert [member.line for member in declared] == [2, 5]
    assert problems == ["f.csv:6:1"]


def test_the_place_of_a_cell_is_right_behind_line_breaks_within_quotes(file: Path) -> None:
    _, problems = read(file, 'address1,custom1,emailAddress\n"1, ""x""\n2","a,b",nobody\n')
    assert problems == ["f.csv:3:10"]


def test_an_endless_cell_is_a_problem(file: Path) -> None:
    _, problems = read(file, f'emailAddress,city\na@example.org,"{"x" * 200_000}\n')
    assert problems == ["f.csv:2:1"]


@pytest.mark.parametrize("character", ["\0", "\x1b"])
def test_a_control_character_is_a_problem(character: str, file: Path) -> None:
    _, problems = read(file, f"emailAddress\na@exa{character}mple.org\n")
    assert problems == ["f.csv:2:6"]


def test_a_cell_that_is_no_utf8_is_a_problem(file: Path) -> None:
    _, problems = read(file, b"emailAddress,city\na@example.org,K\xf6ln\n")
    assert problems == ["f.csv:2:16"]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " , \n"])
def test_a_file_without_a_header_is_a_problem(text: str, file: Path) -> None:
    _, problems = read(file, text)
    assert problems == ["f.csv:1:1"]


def test_the_line_ends_of_the_file_make_no_difference_inside_a_cell(file: Path) -> None:
    text = 'emailAddress,address1\na@example.org,"1\n2"\n'
    as_written = [read(file, text.replace("\n", line_end)) for line_end in ("\n", "\r\n", "\r")]
    assert as_written == [as_written[0]] * 3
    assert as_written[0][0][0].attributes["address1"] == "1\n2"


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "sep=;;;", "SEP=;", "sep=\t", "sep=\\t"])
def test_a_line_above_the_header_may_name_the_separator(line: str, file: Path) -> None:
    separator = ";" if ";" in line else "\t"
    declared, problems = read(file, f"{line}\nemailAddress{separator}city\na@example.org{separator}x\n")
    assert problems == []
    assert [(member.line, member.attributes["city"]) for member in declared] == [(3, "x")]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_header_that_names_no_field_shows_the_separator_by_its_own_characters(
    separator: str,
) -> None:
    header = separator.join(["Member ID", "E-mail", "First, Name" if separator != "," else "First Name"])
    assert layout_of(f"{header}\nx").separator == separator


def test_columns_at_the_end_that_are_wholly_empty_are_ignored(file: Path) -> None:
    declared, problems = read(
        file, "emailAddress,city,,\na@example.org,x,,\nb@example.org,y\nc@example.org,z,,,\n"
    )
    assert problems == []
    assert [member.attributes["city"] for member in declared] == ["x", "y", "z"]


def test_a_value_in_a_column_without_a_name_is_a_problem(file: Path) -> None:
    assert read(file, "emailAddress,city,\na@example.org,x,y\n")[1] == ["f.csv:2:1"]


@pytest.mark.parametrize("cell", [' "Ada"', ' "Lovelace, Ada"', '\t"Ada"'])
def test_a_space_before_a_quote_is_a_problem_at_the_cell(cell: str, file: Path) -> None:
    _, problems = read(file, f"emailAddress,firstName\na@example.org,{cell}\n")
    assert problems == ["f.csv:2:15"]


def test_a_space_before_a_quote_in_the_header_is_a_problem(file: Path) -> None:
    assert read(file, 'emailAddress, "firstName"\na@example.org,Ada\n')[1] == ["f.csv:1:14"]


def test_a_header_alone_declares_nobody(file: Path) -> None:
    assert read(file, "emailAddress,city\n") == ([], [])


@pytest.mark.parametrize("line", ["ada@example.org,Ada", "emailAddress,ada@example.org", "Ada,Lovelace"])
def test_a_first_line_that_is_a_member_is_one_problem_that_shows_nothing_of_it(line: str, file: Path) -> None:
    (problem,) = problems_of(file, f"{line}\nb@example.org,Bob\n")
    assert str(problem.location) == "f.csv:1:1"
    assert "looks like a member" in plain(problem.message)
    assert not any(cell in f"{plain(problem.message)} {plain(problem.hint)}" for cell in line.split(",")[1:])


def test_the_names_in_a_header_are_not_personal_data(file: Path) -> None:
    problems = problems_of(file, "emailAddress,shoe size,Surname,Member ID\n")
    assert not [part for problem in problems for part in problem.message if isinstance(part, Value)]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        *(("Surname", "lastName"), ("email", "emailAddress"), ("E-mail", "emailAddress")),
        *(("DOB", "birthday"), ("Town", "city"), ("phone", "mobileNumber"), ("Vorname", "firstName")),
        *(("Code postal", "zipCode"), ("Apellidos", "lastName"), ("firstname", "firstName")),
    ],
)
def test_the_heading_of_another_program_or_language_gets_the_name_of_the_field(
    heading: str, field: str, file: Path
) -> None:
    first = "emailAddress" if field != "emailAddress" else "city"
    problems = problems_of(file, f"{first},{heading}\n")
    assert [plain(problem.hint) for problem in problems] == [f'Did you mean "{field}"?']


def test_the_fields_are_listed_once_for_all_names_that_are_like_none(file: Path) -> None:
    problems = problems_of(file, "emailAddress,shoe size,hat size,Member ID\n")
    assert ["selectedLanguage" in plain(problem.hint) for problem in problems] == [True, False, False]


def test_a_quote_behind_a_space_in_a_cell_too_many_loses_no_row_in_silence(file: Path) -> None:
    declared, problems = read(file, 'emailAddress,city\nada@example.org,Rome, "x"\n')
    assert (declared, problems) == ([], ["f.csv:2:1"])
