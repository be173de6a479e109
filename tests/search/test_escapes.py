import json

import pytest

from reconciler.search.escapes import readings


@pytest.mark.parametrize("text", [r"\u0061da", r"\x61da", r"\U00000061da", r"\\u0061da", r"\\\\u0061da"])
def test_an_escape_stands_for_its_character_however_often_it_is_escaped(text: str) -> None:
    assert "ada" in {reading.replace("\\", "") for reading in readings(text)}


def test_two_escapes_of_json_make_one_character_beyond_the_first_plane() -> None:
    assert "😀" in readings(json.dumps("😀")[1:-1])


@pytest.mark.parametrize("text", [r"\ud800", r"\Uffffffff", "\\", r"\u12"])
def test_what_stands_for_nothing_is_survived(text: str) -> None:
    assert next(iter(readings(text))) == text
    assert all(reading.encode() for reading in readings(text))
