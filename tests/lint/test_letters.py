import pytest

from reconciler.lint.letters import odd_letters
from reconciler.problems import Address, plain


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("b\u043eb@example.org", "mixes Latin and Cyrillic letters: among them is CYRILLIC SMALL LETTER O."),
        (
            "\u0438\u0432\u0430h@example.org",
            "mixes Cyrillic and Latin letters: among them is LATIN SMALL LETTER H.",
        ),
        (
            "bob@ex\u0251mple.\u03bfrg",
            "mixes Latin and Greek letters: among them is GREEK SMALL LETTER OMICRON.",
        ),
        ("b\u3164b@example.org", "holds a character that can't be seen: HANGUL FILLER."),
        ("b\u200bb@example.org", "holds a character that can't be seen: ZERO WIDTH SPACE."),
        ("b\u202eb@example.org", "holds a character that can't be seen: RIGHT-TO-LEFT OVERRIDE."),
        ("b\ufe0fb@example.org", "holds a character that can't be seen: VARIATION SELECTOR-16."),
        (
            "\uff42ob@example.org",
            'holds a character that only looks like "b": FULLWIDTH LATIN SMALL LETTER B.',
        ),
    ],
)
def test_what_the_eye_does_not_see_is_told_by_its_name(address: str, told: str) -> None:
    words = odd_letters(address)
    assert words is not None
    assert words[0] == Address(address)
    assert plain(words) == f"{address} {told}"


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
