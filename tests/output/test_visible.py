from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.output.visible import quoted, readable, value_text, visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x7f\x85\x9b", "\\x7f\\x85\\x9b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("soft\u00adhyphen", "soft\\xadhyphen"),
        ("line\u2028end", "line\\u2028end"),
        ("filler\u3164", "filler\\u3164"),
        ("lone\ud800surrogate", "lone\\ud800surrogate"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("variant\U000e0100", "variant\\U000e0100"),
        ("::error::boo", "\\x3a:error::boo"),
        ("   ::set-output name=x::y", "   \\x3a:set-output name=x::y"),
        ("say ##[error] boo", "say ##\\x5berror] boo"),
    ],
)
def test_what_can_not_be_seen_and_a_workflow_command_become_escapes(text: str, seen: str) -> None:
    assert visible(text) == seen


@pytest.mark.parametrize(
    "text", ["Zoë Ångström", "山田太郎", "Πλάτων", "a b", "🎉", "C:\\temp", "see std::vector", ""]
)
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(st.text(st.characters()))
def test_any_text_becomes_one_harmless_line_that_can_be_encoded(text: str) -> None:
    seen = visible(text)
    assert seen.isprintable()
    assert not seen.lstrip().startswith("::")
    assert "##[" not in seen
    assert seen.encode().decode() == seen


@given(st.text(st.characters()))
def test_making_visible_twice_is_making_visible_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "seen"), [("", '""'), (" a ", '" a "'), ('say "x"', '"say \\"x\\""'), ("a\\n", '"a\\\\n"')]
)
def test_quotes_show_where_a_text_ends(text: str, seen: str) -> None:
    assert quoted(text) == seen


@pytest.mark.parametrize(("text", "seen"), [("", '""'), ("a ", '"a "'), ("a b", "a b"), ("\ta", '"\\ta"')])
def test_a_text_is_quoted_only_where_it_would_not_be_seen_whole(text: str, seen: str) -> None:
    assert readable(text) == seen


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not declared"),
        ("", '""'),
        ("02134", '"02134"'),
        (2134, "2134"),
        (" x", '" x"'),
        ([1, "b"], '[1, "b"]'),
        ({"city": "Paris", "country": ""}, '{city: "Paris", country: ""}'),
        ("\x1b", '"\\x1b"'),
    ],
)
def test_a_value_shows_its_kind(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_a_very_long_value_is_cut_and_says_so() -> None:
    text = value_text("x" * 5000)
    assert len(text) < 350
    assert text.endswith("characters more)")
