import json

from reconciler.problem import Address, Place, Problem, Value
from reconciler.render.showing import Showing
from reconciler.render.view import Format, view_for

PROBLEMS = (
    Problem(
        ("Unknown field ", Value("frstName"), " of ", Address("ada@example.org"), "."),
        ("Did you mean firstName?",),
        Place("panels/p/members/team.yaml", 9, 5),
    ),
    Problem(("The file is empty.",), place=Place("a.csv")),
    Problem(("No environment is named x.",)),
)


def shown(chosen: Format, *problems: Problem, masked: bool = False) -> str:
    return view_for(chosen, Showing(masked=masked)).problems(problems, "p")


def test_text_has_place_message_and_hint_of_all_in_their_order_and_counts_them() -> None:
    assert shown(Format.TEXT, *PROBLEMS) == (
        "panels/p/members/team.yaml:9:5: Unknown field frstName of ada@example.org.\n"
        "    Did you mean firstName?\n"
        "a.csv: The file is empty.\n"
        "No environment is named x.\n"
        "3 problems.\n"
    )


def test_one_problem_needs_no_count() -> None:
    assert shown(Format.TEXT, PROBLEMS[1]) == "a.csv: The file is empty.\n"


def test_masked_text_keeps_place_and_prose() -> None:
    assert shown(Format.TEXT, PROBLEMS[0], masked=True) == (
        "panels/p/members/team.yaml:9:5: Unknown field … of a…@example.org.\n    Did you mean firstName?\n"
    )


def test_markdown_is_a_list_with_data_as_code() -> None:
    assert shown(Format.MARKDOWN, PROBLEMS[0]) == (
        "**1 problem**\n\n"
        "- `panels/p/members/team.yaml:9:5`: Unknown field `frstName` of `ada@example.org`.\n"
        "  - Did you mean firstName?\n"
    )


def test_json_is_one_object_that_is_never_masked() -> None:
    assert json.loads(shown(Format.JSON, PROBLEMS[0], masked=True)) == {
        "format": 1,
        "environment": "p",
        "problems": [
            {
                "file": "panels/p/members/team.yaml",
                "line": 9,
                "column": 5,
                "message": "Unknown field frstName of ada@example.org.",
                "hint": "Did you mean firstName?",
            }
        ],
    }


def test_a_file_whose_name_is_a_workflow_command_is_taken_apart() -> None:
    text = shown(Format.TEXT, Problem(("boo",), place=Place("::error::x.yaml", 1)))
    assert text == "\\x3a:error::x.yaml:1: boo\n"
