import pytest

from reconciler.lint.similar import NearAddresses, is_near

NEAR = [
    ("ada@example.org", "adda@example.org"),
    ("ada@example.org", "daa@example.org"),
    ("ada@gmail.com", "ada@gmial.com"),
    ("ada@example.org", "ada2@example.org"),
    ("ada.king@example.org", "adaking@example.org"),
    ("a.d.a@example.org", "ada@example.org"),
    ("ada+panel@example.org", "ada@example.org"),
]
APART = [
    ("ada@example.org", "bob@example.org"),
    ("ada@example.org", "ada@example.com"),
    ("ada@gmail.com", "adda@gmial.com"),
    ("member01@example.org", "member02@example.org"),
    ("member9@example.org", "member10@example.org"),
    ("ada@example.org", "ada@example.org"),
]


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_addresses_that_differ_in_a_typo_a_dot_or_a_tag_are_near_and_found_among_many(
    one: str, other: str
) -> None:
    assert is_near(one, other)
    assert is_near(other, one)
    many = NearAddresses()
    for number in range(200):
        many.add(f"person{number}x@example{number}.net")
    many.add(other)
    assert many.near(one) == other


@pytest.mark.parametrize(("one", "other"), APART)
def test_more_than_that_and_numbers_keep_them_apart(one: str, other: str) -> None:
    assert not is_near(one, other)
    assert not is_near(other, one)
    many = NearAddresses()
    many.add(other)
    assert many.near(one) is None
