import pytest

from reconciler.identity import identity
from reconciler.lint.addresses import address_warnings, odd_letters, suspects
from reconciler.problems import Address, Location, plain


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("b\u043eb@example.org", "CYRILLIC SMALL LETTER O"),
        ("\u0438\u0432\u0430h@example.org", "LATIN SMALL LETTER H"),
        ("bob@ex\u0251mple.\u03bfrg", "GREEK SMALL LETTER OMICRON"),
        ("b\u3164b@example.org", "HANGUL FILLER"),
        ("b\u200bb@example.org", "ZERO WIDTH SPACE"),
        ("b\u202eb@example.org", "RIGHT-TO-LEFT OVERRIDE"),
        ("b\ufe0fb@example.org", "VARIATION SELECTOR-16"),
        ("\uff42ob@example.org", "FULLWIDTH LATIN SMALL LETTER B"),
        ("ada@ex\uff41mple.org", "FULLWIDTH LATIN SMALL LETTER A"),
        ("ada@example\u3002org", "IDEOGRAPHIC FULL STOP"),
        ("ada@example\uff0eorg", "FULLWIDTH FULL STOP"),
    ],
)
def test_a_character_that_the_eye_does_not_tell_is_named(address: str, named: str) -> None:
    words = odd_letters(address)
    assert words is not None
    assert words[0] == Address(address)
    assert named in plain(words)


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "zoë.müller@bücher.example",
        "ñandú@correo.example",
        "иван@почта.рф",
        "иван.smith@example.org",
        "иван@example.org",
        "山田たろう@例え.jp",
        "θωμάς@παράδειγμα.gr",
        "शिव@उदाहरण.भारत",
    ],
)
def test_an_address_in_any_one_script_is_left_alone(address: str) -> None:
    assert odd_letters(address) is None


def codes(address: str, *, is_real: bool = True) -> list[str]:
    """The codes of the warnings about one address, if it is looked at closely."""
    key = identity(address)
    if not [*suspects([(key, address)])]:
        return []
    location = Location("team.csv", 2)
    return [warning.code for warning in address_warnings(key, address, location, is_real=is_real)]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("ada@gmial.com", "mistyped-domain"),
        ("ada@verein.ogr", "mistyped-domain"),
        ("x@2x.png", "unknown-domain"),
        ("a@255.255.255.255", "unknown-domain"),
        ("ada@mail.local", "unknown-domain"),
        ("ada@server.localdomain", "unknown-domain"),
        ("ada@b\u00fccher.xyzzy", "unknown-domain"),
        ("ada@example.org", "test-domain"),
        ("ada@mail.example.com", "test-domain"),
        ("ada@panel.test", "test-domain"),
        ("ada@panel.example", "test-domain"),
        ("ada@panel.invalid", "test-domain"),
        ("ada@mail.localhost", "test-domain"),
        ("Info@firma.de", "role-address"),
        ("ada@firm\uff41.de", "odd-letters"),
        ("ada@firma\u3002de", "odd-letters"),
    ],
)
def test_what_is_odd_has_a_code(address: str, code: str) -> None:
    assert codes(address) == [code]


@pytest.mark.parametrize(
    "address",
    [
        "ada@firma.de",
        "ada@bbc.co.uk",
        "ada@b\u00fccher.de",
        "ada@\u043f\u043e\u0447\u0442\u0430.\u0440\u0444",
    ],
)
def test_an_ordinary_address_has_no_warning(address: str) -> None:
    assert codes(address) == []


def test_example_people_may_be_in_a_sandbox() -> None:
    assert codes("ada@example.org", is_real=False) == []
