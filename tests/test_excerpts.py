from hypothesis import given
from hypothesis import strategies as st

from reconciler.document.content import LINE_END, YAML_LINE_END
from reconciler.excerpts import with_excerpts
from reconciler.problems import Excerpt, Location, Problem


def at(line: int | None, column: int | None) -> Problem:
    return Problem(("boo",), location=Location("f", line, column))


def excerpts(text: str, *problems: Problem) -> list[Excerpt | None]:
    return [problem.excerpt for problem in with_excerpts(problems, text, LINE_END)]


def test_each_problem_gets_its_line_without_the_end_of_it() -> None:
    assert excerpts("one\r\ntwo\rthree\n", at(1, 1), at(2, 3), at(2, 4), at(3, 2)) == [
        Excerpt("one", 0),
        Excerpt("two", 2),
        Excerpt("two", 3),
        Excerpt("three", 1),
    ]


def test_what_has_no_place_in_the_text_gets_none() -> None:
    nowhere = (at(None, None), at(1, None), at(1, 9), at(2, 1), at(4, 1), at(99, 1))
    assert excerpts("one\n\nthree\n", *nowhere) == [None] * len(nowhere)


def test_problems_stay_equal_whether_or_not_they_have_a_line() -> None:
    (found,) = with_excerpts([at(1, 1)], "one", LINE_END)
    assert found == at(1, 1)


@given(st.text("ab\n\r", max_size=40), st.data())
def test_the_character_at_the_place_is_found_in_the_line(text: str, data: st.DataObject) -> None:
    lines = LINE_END.split(text)
    number = data.draw(st.integers(1, len(lines)))
    column = data.draw(st.integers(1, len(lines[number - 1]) + 1))
    (found,) = excerpts(text, at(number, column))
    if found is None:
        assert not lines[number - 1]
    else:
        assert found == Excerpt(lines[number - 1], column - 1)


def test_of_a_very_long_line_only_what_is_around_the_place_is_kept() -> None:
    (found,) = excerpts("a" * 1_000_000 + "!" + "b" * 1_000_000, at(1, 1_000_001))
    assert found is not None
    assert found.text[found.at] == "!"
    assert len(found.text) < 500


def test_yaml_ends_lines_where_its_parser_does() -> None:
    (found,) = with_excerpts([at(2, 1)], "one\u2028two\n", YAML_LINE_END)
    assert found.excerpt == Excerpt("two", 0)
