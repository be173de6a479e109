import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.output.masking import masked_address, masks_by_default, shown_spans, word_of_api
from reconciler.problems import Address, Code, Value, plain


def test_masking_is_the_default_only_where_ci_is_set() -> None:
    assert all(masks_by_default({"CI": value}) for value in ("true", "1", "yes", "github", "TRUE"))
    assert not any(masks_by_default({"CI": value}) for value in ("", "false", "False", "0"))
    assert not masks_by_default({})


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("ada@example.org", "a…@example.org"),
        (" Ada@example.org ", "A…@example.org"),
        ('"a@b"@example.org', '"…@example.org'),
        ("zoë@bücher.example", "z…@bücher.example"),
        ("no address", "…"),
        ("ada@example.org and more", "…"),
        ("", "…"),
    ],
)
def test_an_address_keeps_its_first_character_and_its_domain(address: str, masked: str) -> None:
    assert masked_address(address) == masked


def test_words_keep_their_prose_and_lose_their_people() -> None:
    words = ("Both ", Address("ada@example.org"), " and ", Value("Lovelace"), " stand here.")
    assert plain(shown_spans(words, masked=True)) == "Both a…@example.org and … stand here."


@pytest.mark.parametrize(
    ("reason", "masked"),
    [
        ("Invalid birthday 1815-12-10", "Invalid birthday …"),
        ("ADA@EXAMPLE.ORG is blocked", "A…@EXAMPLE.ORG is blocked"),
        ("grace@example.net is blocked", "g…@example.net is blocked"),
        ("user ada unknown", "user … unknown"),
        ("zoë's city is new york", "zoë's city is …"),
        ("field 577 can't be 42", "field 577 can't be …"),
        ("q is a letter, and quite", "… is a letter, and quite"),
        ("Schema is wrong", "Schema is wrong"),
    ],
)
def test_a_reason_loses_what_it_repeats_of_people(reason: str, masked: str) -> None:
    attributes = {
        "emailAddress": "Ada@example.org",
        "birthday": "1815-12-10",
        "middleName": "q",
        "city": "New York",
        "lastName": "",
        "profileFields": [{"profileFieldId": 577, "value": [42]}],
    }
    assert word_of_api(reason, attributes).masked == masked


def test_a_value_is_hidden_in_the_escaped_spelling_too() -> None:
    attributes = {"emailAddress": "x@example.org", "firstName": "Zoë"}
    assert "Zo" not in word_of_api(json.dumps({"firstName": "Zoë"}), attributes).masked


_ELSEWHERE = st.text('abc @.\n"')


@given(st.text("xyz0", min_size=3), _ELSEWHERE, _ELSEWHERE)
def test_no_value_survives_in_a_reason(value: str, before: str, after: str) -> None:
    attributes = {"emailAddress": "w@example.org", "firstName": value}
    assert value not in word_of_api(before + value + after, attributes).masked


@pytest.mark.parametrize(
    ("prose", "masked"),
    [
        ("Unexpected argument (ada@example.org)", "Unexpected argument (a…@example.org)"),
        ("a@y.de; b@y.de", "a…@y.de; b…@y.de"),
        ("ada@bob@example.org", "a…@bob@example.org"),
        ("see @octocat and a@ or <ada@example.org>.", "see @octocat and a@ or <a…@example.org>."),
        ("a…@example.org", "a…@example.org"),
    ],
)
def test_each_address_inside_prose_is_shortened(prose: str, masked: str) -> None:
    assert plain(shown_spans(prose, masked=True)) == masked


def test_names_stay_and_lose_only_an_address_in_them() -> None:
    spans = (Code("firstName"), " in ", Code("members/ada@example.org.csv"))
    assert plain(shown_spans(spans, masked=True)) == "firstName in m…@example.org.csv"


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "x" * 100_000 + "@ " + "y" * 100_000, "a@" * 100_000, "." * 200_000]
)
def test_a_long_text_costs_no_more_than_its_length(text: str) -> None:
    for spans in ((text,), (Code(text),), (word_of_api(text, {"emailAddress": "a@b.c"}),)):
        shown_spans(spans, masked=True)
