"""What differs between declarations and panel: one finding a person, and which differences are none."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from people import people, person

from reconciler.identity import identity
from reconciler.lockfile.model import Lockfile, Outcome, Present, Unconfirmed
from reconciler.member import Attributes
from reconciler.readback.drift import compare, expected_in, field_drifts, known_in
from reconciler.readback.model import FieldDrift, Finding, MemberDrift, PanelRead
from reconciler.roster.model import Declaration, Roster

ADA, BOB, EVE = "ada@example.org", "bob@example.org", "eve@example.org"
_AT = "2026-11-23T09:00:00Z"


def _roster(*members: Attributes) -> Roster:
    return Roster(
        {
            identity(each["emailAddress"]): Declaration(each, "team.yaml", line)
            for line, each in enumerate(members, 2)
        }
    )


def _read(*members: Attributes, missing: Iterable[str] = ()) -> PanelRead:
    return PanelRead({identity(each["emailAddress"]): each for each in members}, 2, frozenset(missing))


def _found(
    roster: Roster, read: PanelRead, suppressed: Iterable[str] = (), ignored: Iterable[str] = ()
) -> dict[str, Finding]:
    drifts, _ = compare(roster, read, frozenset(suppressed), frozenset(ignored))
    assert len({drift.key for drift in drifts}) == len(drifts)
    return {drift.key: drift.finding for drift in drifts}


def _differences(declared: Mapping[str, Any], panel: Mapping[str, Any], *ignored: str) -> list[FieldDrift]:
    return list(field_drifts(person("ada", **declared), person("Ada", **panel), frozenset(ignored)))


@given(people())
def test_a_member_who_is_in_the_panel_as_declared_is_the_same(attributes: dict[str, Any]) -> None:
    plain = {field: value for field, value in attributes.items() if field != "unsubscribeDate"}
    assert compare(_roster(plain), _read(plain), ()) == ((), 1)


def test_each_person_has_one_finding_in_the_order_of_the_contract() -> None:
    roster = _roster(*(person(name, city="Oslo") for name in ("zoe", "ada", "bob", "cleo", "dan")))
    read = _read(
        person("new"),
        person("dan", city="Oslo"),
        person("cleo", city="Rome"),
        person("bob", city="Rome", unsubscribeDate="2026-01-02T00:00:00.000+00:00"),
        person("ada", city="Rome"),
        missing=["zoe@example.org"],
    )
    drifts, same = compare(roster, read, ())
    assert [(drift.key, str(drift.finding)) for drift in drifts] == [
        (BOB, "opted_out"),
        (ADA, "differs"),
        ("cleo@example.org", "differs"),
        ("zoe@example.org", "not_seen"),
        ("new@example.org", "only_in_panel"),
    ]
    assert same == 1


def test_a_difference_names_field_declaration_and_panel() -> None:
    drifts, _ = compare(_roster(person("ada", city="Oslo")), _read(person("ada", city="Rome")), ())
    assert drifts == (
        MemberDrift(ADA, Finding.DIFFERS, (FieldDrift("city", "Oslo", "Rome"),), source="team.yaml:2"),
    )


def test_who_is_only_in_the_panel_is_told_with_whether_they_are_suppressed() -> None:
    drifts, _ = compare(_roster(), _read(person("bob"), person("eve")), {EVE})
    assert [(drift.key, drift.is_suppressed) for drift in drifts] == [(BOB, False), (EVE, True)]


def test_who_opted_out_is_told_though_nobody_declares_them() -> None:
    assert _found(_roster(), _read(person("bob", unsubscribeDate="2023-12-18 13:36:25.0"))) == {
        BOB: Finding.OPTED_OUT
    }


@pytest.mark.parametrize("date", ["", None])
def test_without_a_date_nobody_has_opted_out(date: str | None) -> None:
    fields = {} if date is None else {"unsubscribeDate": date}
    assert _found(_roster(person("bob")), _read(person("bob", **fields))) == {}


def test_an_opt_out_that_is_declared_is_no_news() -> None:
    declared = person("bob", unsubscribeDate="2023-12-18")
    assert _found(_roster(declared), _read(person("bob", unsubscribeDate="2023-12-18 13:36:25.0"))) == {}


def test_only_declared_fields_are_compared() -> None:
    assert _differences({"city": "Oslo"}, {"city": "Oslo", "firstName": "Ada", "referID": 7}) == []


def test_a_field_that_the_panel_does_not_show_is_not_compared() -> None:
    assert _differences({"status": "Active", "city": "Oslo"}, {}) == []


@pytest.mark.parametrize(
    ("declared", "panel"),
    [
        ({"city": ""}, {"city": "Oslo"}),
        ({"city": " Oslo"}, {"city": "Oslo  "}),
        ({"city": "Zoe\u0308"}, {"city": "Zo\u00eb"}),
        ({"city": "Oslo\u00a0"}, {"city": "Oslo"}),
        ({"referID": 7}, {"referID": 7}),
        ({"birthday": "1990-05-01"}, {"birthday": "1990-05-01T00:00:00.000+00:00"}),
        ({"birthday": "1990-05-01"}, {"birthday": "1990-05-01 00:00:00.0"}),
        ({"creationDate": "2023-12-18 13:36:25.0"}, {"creationDate": "2023-12-18T11:00:00.000+00:00"}),
    ],
)
def test_two_spellings_of_one_value_are_the_same(declared: dict[str, Any], panel: dict[str, Any]) -> None:
    assert _differences(declared, panel) == []


@pytest.mark.parametrize(
    ("field", "declared", "panel"),
    [
        ("city", "Oslo", "oslo"),
        ("city", "Oslo", ""),
        ("zipCode", "02134", "2134"),
        ("referID", 7, 8),
        ("referID", 1, 0),
        ("birthday", "1990-05-01", "1990-05-02 00:00:00.0"),
        ("birthday", "01.05.1990", "1990-05-01"),
        ("custom1", "2026-01-01", "2026-01-01 10:00:00.0"),
    ],
)
def test_other_values_are_a_difference(field: str, declared: Any, panel: Any) -> None:
    assert _differences({field: declared}, {field: panel}) == [FieldDrift(field, declared, panel)]


def _profile(**values: Any) -> dict[str, Any]:
    return {
        "profileFields": [{"profileFieldId": int(name[1:]), "value": value} for name, value in values.items()]
    }


def test_profile_fields_are_compared_by_id_in_any_order() -> None:
    panel = _profile(p2="b", p1="a", p9="other")
    assert _differences(_profile(p1="a", p2="b"), panel) == []
    assert _differences(_profile(p1="a", p2="c"), panel) == [FieldDrift("profileFields[2]", "c", "b")]


@pytest.mark.parametrize("value", [None, "missing"])
def test_a_profile_field_that_the_panel_does_not_show_is_not_compared(value: Any) -> None:
    panel = {"profileFields": [{"profileFieldId": 1}]} if value is None else _profile(p2="x")
    assert _differences(_profile(p1="a"), panel) == []


@pytest.mark.parametrize(
    ("declared", "panel", "is_same"),
    [
        ([1, 2], [2, 1], True),
        ([1, 2], ["2", "1", "2"], True),
        ([1, 2], [1], False),
        ("881", "881 ", True),
        ("1991-01-01", "1991-01-01T00:00:00.000+00:00", True),
        ({"city": "Oslo", "state": ""}, {"city": "Oslo ", "country": None}, True),
        ({"city": "Oslo"}, {"city": "Rome"}, False),
    ],
)
def test_values_of_profile_fields_are_sets_texts_days_or_addresses(
    declared: Any, panel: Any, *, is_same: bool
) -> None:
    assert (_differences(_profile(p1=declared), _profile(p1=panel)) == []) is is_same


@pytest.mark.parametrize(
    ("ignored", "left"),
    [
        (("city",), ["custom1", "profileFields[1]", "profileFields[2]"]),
        (("profileFields",), ["city", "custom1"]),
        (("profileFields[2]", "custom1"), ["city", "profileFields[1]"]),
    ],
)
def test_fields_to_ignore_are_not_compared(ignored: tuple[str, ...], left: list[str]) -> None:
    declared = {"city": "a", "custom1": "a", **_profile(p1="a", p2="a")}
    panel = {"city": "b", "custom1": "b", **_profile(p1="b", p2="b")}
    assert [found.field for found in _differences(declared, panel, *ignored)] == left


def test_who_should_be_seen_is_declared_and_recorded_as_present() -> None:
    def present(name: str, outcome: Outcome) -> Present:
        return Present(outcome, _AT, person(name))

    lockfile = Lockfile(
        "p",
        "embedded",
        members={
            ADA: present("Ada", Outcome.ADDED),
            BOB: present("bob", Outcome.UNATTRIBUTED),
            EVE: present("eve", Outcome.EXISTING),
        },
        unconfirmed={"dan@example.org": Unconfirmed(_AT, person("dan"))},
    )
    roster = _roster(person("ada"), person("bob"), person("dan"), person("pending"))
    assert expected_in(roster, lockfile) == {ADA: "Ada@example.org", BOB: BOB}
    assert known_in(lockfile) == {ADA, EVE}
    assert expected_in(roster, None) == {}


@pytest.mark.parametrize("date", ["0000-00-00 00:00:00", "never"])
def test_a_date_that_is_no_day_is_no_opt_out(date: str) -> None:
    assert _found(_roster(person("bob")), _read(person("bob", unsubscribeDate=date))) == {}
