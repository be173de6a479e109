import pytest
from hypothesis import given
from hypothesis import strategies as st
from workflow_commands import Command, obeyed

from reconciler.problems import Location
from reconciler.render.github_text import Annotation, Level, command, without_commands
from reconciler.render.visible import visible

_SPICE = st.sampled_from(
    ["::error::x", "##[error]x", "%0A::error::x", "%250A", "%", ",", ":", "=", "\n", "\r\n", " "]
)
_DATA = st.lists(st.text(st.characters(), max_size=6) | _SPICE, max_size=4).map("".join)


def test_it_names_file_line_column_and_title_in_this_order() -> None:
    annotation = Annotation(Level.ERROR, ["No."], Location("a.yaml", 3, 5), "Plan for p")
    assert command(annotation) == "::error file=a.yaml,line=3,col=5,title=Plan for p::No.\n"


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (None, "::notice::Hm."),
        (Location("a.yaml"), "::notice file=a.yaml::Hm."),
        (Location("a.yaml", 1), "::notice file=a.yaml,line=1::Hm."),
    ],
)
def test_what_is_not_known_is_left_out(place: Location | None, shown: str) -> None:
    assert command(Annotation(Level.NOTICE, ["Hm."], place)) == f"{shown}\n"


def test_in_a_message_percent_signs_and_line_ends_are_escaped_and_nothing_else() -> None:
    assert command(Annotation(Level.WARNING, ["50%: a, b", "c"])) == "::warning::50%25: a, b%0Ac\n"


def test_in_file_and_title_colons_and_commas_are_escaped_too() -> None:
    place = Location("a,b:c%d.yaml", 1)
    assert command(Annotation(Level.ERROR, ["x"], place, "a: b, c")) == (
        "::error file=a%2Cb%3Ac%25d.yaml,line=1,title=a%3A b%2C c::x\n"
    )


def test_a_line_end_within_data_is_shown_and_ends_no_line() -> None:
    assert command(Annotation(Level.ERROR, ["a\r\nb"])) == "::error::a\\r\\nb\n"


@given(level=st.sampled_from(Level), lines=st.lists(_DATA, min_size=1, max_size=3), file=_DATA, title=_DATA)
def test_a_runner_reads_back_the_same_message_whatever_stands_in_it(
    level: Level, lines: list[str], file: str, title: str
) -> None:
    read = obeyed(command(Annotation(level, lines, Location(file, 7), f"{title}.")))
    properties = {"file": visible(file), "line": "7", "title": visible(f"{title}.")}
    known = {name: value for name, value in properties.items() if value}
    assert read == [Command(level, known, "\n".join(map(visible, lines)))]


@given(_DATA)
def test_of_text_nothing_is_obeyed(text: str) -> None:
    assert obeyed(without_commands(text)) == []


@pytest.mark.parametrize("text", ["", "a\n", "a\n\n  b: c\n", "…\n"])
def test_text_without_commands_stays_as_it_is(text: str) -> None:
    assert without_commands(text) == text
