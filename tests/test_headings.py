"""The table of headings: each means one field or none, in any spelling that people use."""

from itertools import combinations

import pytest

from reconciler import headings
from reconciler.headings import field_of, folded, has_no_field
from reconciler.member import FIELDS


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("E-mail", "emailAddress"),
        ("EMAIL ADDRESS", "emailAddress"),
        ("E-Mail-Adresse", "emailAddress"),
        ("Courriel", "emailAddress"),
        ("Correo electrónico", "emailAddress"),
        ("E-mail 1 - Value", "emailAddress"),
        ("Surname", "lastName"),
        ("Nachname", "lastName"),
        ("Apellidos", "lastName"),
        ("Given Name", "firstName"),
        ("Prénom", "firstName"),
        ("DOB", "birthday"),
        ("Geburtsdatum", "birthday"),
        ("Town", "city"),
        ("Code postal", "zipCode"),
        ("PLZ", "zipCode"),
        ("Straße", "address1"),
        ("phone", "mobileNumber"),
        ("Custom 3", "custom3"),
        ("custom_data_2", "custom2"),
        ("firstname", "firstName"),
    ],
)
def test_a_known_heading_means_its_field(heading: str, field: str) -> None:
    assert field_of(heading) == field


@pytest.mark.parametrize("heading", ["Member ID", "Full name", "Password", "MEMBER_RATING", "token"])
def test_a_heading_may_be_known_to_have_no_field(heading: str) -> None:
    assert field_of(heading) is None
    assert has_no_field(heading)


def test_an_unknown_heading_means_nothing() -> None:
    assert field_of("Shoe size") is None
    assert not has_no_field("Shoe size")


def test_each_heading_stands_once_in_the_table() -> None:
    lists = {
        field: {folded(heading) for text in (field, *texts) for heading in text.split(", ")}
        for field, texts in headings._MEANINGS.items()  # noqa: SLF001 - the table itself is the subject
    }
    lists["no field"] = {
        folded(heading)
        for text in headings._WITHOUT_A_FIELD  # noqa: SLF001 - the same
        for heading in text.split(", ")
    }
    assert [
        (one, other, lists[one] & lists[other])
        for one, other in combinations(lists, 2)
        if lists[one] & lists[other]
    ] == []


def test_each_field_of_the_table_is_a_field_of_the_api() -> None:
    assert set(headings._MEANINGS) <= set(FIELDS)  # noqa: SLF001 - the table itself is the subject
