from collections.abc import Mapping

from reconciler.lint.roster import roster_warnings
from reconciler.problems import Severity, plain
from reconciler.roster.model import Declaration


def members(*people: tuple[str, str, str]) -> Mapping[str, Declaration]:
    """A roster of (address, first name, last name), one a line."""
    return {
        address.lower(): Declaration(
            {"emailAddress": address, "firstName": first, "lastName": last}, "panels/p/team.csv", line
        )
        for line, (address, first, last) in enumerate(people, start=2)
    }


def told(*people: tuple[str, str, str]) -> list[str]:
    return [str(warning) for warning in roster_warnings(members(*people))]


def test_nothing_is_said_of_people_who_look_like_people() -> None:
    assert told(("ada@example.org", "Ada", "King"), ("bob@gmail.com", "Bob", "Ross")) == []


def test_a_look_alike_domain_is_told_with_the_address_that_was_likely_meant() -> None:
    assert told(("Ada@Gmial.com", "Ada", "King")) == [
        "panels/p/team.csv:2: The domain of Ada@Gmial.com looks mistyped. (Did you mean Ada@gmail.com?)"
    ]


def test_a_role_is_no_person() -> None:
    (warning,) = told(("NoReply@example.org", "", ""))
    assert warning == (
        "panels/p/team.csv:2: NoReply@example.org is the address of a role, not of a person. "
        "(Declare the people who read it, if it is they who should be asked.)"
    )


def test_letters_of_two_scripts_are_told() -> None:
    assert "CYRILLIC SMALL LETTER O" in told(("b\u043eb@example.org", "", ""))[0]


def test_an_international_domain_is_shown_as_it_is_written() -> None:
    member = Declaration({"emailAddress": "a@bücher.nett"}, "f", 1)
    (warning,) = roster_warnings({"a@xn--bcher-kva.nett": member})
    assert plain(warning.hint) == "Did you mean a@bücher.net?"


def test_two_of_one_name_and_nearly_one_address_are_told_at_the_second() -> None:
    others = ("bob@example.org", "Bob", "Ross")
    (warning,) = told(("ada@example.org", "Ada", "King"), others, ("adda@example.org", "Ada", "King"))
    assert warning == (
        "panels/p/team.csv:4: adda@example.org and ada@example.org at panels/p/team.csv:2 have equal names "
        "and nearly equal addresses. (If they are one person, keep one of the two.)"
    )


def test_one_name_alone_and_near_addresses_alone_say_nothing() -> None:
    assert told(("ada@example.org", "Ada", "King"), ("grace@example.org", "Ada", "King")) == []
    assert told(("ada@example.org", "Ada", "King"), ("adda@example.org", "Adda", "King")) == []
    assert told(("ada@example.org", "", ""), ("adda@example.org", "", "")) == []


def test_a_name_that_very_many_bear_is_none() -> None:
    many = [(f"guest{'x' * number}@example.org", "Guest", "Guest") for number in range(60)]
    assert told(*many) == []


def test_warnings_stand_in_the_order_of_the_members() -> None:
    found = roster_warnings(
        members(
            ("ada@example.org", "Ada", "King"),
            ("adda@example.org", "Ada", "King"),
            ("info@example.org", "", ""),
            ("bob@gmail.con", "", ""),
        )
    )
    assert [warning.location and warning.location.line for warning in found] == [3, 4, 5]
    assert {warning.severity for warning in found} == {Severity.WARNING}
