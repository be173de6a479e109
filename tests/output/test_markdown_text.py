import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.output.markdown import code, details, joined, prose, table

CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a", "`a`"),
        ("a`b", "``a`b``"),
        ("``", "``` `` ```"),
        ("", '`""`'),
        (" a", '`" a"`'),
        ("a\nb", "`a\\nb`"),
        ("@octocat <b>", "`@octocat <b>`"),
    ],
)
def test_a_code_span_holds_any_text(text: str, span: str) -> None:
    assert code(text) == span


@given(st.text("`a \n|\\"))
def test_a_code_span_ends_where_it_should(text: str) -> None:
    assert CODE_SPAN.fullmatch(code(text))


@pytest.mark.parametrize(
    "text",
    [
        "production: 12 to add, 1 changed (not deliverable by this API), 95 unchanged.",
        "60 of 100 members would be removed, and guards.remove allows 30%.",
        "prod-eu: it's well.",
        "Lösung für prod_eu",
    ],
)
def test_plain_words_stay_plain(text: str) -> None:
    assert prose(text) == text


@pytest.mark.parametrize(
    "word",
    [
        "@octocat",
        "<img/src=x>",
        "[x](y)",
        "#12",
        "GH-12",
        "org/repo#1",
        "https://evil.example/",
        "www.evil.example",
        "ada@example.org",
        "*bold*",
        "_it_",
        "~~x~~",
        "&lt;",
        "|",
        "-",
        "#",
        ">",
        "deadbeef123",
    ],
)
def test_a_word_that_markdown_or_github_acts_upon_becomes_code(word: str) -> None:
    assert prose(f"see {word} there") == f"see `{word}` there"


def test_a_command_between_backticks_is_one_code_span() -> None:
    assert prose("run `reconciler plan p --full`, then go on") == "run `reconciler plan p --full`, then go on"


def test_two_code_spans_never_touch() -> None:
    assert joined((code("a"), code("b"), prose("@c"))) == "`a` `b` `@c`"


@given(st.text())
def test_prose_outside_of_code_holds_nothing_that_could_come_alive(text: str) -> None:
    assert not re.search(r"[@<>\[\]#*~|&\\\n\r]|www\.|://", CODE_SPAN.sub("", prose(text)))


def test_a_pipe_does_not_end_a_cell() -> None:
    assert table(["x", "y"], [[code("a|b"), "c"]])[-1] == "| `a\\|b` | c |"


def test_a_table_has_a_line_below_its_headings() -> None:
    assert table(["x", "y"], [["1", "2"]]) == ["| x | y |", "| --- | --- |", "| 1 | 2 |"]


def test_folded_lines_have_the_blank_lines_that_markdown_needs() -> None:
    assert details("2 of 2", ["| x |"]) == [
        "<details><summary>2 of 2</summary>",
        "",
        "| x |",
        "",
        "</details>",
    ]


@pytest.mark.parametrize("text", ["." * 200_000 + "x", "`" * 200_000, "a." * 100_000, "`a" * 100_000])
def test_a_long_text_costs_no_more_than_its_length(text: str) -> None:
    assert prose(text)
