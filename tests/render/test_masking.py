import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.problems import Address, Value, plain
from reconciler.render.masking import masked_address, masked_reason, masked_words, masks_by_default


@pytest.mark.parametrize("value", ["true", "1", "yes", "github", "TRUE"])
def test_masking_is_the_default_where_ci_is_set(value: str) -> None:
    assert masks_by_default({"CI": value})


@pytest.mark.parametrize("environ", [{}, {"CI": ""}, {"CI": "false"}, {"CI": "False"}, {"CI": "0"}])
def test_masking_is_not_the_default_elsewhere(environ: dict[str, str]) -> None:
    assert not masks_by_default(environ)


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
    assert plain(masked_words(words)) == "Both a…@example.org and … stand here."


def test_an_address_inside_prose_is_shortened_too() -> None:
    assert plain(masked_words(("Unexpected argument (ada@example.org)",))) == (
        "Unexpected argument (a…@example.org)"
    )


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
    assert masked_reason(reason, attributes) == masked


def test_a_value_is_hidden_in_the_escaped_spelling_too() -> None:
    attributes = {"emailAddress": "x@example.org", "firstName": "Zoë"}
    assert "Zo" not in masked_reason(json.dumps({"firstName": "Zoë"}), attributes)


_ELSEWHERE = st.text('abc @.\n"')


@given(st.text("xyz0", min_size=3), _ELSEWHERE, _ELSEWHERE)
def test_no_value_survives_in_a_reason(value: str, before: str, after: str) -> None:
    attributes = {"emailAddress": "w@example.org", "firstName": value}
    assert value not in masked_reason(before + value + after, attributes)


@pytest.mark.parametrize(
    "text", ["a" * 10**6, "a." * 10**6, "a@" * 10**5, "a@" + "." * 10**6], ids=lambda t: t[:4]
)
def test_a_very_long_text_is_masked_in_one_pass(text: str) -> None:
    """In any other way this would take hours."""
    assert masked_words((text,))


def test_two_addresses_without_a_blank_between_them_are_both_shortened() -> None:
    (masked,) = masked_words(("ada@example.org!bob@example.org",))
    assert plain((masked,)) == "a…@example.org!…@example.org"
