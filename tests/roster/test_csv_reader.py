"""Member files in CSV. What they may look like, and what may be wrong, stands in `tests/cases/members`."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.document.findings import Findings
from reconciler.problems import Value
from reconciler.roster.csv_reader import read_csv
from reconciler.roster.model import Declaration


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("roster") / "members.csv"


def read(file: Path, text: str | bytes) -> tuple[list[Declaration], list[str]]:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    findings = Findings("f")
    declared = read_csv(file, findings, {}).members
    return list(declared.values()), [str(problem) for problem in findings.in_order()]


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
    assert problems == [
        'f:6:1: This row has 4 cells, and the header has 3. (Put a value that holds "," in quotes.)'
    ]


def test_the_place_of_a_cell_is_right_behind_line_breaks_within_quotes(file: Path) -> None:
    _, problems = read(file, 'address1,custom1,emailAddress\n"1, ""x""\n2","a,b",nobody\n')
    assert problems == ['f:3:10: "nobody" is not an e-mail address. (An email address must have an @-sign.)']


def test_an_endless_cell_is_a_problem(file: Path) -> None:
    _, problems = read(file, f'emailAddress,city\na@example.org,"{"x" * 200_000}\n')
    assert problems == ["f:2:1: A cell here is longer than any value may be. (Is a quote left open?)"]


@pytest.mark.parametrize("character", ["\0", "\x1b"])
def test_a_control_character_is_a_problem(character: str, file: Path) -> None:
    _, problems = read(file, f"emailAddress\na@exa{character}mple.org\n")
    assert problems[0].startswith("f:2:6: A control character")


def test_a_cell_that_is_no_utf8_is_a_problem(file: Path) -> None:
    _, problems = read(file, b"emailAddress,city\na@example.org,K\xf6ln\n")
    assert problems == ["f:2:16: The file is not valid UTF-8 from here on. (Save it as UTF-8.)"]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " , \n"])
def test_a_file_without_a_header_is_a_problem(text: str, file: Path) -> None:
    _, problems = read(file, text)
    hint = "Its first row names the fields: emailAddress,firstName"
    assert problems == [f"f:1:1: The file holds nothing, not even a header. ({hint})"]


def test_a_header_alone_declares_nobody(file: Path) -> None:
    assert read(file, "emailAddress,city\n") == ([], [])


def test_an_address_in_the_place_of_a_header_can_be_masked(file: Path) -> None:
    file.write_text("ada@example.org,Ada\n", encoding="utf-8")
    findings = Findings("f")
    read_csv(file, findings, {})
    told = [problem.message[0] for problem in findings.in_order()]
    assert Value('"ada@example.org"') in told
    assert not [part for part in told if isinstance(part, str) and "ada" in part.lower()]
