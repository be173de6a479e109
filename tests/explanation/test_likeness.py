"""Whom somebody may have meant."""

import pytest

from reconciler.explanation.likeness import likeliest

KNOWN = ("ada@example.org", "grace@example.org", "bob@example.com")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("adda@example.org", "ada@example.org"),
        ("garce@example.org", "grace@example.org"),
        ("bob@exmaple.com", "bob@example.com"),
    ],
)
def test_a_slip_in_one_part_of_an_address_is_seen_through(typed: str, meant: str) -> None:
    assert likeliest(typed, KNOWN) == meant


@pytest.mark.parametrize("typed", ["nobody@example.org", "bob@elsewhere.net", "eve@nowhere.test"])
def test_a_shared_domain_or_a_shared_name_alone_makes_nobody_alike(typed: str) -> None:
    assert likeliest(typed, KNOWN) is None


def test_among_a_hundred_thousand_it_takes_a_moment() -> None:
    many = [f"person{number}@example.org" for number in range(100_000)]
    assert likeliest("perso17@example.org", many) is not None
