from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from plans import add, change, rejected, remove

from reconciler.member import Removal
from reconciler.plan.diff import ActionDifference, PlanDifference, field_changes, plan_difference
from reconciler.plan.model import Action, Add, FieldChange
from reconciler.plan.saved import ActionDocument, action_document

ADA = {"emailAddress": "ada@example.org"}


def with_options(*items: tuple[int, Any]) -> dict[str, Any]:
    return ADA | {"profileFields": [{"profileFieldId": number, "value": value} for number, value in items]}


def test_a_text_and_the_number_that_it_looks_like_differ() -> None:
    assert field_changes(ADA | {"referID": 5}, ADA | {"referID": "5"}) == (FieldChange("referID", 5, "5"),)


def test_each_profile_field_is_compared_by_itself() -> None:
    changes = field_changes(with_options((1, "a"), (2, "b")), with_options((2, "c"), (3, "d")))
    assert changes == (
        FieldChange("profileFields[1]", "a", None),
        FieldChange("profileFields[2]", "b", "c"),
        FieldChange("profileFields[3]", None, "d"),
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


# Two plans


def documents(*actions: Action) -> dict[str, ActionDocument]:
    return {action.key: action_document(action) for action in actions}


def between(before: Action, after: Action) -> PlanDifference:
    return plan_difference(documents(before), documents(after))


def parts(before: Action, after: Action) -> tuple[str, ...]:
    (found,) = between(before, after).different
    return found.parts()


def grace(**fields: Any) -> Add:
    return Add("grace@example.org", "team.yaml:9", {"emailAddress": "grace@example.org", **fields})


def keys(found: tuple[ActionDifference, ...]) -> list[str]:
    return [difference.key for difference in found]


def test_two_plans_differ_in_who_is_added_who_is_gone_and_who_is_different() -> None:
    before = documents(add("ada"), add("bob"), add("eve"), remove("zoe"))
    after = documents(add("ada"), add("cy"), change(name="eve"), remove("zoe", by=Removal.DELETE))
    found = plan_difference(before, after)
    assert keys(found.added) == ["cy@example.org"]
    assert keys(found.gone) == ["bob@example.org"]
    assert keys(found.different) == ["eve@example.org", "zoe@example.org"]


def test_equal_plans_do_not_differ_wherever_members_are_declared() -> None:
    assert not any(between(add(line=9), add(line=10)))


def test_the_order_of_profile_fields_is_no_difference_between_plans() -> None:
    first, second = {"profileFieldId": 1, "value": ["a", "b"]}, {"profileFieldId": 2, "value": "c"}
    turned = {"profileFieldId": 1, "value": ["b", "a"]}
    assert not any(between(grace(profileFields=[first, second]), grace(profileFields=[second, turned])))
    other = {"profileFieldId": 1, "value": ["b", "x"]}
    differing = grace(city="y", profileFields=[second, other])
    assert parts(grace(city="x", profileFields=[first, second]), differing) == ("city", "profileFields")


def test_the_parts_that_differ_are_named_by_field() -> None:
    assert parts(grace(city="x"), grace(city="y", zipCode="1")) == ("city", "zipCode")
    assert parts(grace(city="x"), grace()) == ("city",)


def test_of_a_change_the_fields_differ_that_would_be_changed_otherwise() -> None:
    one = change(FieldChange("city", "x", "y"), FieldChange("custom1", "a", "b"))
    other = change(
        FieldChange("city", "x", "z"), FieldChange("custom1", "a", "b"), FieldChange("custom2", None, "c")
    )
    assert parts(one, other) == ("city", "custom2")
    assert parts(one, change(*one.changes, deliverable=True)) == ("deliverable",)


def test_of_other_actions_what_is_said_of_them_differs() -> None:
    assert parts(remove(), remove(by=Removal.DELETE)) == ("by",)
    assert parts(rejected("no"), rejected("never")) == ("reason",)
    assert parts(add(), add(doubtful=True)) == ("doubtful",)
