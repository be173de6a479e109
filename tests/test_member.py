"""What makes two declarations of one member equal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.member import (
    FIELDS,
    NUMBER_FIELDS,
    PROFILE_FIELDS,
    equal,
    flat,
    in_vendor_order,
)

profile_values = st.one_of(
    st.text(max_size=3),
    st.lists(st.one_of(st.integers(0, 9), st.text(max_size=2)), max_size=4),
    st.fixed_dictionaries({"city": st.text(max_size=3)}),
)
profile_fields = st.dictionaries(st.integers(1, 9), profile_values, max_size=4).map(
    lambda values: [{"profileFieldId": key, "value": value} for key, value in values.items()]
)
attributes = st.fixed_dictionaries(
    {"emailAddress": st.just("a@example.org")},
    optional={"city": st.text(max_size=3), "statusType": st.integers(0, 3), PROFILE_FIELDS: profile_fields},
)


def shuffled(declared: dict[str, Any], randomness: Any) -> dict[str, Any]:
    """The same declaration, everything whose order doesn't matter in another order."""
    names = list(declared)
    randomness.shuffle(names)
    other = {name: declared[name] for name in names}
    if PROFILE_FIELDS in other:
        items = [dict(item) for item in other[PROFILE_FIELDS]]
        for item in items:
            if isinstance(item["value"], list):
                item["value"] = randomness.sample(item["value"], len(item["value"]))
        randomness.shuffle(items)
        other[PROFILE_FIELDS] = items
    return other


@given(attributes, st.randoms(use_true_random=False))
def test_order_decides_nothing(declared: dict[str, Any], randomness: Any) -> None:
    assert equal(declared, shuffled(declared, randomness))


@given(attributes)
def test_the_spelling_of_the_address_is_no_change(declared: dict[str, Any]) -> None:
    assert equal(declared, declared | {"emailAddress": "A@Example.org"})


@given(attributes, attributes)
def test_equality_goes_both_ways(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert equal(one, other) == equal(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"city": ""}, {}),
        ({"statusType": 0}, {}),
        ({PROFILE_FIELDS: []}, {}),
        ({"city": "1"}, {"city": "2"}),
        (
            {PROFILE_FIELDS: [{"profileFieldId": 1, "value": ["1"]}]},
            {PROFILE_FIELDS: [{"profileFieldId": 1, "value": [1]}]},
        ),
        (
            {PROFILE_FIELDS: [{"profileFieldId": 1, "value": "1"}]},
            {PROFILE_FIELDS: [{"profileFieldId": 2, "value": "1"}]},
        ),
    ],
)
def test_what_is_sent_otherwise_is_not_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not equal(one, other)


@given(st.permutations(FIELDS))
def test_the_vendors_order_is_that_of_its_page(names: list[str]) -> None:
    assert tuple(in_vendor_order(dict.fromkeys(names))) == FIELDS


def test_each_profile_field_has_a_name_of_its_own() -> None:
    declared = {"city": "x", PROFILE_FIELDS: [{"profileFieldId": 577, "value": "blue"}]}
    assert flat(declared) == {"city": "x", "profileFields[577]": "blue"}


def test_number_fields_are_fields() -> None:
    assert set(FIELDS) > NUMBER_FIELDS
