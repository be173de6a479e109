"""Values that were damaged, or that are no values."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.lint.values import value_warnings
from reconciler.problems import Problem, Value, plain
from reconciler.roster.model import Declaration


def members(*attributes: Mapping[str, Any]) -> dict[str, Declaration]:
    return {
        f"m{line}@panel.de": Declaration({"emailAddress": f"m{line}@panel.de", **fields}, "team.csv", line)
        for line, fields in enumerate(attributes, start=2)
    }


def warnings(*attributes: Mapping[str, Any]) -> list[Problem]:
    return [warning for _, warning in value_warnings(members(*attributes))]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("lastName", "J\u00c3\u00bcrgen", "damaged-text"),
        ("city", "K\u00c3\u00b6ln", "damaged-text"),
        ("city", "\u0141\u00c3\u00b3d\u00c5\u00ba", "damaged-text"),
        ("lastName", "O\u00e2\u20ac\u2122Brien", "damaged-text"),
        ("firstName", "Zo\u00c3\u00ab", "damaged-text"),
        ("firstName", "\u00d0\u0098\u00d0\u00b2\u00d0\u00b0\u00d0\u00bd", "damaged-text"),
        ("lastName", "J\ufffdrgen", "damaged-text"),
        ("custom1", "a\ufffdb", "damaged-text"),
        ("lastName", "J?rgen", "damaged-text"),
        ("firstName", "Andr?", "damaged-text"),
        ("city", "?rhus", "damaged-text"),
        ("custom1", "Tom &amp; Jerry", "html-entity"),
        ("lastName", "M&uuml;ller", "html-entity"),
        ("lastName", "M&#252;ller", "html-entity"),
        ("zipCode", "'0123", "leading-apostrophe"),
        ("mobileNumber", "'+49151", "leading-apostrophe"),
        ("birthday", "33456", "day-number"),
        ("birthday", "33456.5", "day-number"),
        ("birthday", "31.12.1990", "date-form"),
        ("birthday", "03/04/1990", "date-form"),
        ("birthday", "12/31/90", "date-form"),
        ("birthday", "1990-02-30", "date-form"),
        ("birthday", "1990", "date-form"),
        ("unsubscribeDate", "yesterday", "date-form"),
        ("city", " Paris", "outer-space"),
        ("city", "Paris\u00a0", "outer-space"),
        ("custom1", "x ", "outer-space"),
        ("lastName", "King\nAda", "line-break"),
        ("address1", "Street 1\nParis", "line-break"),
        ("city", "Pa\u200bris", "invisible-character"),
        ("lastName", "\u202eada", "invisible-character"),
    ],
)
def test_a_value_that_looks_damaged_has_a_warning_at_its_member(field: str, value: str, code: str) -> None:
    (warning,) = warnings({"source": "Web"}, {field: value})
    assert (warning.code, str(warning.location)) == (code, "team.csv:3")
    assert Value(f'"{value}"') in warning.message
    assert f'"{field}"' in plain(warning.message)
    assert warning.hint


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lastName", "J\u00fcrgen"),
        ("lastName", "\u00c5str\u00f6m"),
        ("city", "S\u00e3o Paulo"),
        ("address1", "CIT\u00c9\u2013JARDIN"),
        ("lastName", "CAF\u00c9\u2019S"),
        ("lastName", "'t Hooft"),
        ("city", "'s-Hertogenbosch"),
        ("lastName", "O'Brien"),
        ("custom1", "really?"),
        ("custom1", "https://panel.de/a?b=c&d;e"),
        ("custom1", "AT&T; and more"),
        ("custom1", "R&D"),
        ("custom1", "line\nline"),
        ("birthday", "1990-12-31"),
        ("creationDate", "2022-07-12T06:55:54.000+00:00"),
        ("creationDate", "2023-12-18 13:36:25.0"),
        ("birthday", ""),
        ("lastName", "Null"),
        ("firstName", "Nan"),
        ("zipCode", "33456"),
        ("firstName", "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc"),
        ("custom1", "\U0001f468\u200d\U0001f469"),
    ],
)
def test_what_may_well_be_right_is_left_alone(field: str, value: str) -> None:
    assert warnings({field: value}) == []


@pytest.mark.parametrize("text", ["NULL", "nan", r"\N"])
def test_a_placeholder_is_one_only_if_two_rows_of_the_column_have_it(text: str) -> None:
    assert warnings({"lastName": text}, {"city": text}, {"lastName": "King"}) == []
    found = warnings({"lastName": text}, {"lastName": "King"}, {"lastName": text})
    assert [(warning.code, str(warning.location)) for warning in found] == [
        ("placeholder", "team.csv:2"),
        ("placeholder", "team.csv:4"),
    ]


def test_the_text_as_it_was_is_proposed() -> None:
    (warning,) = warnings({"lastName": "J\u00c3\u00bcrgen M\u00c3\u00bcller"})
    assert Value('"J\u00fcrgen M\u00fcller"') in warning.hint


def test_the_day_of_a_number_is_proposed() -> None:
    (warning,) = warnings({"birthday": "33456"})
    assert Value("1991-08-06") in warning.hint


def test_profile_fields_are_looked_at_too() -> None:
    fields = {
        "profileFields": [
            {"profileFieldId": 577, "value": "J?rgen &amp; Co"},
            {"profileFieldId": 578, "value": [1, " x"]},
            {"profileFieldId": 579, "value": {"city": "K\u00c3\u00b6ln"}},
        ]
    }
    assert [warning.code for warning in warnings(fields)] == ["html-entity", "outer-space", "damaged-text"]


def test_warnings_of_one_kind_differ_only_in_their_values() -> None:
    one, other = warnings({"city": "K\u00c3\u00b6ln"}, {"city": "Z\u00c3\u00bcrich"})
    assert [part for part in one.message if isinstance(part, str)] == [
        part for part in other.message if isinstance(part, str)
    ]
