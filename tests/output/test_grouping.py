"""The same mistake on many rows is one problem, so that it hides no other."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from screens import as_github, as_json, as_markdown
from workflow_commands import obeyed

from reconciler.output.document import grouped
from reconciler.output.documents.problems import Validation, problems_document, validation_screen
from reconciler.output.render import RenderOptions
from reconciler.output.text import text
from reconciler.problems import Address, Code, Location, Problem, Severity, Value

FILE = "panels/p/members/team.csv"
MANY = tuple(
    Problem(
        (Code("referID"), " takes a whole number, not ", Value(f'"x{line}"'), "."),
        location=Location(FILE, line, 7),
    )
    for line in range(2, 392)
)
OTHER = Problem(("The row has 3 cells, and the header 5.",), location=Location(FILE, 100, 1))


def shown(*problems: Problem, masked: bool = False) -> str:
    return text(problems_document(problems), RenderOptions(masked=masked), tells_problems=True)


def test_many_rows_with_one_mistake_are_one_problem_with_its_lines() -> None:
    assert shown(*MANY, OTHER) == (
        f'{FILE}:2:7: referID takes a whole number, not "x2".\n'
        "    This occurs on 390 rows, lines 2 to 391; first: 2, 3, 4, 5.\n"
        f"{FILE}:100:1: The row has 3 cells, and the header 5.\n"
        "391 problems.\n"
    )


def test_in_a_comment_and_in_a_log_they_are_one_as_well() -> None:
    screen = validation_screen(Validation((), (*MANY, OTHER)))
    assert as_markdown(screen).count("referID") == 1
    assert "390 rows, lines 2 to 391" in as_markdown(screen)
    first, second = obeyed(as_github(screen))
    assert "390 rows, lines 2 to 391" in first.message
    assert second.properties["line"] == "100"


def test_json_keeps_all() -> None:
    assert len(as_json(validation_screen(Validation((), (*MANY, OTHER))))["problems"]) == 391


def test_a_few_are_shown_one_by_one_and_in_their_order() -> None:
    found = grouped((MANY[0], OTHER, MANY[1], MANY[2]))
    assert [group.first for group in found] == [MANY[0], OTHER, MANY[1], MANY[2]]


def test_another_field_file_severity_or_code_is_another_kind() -> None:
    four = MANY[:4]
    others = [
        [replace(each, message=(Code("status"), *each.message[1:])) for each in four],
        [replace(each, location=Location("other.csv", 2)) for each in four],
        [replace(each, severity=Severity.WARNING) for each in four],
        [replace(each, code="number") for each in four],
    ]
    assert len(grouped((*four, *(each for kind in others for each in kind)))) == 5


def test_numbers_in_our_own_words_make_no_difference_and_fields_do() -> None:
    place = Location("members/x.csv", 2)
    rows = [Problem((f"custom1: the row has {count} cells.",), location=place) for count in range(5)]
    fields = [Problem((f"custom{number} is empty.",), location=place) for number in range(1, 6)]
    assert len(grouped(rows)) == 1
    assert len(grouped(fields)) == 5


def test_problems_about_different_people_without_a_location_are_not_grouped() -> None:
    assert (
        len(grouped([Problem((Address(f"m{number}@example.org"), " is gone.")) for number in range(9)])) == 9
    )


def test_problems_without_a_line_are_counted() -> None:
    assert "This occurs 5 times." in shown(*[Problem(("No.",))] * 5)


@given(st.lists(st.sampled_from([*MANY[:9], OTHER]), max_size=40))
def test_no_problem_is_lost(problems: list[Problem]) -> None:
    found = [each for group in grouped(problems) for each in (group.first, *group.others)]
    assert sorted(map(str, found)) == sorted(map(str, problems))
