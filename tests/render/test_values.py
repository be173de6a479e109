from typing import Any

import pytest

from reconciler.render.values import value_text


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


def test_a_value_longer_than_anybody_reads_is_cut_and_says_so() -> None:
    text = value_text("x" * 5000)
    assert len(text) < 250
    assert text.endswith("characters more)")
