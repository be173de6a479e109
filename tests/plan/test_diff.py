from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.plan.diff import field_changes

ADA = {"emailAddress": "ada@example.org"}


def with_options(*items: tuple[int, Any]) -> dict[str, Any]:
    return ADA | {"profileFields": [{"profileFieldId": number, "value": value} for number, value in items]}


def test_a_text_and_the_number_that_it_looks_like_differ() -> None:
    assert field_changes(ADA | {"referID": 5}, ADA | {"referID": "5"}) == (("referID", 5, "5"),)


def test_each_profile_field_is_compared_by_itself() -> None:
    changes = field_changes(with_options((1, "a"), (2, "b")), with_options((2, "c"), (3, "d")))
    assert changes == (
        ("profileFields[1]", "a", None),
        ("profileFields[2]", "b", "c"),
        ("profileFields[3]", None, "d"),
    )


@given(
    st.permutations([(1, [3, "x", 2]), (2, {"city": "x", "state": "y"}), (3, "z")]),
    st.permutations([2, 3, "x"]),
)
def test_the_order_of_profile_fields_and_of_their_options_is_no_difference(
    items: list[tuple[int, Any]], options: list[Any]
) -> None:
    other = [(number, options if number == 1 else value) for number, value in items]
    assert field_changes(with_options(*items), with_options(*other)) == ()


def test_an_address_spelled_in_another_way_is_no_difference() -> None:
    assert field_changes(ADA, {"emailAddress": "Ada@Example.org"}) == ()
