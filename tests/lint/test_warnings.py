from collections.abc import Mapping

import pytest

from reconciler.lint.warnings import roster_warnings
from reconciler.problems import Address
from reconciler.roster.model import Declaration


def members(*people: tuple[str, str, str]) -> Mapping[str, Declaration]:
    """A roster of (address, first name, last name), one a line."""
    return {
        address.lower(): Declaration(
            {"emailAddress": address, "firstName": first, "lastName": last}, "panels/p/team.csv", line
        )
        for line, (address, first, last) in enumerate(people, start=2)
    }


def warnings(*people: tuple[str, str, str]) -> list[tuple[str, str]]:
    """Where each warning is, and its code."""
    return [(str(found.location), found.code) for found in roster_warnings(members(*people), is_real=False)]


def test_nothing_is_said_of_people_who_look_like_people() -> None:
    assert warnings(("ada@example.org", "Ada", "King"), ("bob@gmail.com", "Bob", "Ross")) == []


def test_a_misspelled_domain_is_reported_with_the_address_that_is_likely_meant() -> None:
    (warning,) = roster_warnings(members(("Ada@Gmial.com", "Ada", "King")))
    assert Address("Ada@gmail.com") in warning.hint


def test_an_international_domain_is_shown_as_it_is_written() -> None:
    member = Declaration({"emailAddress": "a@b\u00fccher.nett"}, "f", 1)
    (warning,) = roster_warnings({"a@xn--bcher-kva.nett": member})
    assert Address("a@b\u00fccher.net") in warning.hint


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@example.org", "adda@example.org"),
        ("ada.king@gmail.com", "adaking@googlemail.com"),
        ("ada@gmail.com", "ada@googlemail.com"),
        ("ada.king+panel@gmail.com", "adaking@gmail.com"),
    ],
)
def test_two_with_one_name_and_nearly_one_address_are_reported_at_the_second(one: str, other: str) -> None:
    between = ("bob@example.org", "Bob", "Ross")
    (warning,) = roster_warnings(
        members((one, "Ada", "King"), between, (other, "Ada", "King")), is_real=False
    )
    assert (str(warning.location), warning.code) == ("panels/p/team.csv:4", "similar-members")
    assert {Address(one), Address(other)} <= set(warning.message)


def test_one_name_alone_and_near_addresses_alone_say_nothing() -> None:
    assert warnings(("ada@example.org", "Ada", "King"), ("grace@example.org", "Ada", "King")) == []
    assert warnings(("ada@example.org", "Ada", "King"), ("adda@example.org", "Adda", "King")) == []
    assert warnings(("ada@example.org", "", ""), ("adda@example.org", "", "")) == []


def test_a_name_that_very_many_have_says_nothing() -> None:
    many = [(f"guest{'x' * number}@example.org", "Guest", "Guest") for number in range(60)]
    assert warnings(*many) == []


def test_warnings_are_in_the_order_of_the_members() -> None:
    found = warnings(
        ("ada@example.org", "Ada", "King"),
        ("adda@example.org", "Ada", "King"),
        ("info@example.org", "", ""),
        ("bob@gmail.con", "", ""),
    )
    assert found == [
        ("panels/p/team.csv:3", "similar-members"),
        ("panels/p/team.csv:4", "role-address"),
        ("panels/p/team.csv:5", "mistyped-domain"),
    ]
