"""A key or token leaves no text by any spelling, and shows itself in no way."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.credential import Credential

SECRET = "s3cret-KEY/0001"
KEY = Credential(SECRET, "the variable PANEL_KEY")
ESCAPED = "".join(f"\\u{ord(character):04x}" for character in SECRET)


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        SECRET.lower(),
        SECRET.upper(),
        ESCAPED,
        ESCAPED.replace("\\", "\\\\"),
        SECRET.replace("/", "\\/"),
        SECRET.replace("e", "\\u0065"),
        SECRET.replace("e", "\\u0065").upper().replace("\\U", "\\u"),
        quote(SECRET, safe=""),
        quote(quote(SECRET, safe=""), safe=""),
        "".join(f"%{ord(character):02X}" for character in SECRET),
        "".join(f"&#{ord(character)};" for character in SECRET),
        "".join(f"&#x{ord(character):x};" for character in SECRET),
    ],
)
def test_every_spelling_is_hidden_and_all_around_it_stays(spelling: str) -> None:
    assert KEY.hide_in(f"before {spelling} after {spelling}") == "before (the key) after (the key)"


@pytest.mark.parametrize(
    "value", ['with"quote\\and backslash', "percent%41and&#65;", "%25%25%25%25", "aaaaaaaa"]
)
def test_a_value_of_any_printable_characters_is_hidden(value: str) -> None:
    for spelling in (value, json.dumps(value)[1:-1], quote(value, safe="")):
        assert Credential(value, "x").hide_in(f"<{spelling}>") == "<(the key)>"


@pytest.mark.parametrize(
    ("value", "behind"),
    [("0000000\\", "\n"), ("0000000\\", "u0041"), ("0000000%", "41"), ("0000000&", "#65;")],
)
def test_a_value_is_hidden_though_its_last_sign_begins_an_escape_with_what_follows(
    value: str, behind: str
) -> None:
    hidden = Credential(value, "x").hide_in
    assert hidden(f"<{value}{behind}>") == f"<(the key){behind}>"
    for encoded in (json.dumps(value + behind), quote(value + behind), json.dumps(quote(value + behind))):
        assert "0000000" not in hidden(encoded)


_SIGNS_OF_ESCAPES = "ab0145ux#;%&\\"


@given(
    st.text() | st.text(_SIGNS_OF_ESCAPES),
    st.text() | st.text(_SIGNS_OF_ESCAPES),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=8)
    | st.text(_SIGNS_OF_ESCAPES, min_size=8),
)
def test_no_text_around_it_keeps_a_value_from_being_hidden(before: str, after: str, value: str) -> None:
    hidden = Credential(value, "x").hide_in(f"{before}\n{value}{after}")
    assert value.lower() not in hidden.lower() or value.lower() in f"{before}\n(the key){after}".lower()


@given(st.text())
def test_a_text_without_the_value_stays_as_it_is(text: str) -> None:
    assert KEY.hide_in(text) == text


@pytest.mark.parametrize(
    "text", ["\\" * 100_000, "%" * 100_000, "&#" * 50_000, "&#0" * 30_000, "\\u00" * 25_000]
)
def test_the_cost_is_that_of_the_text_whatever_it_holds(text: str) -> None:
    assert KEY.hide_in(text) == text


@pytest.mark.parametrize("show", [repr, str, "{}".format, "%r".__mod__, lambda key: str([key])])
def test_no_way_of_showing_it_shows_the_value(show: object) -> None:
    assert callable(show)
    shown = show(KEY)
    assert SECRET not in shown
    assert "the variable PANEL_KEY" in shown


def test_it_has_no_dictionary_that_a_debugger_would_print() -> None:
    assert not hasattr(KEY, "__dict__")
