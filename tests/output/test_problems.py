"""Problems on the screen: what is wrong, where, and how to mend it."""

import pytest
from screens import as_json, as_markdown

from reconciler.output.documents.problems import problems_document, problems_screen
from reconciler.output.render import RenderOptions
from reconciler.output.text import text
from reconciler.problems import Address, Excerpt, Location, Problem, Severity, Value

PROBLEMS = (
    Problem(
        ("Unknown field ", Value("frstName"), " of ", Address("ada@example.org"), "."),
        ("Did you mean firstName?",),
        Location("panels/p/members/team.yaml", 9, 5),
    ),
    Problem(("The file is empty.",), location=Location("a.csv")),
    Problem(("No environment is named x.",)),
)


def shown(*problems: Problem, masked: bool = False) -> str:
    """The text on standard error."""
    return text(problems_document(problems), RenderOptions(masked=masked), tells_problems=True)


def test_text_has_place_message_and_hint_of_all_in_their_order_and_counts_them() -> None:
    assert shown(*PROBLEMS) == (
        "panels/p/members/team.yaml:9:5: Unknown field frstName of ada@example.org.\n"
        "    Did you mean firstName?\n"
        "a.csv: The file is empty.\n"
        "No environment is named x.\n"
        "3 problems.\n"
    )


def test_one_problem_needs_no_count() -> None:
    assert shown(PROBLEMS[1]) == "a.csv: The file is empty.\n"


def test_masked_text_keeps_place_and_prose() -> None:
    assert shown(PROBLEMS[0], masked=True) == (
        "panels/p/members/team.yaml:9:5: Unknown field … of a…@example.org.\n    Did you mean firstName?\n"
    )


def test_markdown_is_a_list_with_data_as_code() -> None:
    assert as_markdown(problems_screen(PROBLEMS[:1], None)) == (
        "**1 problem**\n\n"
        "- `panels/p/members/team.yaml:9:5`: Unknown field `frstName` of `ada@example.org`.\n"
        "  - Did you mean firstName?\n"
    )


def test_json_is_one_object_that_is_never_masked() -> None:
    assert as_json(problems_screen(PROBLEMS[:1], "p")) == {
        "format": 1,
        "environment": "p",
        "problems": [
            {
                "file": "panels/p/members/team.yaml",
                "line": 9,
                "column": 5,
                "message": "Unknown field frstName of ada@example.org.",
                "hint": "Did you mean firstName?",
                "severity": "error",
                "spans": {
                    "message": [
                        "Unknown field ",
                        {"value": "frstName", "masked": "…"},
                        " of ",
                        {"address": "ada@example.org"},
                        ".",
                    ],
                    "hint": ["Did you mean firstName?"],
                },
            }
        ],
    }


def test_a_file_name_that_is_a_workflow_command_is_escaped() -> None:
    text = shown(Problem(("boo",), location=Location("::error::x.yaml", 1)))
    assert text == "\\x3a:error::x.yaml:1: boo\n"


def line_and_caret(text: str, at: int) -> tuple[str, str]:
    """How a line of a file is shown, with the place at an index."""
    problem = Problem(("boo",), location=Location("a.yaml", 7, at + 1), excerpt=Excerpt(text, at))
    _, line, caret = shown(problem).splitlines()
    return line, caret


@pytest.mark.parametrize(
    ("text", "at", "line", "columns"),
    [
        ("  firstname: Ada", 2, "  firstname: Ada", 2),
        ("city: [", 7, "city: [", 7),
        ("\ta\u202eb\x07: c", 5, "\\ta\\u202eb\\x07: c", 14),
        ("山田: x", 4, "山田: x", 6),
        ("e\u0301e\u0301: x", 6, "e\u0301e\u0301: x", 4),
    ],
    ids=["in a line", "at its end", "behind what can't be seen", "behind wide letters", "behind accents"],
)
def test_the_caret_is_below_the_place(text: str, at: int, line: str, columns: int) -> None:
    assert line_and_caret(text, at) == (f"    7 | {line}", f"      | {' ' * columns}^")


def test_a_long_line_is_cut_around_the_place() -> None:
    line, caret = line_and_caret("a" * 90 + "!" + "b" * 90, 90)
    assert line == "    7 | …" + "a" * 40 + "!" + "b" * 34 + "…"
    assert line[caret.index("^")] == "!"


def test_a_long_line_of_wide_letters_is_cut_by_its_columns() -> None:
    line, caret = line_and_caret("山" * 90 + "!" + "田" * 90, 90)
    assert line == "    7 | …" + "山" * 20 + "!" + "田" * 17 + "…"
    assert caret == "      | " + " " * 41 + "^"


def test_a_line_that_would_be_a_workflow_command_is_none() -> None:
    problem = Problem(("boo",), location=Location("a", 1, 4), excerpt=Excerpt("##[error]::error::", 3))
    assert "##[" not in shown(problem)


def test_only_text_that_is_not_masked_and_json_have_the_line() -> None:
    problem = Problem(("boo",), location=Location("a", 1, 1), excerpt=Excerpt("Ada", 0))
    assert shown(problem, masked=True) == "a:1:1: boo\n"
    assert "Ada" not in as_markdown(problems_screen([problem], None))
    (document,) = as_json(problems_screen([problem], None))["problems"]
    assert document["excerpt"] == "Ada"


def test_a_warning_shows_its_code_and_is_counted_separately() -> None:
    warning = Problem(("odd",), location=Location("a", 1), severity=Severity.WARNING, code="strange")
    assert shown(PROBLEMS[2], warning, warning) == (
        "No environment is named x.\n"
        "a:1: warning: odd [strange]\na:1: warning: odd [strange]\n1 problem, 2 warnings.\n"
    )
    assert "**Warning.** `a:1`: odd (`strange`)" in as_markdown(problems_screen([warning], None))
    (data,) = as_json(problems_screen([warning], None))["problems"]
    assert (data["severity"], data["code"]) == ("warning", "strange")


def test_of_very_many_the_first_hundred_are_shown_and_all_are_counted() -> None:
    found = shown(*(Problem((f"Mistake {number:x}x.",)) for number in range(101)))
    assert found.count("Mistake") == 100
    assert "101 problems." in found.splitlines()[-1]
    assert "`--format json`" in found.splitlines()[-1]


def test_of_very_many_a_comment_has_as_many_as_fit() -> None:
    problems = [Problem((f"Mistake {number:x}x: ", Value("x" * 200))) for number in range(5000)]
    found = as_markdown(problems_screen(problems, None))
    assert len(found.encode()) <= 60_000
    assert "**5000 problems**" in found
