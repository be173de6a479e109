from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screens import as_github
from workflow_commands import Command, obeyed

from reconciler.output.documents.problems import Valid, Validation, problems_screen, validation_screen
from reconciler.output.github import Annotation, Level, workflow_command
from reconciler.output.visible import visible
from reconciler.problems import Address, Location, Problem, Severity, Value

_SPICE = st.sampled_from(
    ["::error::x", "##[error]x", "%0A::error::x", "%250A", "%", ",", ":", "=", "\n", "\r\n", " "]
)
_DATA = st.lists(st.text(st.characters(), max_size=6) | _SPICE, max_size=4).map("".join)


@pytest.mark.parametrize(
    ("annotation", "command"),
    [
        (
            Annotation(Level.ERROR, ("No.",), Location("a.yaml", 3, 5), "Plan for p"),
            "::error file=a.yaml,line=3,col=5,title=Plan for p::No.",
        ),
        (Annotation(Level.NOTICE, ("Hm.",)), "::notice::Hm."),
        (Annotation(Level.NOTICE, ("Hm.",), Location("a.yaml")), "::notice file=a.yaml::Hm."),
        (Annotation(Level.WARNING, ("50%: a, b", "c")), "::warning::50%25: a, b%0Ac"),
        (
            Annotation(Level.ERROR, ("x",), Location("a,b:c%d.yaml", 1), "a: b, c"),
            "::error file=a%2Cb%3Ac%25d.yaml,line=1,title=a%3A b%2C c::x",
        ),
        (Annotation(Level.ERROR, ("a\r\nb",)), "::error::a\\r\\nb"),
    ],
    ids=["all is known", "no location", "no line", "in a message", "in properties", "a line end in data"],
)
def test_an_annotation_is_one_command_with_what_is_known_escaped(
    annotation: Annotation, command: str
) -> None:
    assert workflow_command(annotation) == f"{command}\n"


@given(level=st.sampled_from(Level), lines=st.lists(_DATA, min_size=1, max_size=3), file=_DATA, title=_DATA)
def test_a_runner_reads_back_the_same_message_whatever_is_in_it(
    level: Level, lines: list[str], file: str, title: str
) -> None:
    read = obeyed(workflow_command(Annotation(level, tuple(lines), Location(file, 7), f"{title}.")))
    properties = {"file": visible(file), "line": "7", "title": visible(f"{title}.")}
    known = {name: value for name, value in properties.items() if value}
    assert read == [Command(level, known, "\n".join(map(visible, lines)))]


def mistakes(count: int) -> list[Problem]:
    return [
        Problem((f"Mistake {number:x}x.",), location=Location("a.yaml", number))
        for number in range(1, count + 1)
    ]


def github(*problems: Problem, environment: str | None = None, masked: bool = False) -> str:
    return as_github(problems_screen(problems, environment), masked=masked)


def test_a_problem_is_an_error_at_its_line_with_its_hint_below() -> None:
    problem = Problem(
        ("Unknown field ", Value("frstName"), "."), ("Did you mean firstName?",), Location("a.csv", 9, 5)
    )
    assert github(problem) == (
        "::error file=a.csv,line=9,col=5::Unknown field frstName.%0ADid you mean firstName?\n"
    )


def test_a_problem_without_a_location_says_which_environment_it_is_about() -> None:
    assert github(Problem(("No.",)), environment="production") == "::error title=production::No.\n"


def test_masked_a_problem_keeps_location_and_prose() -> None:
    problem = Problem(
        ("Field ", Value("x7"), " of ", Address("ada@example.org")), location=Location("a.yaml", 1)
    )
    assert github(problem, masked=True) == "::error file=a.yaml,line=1::Field … of a…@example.org\n"


def test_of_more_than_ten_the_last_counts_the_rest_because_the_platform_would_drop_them() -> None:
    assert [each.message for each in obeyed(github(*mistakes(10)))][-1] == "Mistake ax."
    found = obeyed(github(*mistakes(50)))
    assert [each.message for each in found[:9]] == [f"Mistake {number}x." for number in range(1, 10)]
    assert len(found) == 10
    assert "41 more problems" in found[9].message


def test_errors_and_warnings_are_counted_separately() -> None:
    warnings = [replace(each, severity=Severity.WARNING) for each in mistakes(12)]
    found = obeyed(github(*mistakes(11), *warnings))
    assert [each.name for each in found] == ["error"] * 10 + ["warning"] * 10


def test_environments_without_problems_are_text_before_the_annotations() -> None:
    screen = validation_screen(Validation((Valid("staging", 2, 1),), tuple(mistakes(1))))
    assert as_github(screen) == (
        "staging: 2 members in 1 file; no problems found.\n::error file=a.yaml,line=1::Mistake 1x.\n"
    )
