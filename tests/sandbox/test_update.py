"""An update puts what is sent over what is stored, field by field."""

from typing import Any

import pytest
from people import person

from reconciler.sandbox.update import updated


def _profile(*fields: tuple[int, Any]) -> dict[str, Any]:
    return {"profileFields": [{"profileFieldId": number, "value": value} for number, value in fields]}


def test_sent_fields_win_and_the_others_stay() -> None:
    stored = person("ada", city="London", firstName="Ada")
    assert updated(stored, person("Ada", city="", custom1="x")) == person(
        "Ada", city="", firstName="Ada", custom1="x"
    )


def test_each_profile_field_is_a_field_of_its_own() -> None:
    stored = person("ada", **_profile((1, "a"), (2, "b")))
    sent = person("ada", **_profile((2, "c"), (3, "d")))
    assert updated(stored, sent) == person("ada", **_profile((1, "a"), (2, "c"), (3, "d")))


@pytest.mark.parametrize("nothing", [[], None])
def test_profile_fields_that_are_not_sent_stay(nothing: object) -> None:
    stored = person("ada", **_profile((1, "a")))
    assert updated(stored, person("ada", profileFields=nothing)) == stored


def test_the_first_profile_fields_are_taken_as_they_are() -> None:
    assert updated(person("ada"), person("ada", **_profile((1, "a")))) == person("ada", **_profile((1, "a")))
